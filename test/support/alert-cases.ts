import { alertGroups } from '../../src/render/monitoring/alert-groups.ts';
import { parseConfiguration } from '../../src/config/load.ts';
import type { Configuration } from '../../src/config/configuration.ts';

/** One way for an alert to fire. */
export interface AlertCase {
  readonly alert: string;
  /** Labels of the alert besides its name, as `name="value"` in the order of the alphabet. */
  readonly labels: string;
  /** Series → what it is while all is well and while it is not; `_` is no value at all. */
  readonly series: Readonly<Record<string, readonly [well: string, trouble: string]>>;
}

/** With everything that makes rules: two repositories, all objectives, heartbeats, schedules; and a stanza without. */
export const alertsConfiguration: Configuration = readExample(`
stanzas:
  main:
    postgres: { path: /var/lib/postgresql/15/main }
    repositories:
      local: { type: posix, path: /var/lib/pgbackrest, retention: { full: 2 } }
      offsite: { type: posix, path: /srv/offsite, retention: { full: 4 } }
    schedule:
      full: { cron: "0 2 * * 0", timezone: Europe/Berlin }
      diff: { cron: "0 2 * * 1-6", timezone: Europe/Berlin }
      incr: { cron: "0 */6 * * *", repositories: [local], timezone: Europe/Berlin }
    objectives: { rpo: 5m, rto: 30m, backupAge: 26h, drillAge: 8d }
    heartbeat: { every: 1m }
  plain:
    postgres: { path: /var/lib/postgresql/15/plain, port: 5433 }
    heartbeat: false
    repositories:
      local: { type: posix, path: /var/lib/pgbackrest, retention: { full: 2 } }
`);

const [stanza, local] = ['stanza="main"', 'repository="local",stanza="main"'];
const set = 'block_incr="n",stanza="main"';

/** A deployment in which nothing is wrong. `+60` goes on by 60 each minute, as a moment that stays near does. */
export const wellSeries: Readonly<Record<string, string>> = {
  'up{instance="db1:7432",job="holdfast"}': '1',
  'process_start_time_seconds{instance="db1:7432",job="holdfast"}': '1',
  'holdfast_ready{instance="db1:7432"}': '1',
  'holdfast_scheduler_tick_age_seconds{instance="db1:7432"}': '5',
  'holdfast_configuration_refused{instance="db1:7432"}': '0',
  'holdfast_delivery_failing{channel="ops",kind="slack"}': '0',
  'holdfast_certificate_end_timestamp_seconds{file="/t/host.crt",kind="host"}': '9999999',
  ...Object.fromEntries(['main', 'plain'].flatMap((name) => Object.entries(wellOf(name)))),
  [`holdfast_heartbeat_timestamp_seconds{${stanza}}`]: '+60',
  [`holdfast_archive_known{repository="offsite",${stanza}}`]: '1',
};

function wellOf(name: string): Record<string, string> {
  const [one, place] = [`stanza="${name}"`, `repository="local",stanza="${name}"`];
  return {
    [`holdfast_repositories_known{${one}}`]: '1',
    [`holdfast_primary_known{${one}}`]: '1',
    [`holdfast_archive_known{${place}}`]: '1',
    [`holdfast_windows_known{${place}}`]: '1',
    [`holdfast_wal_lag_seconds{${place}}`]: '0',
    [`holdfast_rpo_at_least_seconds{${place}}`]: '0',
    [`holdfast_repository_status_code{${place}}`]: '0',
    [`holdfast_newest_set_age_seconds{${place},type="full"}`]: '600000',
    [`holdfast_newest_set_age_seconds{${place},type="diff"}`]: '80000',
    [`holdfast_newest_set_age_seconds{${place},type="incr"}`]: '20000',
    [`holdfast_sets{${place},type="full"}`]: '2',
    [`holdfast_sets{${place},type="diff"}`]: '0',
    [`holdfast_last_run_ok{${place},kind="backup"}`]: '1',
    [`holdfast_schedule_line_failed{line="${name}/full",${one}}`]: '0',
    [`pgbackrest_backup_last_error_status{backup_type="full",block_incr="n",${one}}`]: '0',
    [`holdfast_holes{${place},why="lost"}`]: '0',
    [`holdfast_contiguous_windows{${place}}`]: '1',
    [`holdfast_archive_duplicates{${place}}`]: '0',
    [`holdfast_last_proof_timestamp_seconds{${place}}`]: '1',
    [`holdfast_archiver_last_archived_timestamp_seconds{${one}}`]: '+60',
    [`holdfast_wal_ready_segments{${one}}`]: '1',
    [`holdfast_primary_clock_ahead_seconds{${one}}`]: '-0.1',
    [`holdfast_wal_directory_available_bytes{${one}}`]: '100000000000',
  };
}

const daemon = 'instance="db1:7432"';
const [critical, warning] = ['severity="critical"', 'severity="warning"'];

function direct(alert: string, labels: string, series: AlertCase['series']): AlertCase {
  return { alert, labels, series };
}

/** pg_wal is about no repository. */
function forecast(alert: string, severity: string, kind: string, at: string): readonly AlertCase[] {
  return [
    direct(alert, `${severity},${stanza}`, {
      [`holdfast_forecast_timestamp_seconds{kind="${kind}",repository="",${stanza}}`]: ['_', at],
    }),
  ];
}

/** What makes each alert fire by its own numbers. */
export const directCases: readonly AlertCase[] = [
  direct('HoldfastDown', `${daemon},job="holdfast",${critical}`, {
    [`up{${daemon},job="holdfast"}`]: ['1', '0'],
  }),
  // Nothing is scraped: neither the target nor any of its series is there.
  direct('HoldfastDown', `job="holdfast",${critical}`, { [`up{${daemon},job="holdfast"}`]: ['1', '_'] }),
  direct('HoldfastNotReady', `${daemon},${critical}`, { [`holdfast_ready{${daemon}}`]: ['1', '0'] }),
  direct('HoldfastSchedulerStuck', `${daemon},${critical}`, {
    [`holdfast_scheduler_tick_age_seconds{${daemon}}`]: ['5', '+60'],
  }),
  direct('HoldfastConfigurationRefused', `${daemon},${warning}`, {
    [`holdfast_configuration_refused{${daemon}}`]: ['0', '1'],
  }),
  direct('HoldfastRestarting', `${daemon},job="holdfast",${warning}`, {
    [`process_start_time_seconds{${daemon},job="holdfast"}`]: ['1', '+60'],
  }),
  direct('HoldfastDeliveryFailing', `channel="ops",kind="slack",${warning}`, {
    'holdfast_delivery_failing{channel="ops",kind="slack"}': ['0', '1'],
  }),
  direct('HoldfastDeliveryFailing', `channel="ops",kind="email",${warning}`, {
    'holdfast_delivery_oldest_waiting_age_seconds{channel="ops",kind="email"}': ['_', '1000'],
  }),
  direct('HoldfastCertificateEnds', `file="/t/host.crt",kind="host",${critical}`, {
    'holdfast_certificate_end_timestamp_seconds{file="/t/host.crt",kind="host"}': ['9999999', '500000'],
  }),
  direct('HoldfastCertificateEndsSoon', `file="/t/host.crt",kind="host",${warning}`, {
    'holdfast_certificate_end_timestamp_seconds{file="/t/host.crt",kind="host"}': ['9999999', '2000000'],
  }),
  direct('HoldfastRulesOutdated', `${warning},stanza="new"`, {
    'holdfast_repositories_known{stanza="new"}': ['_', '1'],
  }),
  direct('HoldfastStanzaUnseen', `${critical},${stanza}`, {
    [`holdfast_repositories_known{${stanza}}`]: ['1', '_'],
  }),
  direct('HoldfastRepositoryUnseen', `repository="local",${critical},${stanza}`, {
    [`holdfast_archive_known{${local}}`]: ['1', '_'],
  }),
  direct('HoldfastRepositoryUnseen', `repository="offsite",${critical},${stanza}`, {
    [`holdfast_archive_known{repository="offsite",${stanza}}`]: ['1', '_'],
  }),
  direct('HoldfastRepositoriesUnknown', `${critical},${stanza}`, {
    [`holdfast_repositories_known{${stanza}}`]: ['1', '0'],
  }),
  ...['1', '99'].map((code) =>
    direct('HoldfastRepositoryNotOk', `repository="local",${critical},${stanza}`, {
      [`holdfast_repository_status_code{${local}}`]: ['0', code],
    }),
  ),
  direct('HoldfastArchiveUnknown', `repository="local",${critical},${stanza}`, {
    [`holdfast_archive_known{${local}}`]: ['1', '0'],
  }),
  direct('HoldfastArchiveUnknown', `repository="local",${critical},${stanza}`, {
    [`holdfast_windows_known{${local}}`]: ['1', '0'],
  }),
  direct('HoldfastWalHole', `repository="local",${warning},${stanza}`, {
    [`holdfast_holes{${local},why="lost"}`]: ['0', '2'],
  }),
  direct('HoldfastNothingRestorable', `repository="local",${critical},${stanza}`, {
    [`holdfast_contiguous_windows{${local}}`]: ['1', '0'],
  }),
  direct('HoldfastForeignWal', `repository="local",${critical},${stanza}`, {
    [`holdfast_archive_foreign_files{${local},timeline="3",why="timeline-unknown-to-production"}`]: [
      '_',
      '4',
    ],
  }),
  direct('HoldfastDuplicateWal', `repository="local",${critical},${stanza}`, {
    [`holdfast_archive_duplicates{${local}}`]: ['0', '1'],
  }),
  direct('HoldfastNoBackup', `repository="local",${critical},${stanza}`, {
    [`holdfast_sets{${local},type="full"}`]: ['2', '0'],
  }),
  direct('HoldfastBackupTooOld', `repository="local",${critical},${stanza}`, {
    [`holdfast_newest_set_age_seconds{${local},type="incr"}`]: ['20000', '93601'],
    [`holdfast_newest_set_age_seconds{${local},type="diff"}`]: ['80000', '93601'],
  }),
  direct('HoldfastPageErrors', `${warning},${stanza}`, {
    [`pgbackrest_backup_last_error_status{backup_type="full",${set}}`]: ['0', '1'],
  }),
  direct('HoldfastScheduledBackupMissing', `backup="full",repository="local",${warning},${stanza}`, {
    [`holdfast_newest_set_age_seconds{${local},type="full"}`]: ['600000', '700000'],
  }),
  direct('HoldfastScheduledBackupMissing', `backup="diff",repository="local",${warning},${stanza}`, {
    [`holdfast_newest_set_age_seconds{${local},type="diff"}`]: ['80000', '110000'],
  }),
  direct('HoldfastScheduledBackupMissing', `backup="incr",repository="local",${warning},${stanza}`, {
    [`holdfast_newest_set_age_seconds{${local},type="incr"}`]: ['20000', '40000'],
    [`holdfast_newest_set_age_seconds{${local},type="diff"}`]: ['20000', '40000'],
  }),
  direct('HoldfastScheduledBackupMissing', `backup="full",repository="offsite",${warning},${stanza}`, {
    [`holdfast_newest_set_age_seconds{repository="offsite",${stanza},type="full"}`]: ['_', '700000'],
    [`holdfast_newest_set_age_seconds{repository="offsite",${stanza},type="diff"}`]: ['_', '80000'],
  }),
  direct('HoldfastScheduledBackupMissing', `backup="diff",repository="offsite",${warning},${stanza}`, {
    [`holdfast_newest_set_age_seconds{repository="offsite",${stanza},type="full"}`]: ['_', '110000'],
  }),
  direct('HoldfastJobFailed', `repository="local",${warning},${stanza}`, {
    [`holdfast_last_run_ok{${local},kind="backup"}`]: ['1', '0'],
  }),
  direct('HoldfastScheduleFailed', `${warning},${stanza}`, {
    [`holdfast_schedule_line_failed{line="main/full",${stanza}}`]: ['0', '1'],
  }),
  direct('HoldfastRestoreUnfinished', `${critical},${stanza}`, {
    [`holdfast_restores_unfinished{${stanza}}`]: ['_', '1'],
  }),
  direct('HoldfastDrillTooOld', `${warning},${stanza}`, {
    [`holdfast_last_proof_timestamp_seconds{${local}}`]: ['1', '-691201'],
  }),
  direct('HoldfastNeverDrilled', `${warning},${stanza}`, {
    [`holdfast_last_proof_timestamp_seconds{${local}}`]: ['1', '_'],
  }),
  direct('HoldfastPrimaryUnknown', `${critical},${stanza}`, {
    [`holdfast_primary_known{${stanza}}`]: ['1', '0'],
  }),
  direct('HoldfastArchiverFailing', `${critical},${stanza}`, {
    [`holdfast_archiver_last_failed_timestamp_seconds{${stanza}}`]: ['-5', '1000000'],
  }),
  // Archiving never worked.
  direct('HoldfastArchiverFailing', `${critical},${stanza}`, {
    [`holdfast_archiver_last_failed_timestamp_seconds{${stanza}}`]: ['_', '+60'],
    [`holdfast_archiver_last_archived_timestamp_seconds{${stanza}}`]: ['+60', '_'],
  }),
  direct('HoldfastWalWaiting', `${warning},${stanza}`, {
    [`holdfast_wal_ready_segments{${stanza}}`]: ['1', '10'],
  }),
  ...['3', '-3'].map((ahead) =>
    direct('HoldfastClockSkew', `${warning},${stanza}`, {
      [`holdfast_primary_clock_ahead_seconds{${stanza}}`]: ['-0.1', ahead],
    }),
  ),
  direct('HoldfastHeartbeatSilent', `${warning},${stanza}`, {
    [`holdfast_heartbeat_timestamp_seconds{${stanza}}`]: ['+60', '1'],
  }),
  direct('HoldfastHeartbeatSilent', `${warning},${stanza}`, {
    [`holdfast_heartbeat_failing{${stanza}}`]: ['0', '1'],
  }),
  ...forecast('HoldfastWalFilling', critical, 'wal-full', '20000'),
  ...forecast('HoldfastWalFilling', critical, 'queue-drops', '20000'),
  ...forecast('HoldfastWalFillingSoon', warning, 'wal-full', '200000'),
  direct('HoldfastRepositoryFull', `repository="local",${critical},${stanza}`, {
    [`holdfast_forecast_timestamp_seconds{kind="repository-full",${local}}`]: ['_', '80000'],
  }),
  ...['repository-full', 'expire-undercuts'].map((kind) =>
    direct('HoldfastRepositoryFilling', `repository="local",${warning},${stanza}`, {
      [`holdfast_forecast_timestamp_seconds{kind="${kind}",${local}}`]: ['_', '150000'],
    }),
  ),
  direct('HoldfastRpoExceeded', `repository="local",${critical},${stanza}`, {
    [`holdfast_rpo_at_least_seconds{${local}}`]: ['0', '301'],
  }),
  direct('HoldfastArchiveBehind', `repository="local",${critical},${stanza}`, {
    [`holdfast_wal_lag_seconds{${local}}`]: ['0', '301'],
  }),
  direct('HoldfastRestoreTooSlow', `${warning},${stanza}`, {
    [`holdfast_rto_measured_seconds{${stanza}}`]: ['900', '1801'],
  }),
  ...(['critical', 'warning'] as const).flatMap((severity) => {
    const alert = severity === 'critical' ? 'HoldfastFindingCritical' : 'HoldfastFindingWarning';
    const rule = 'rule="a-rule-without-an-alert"';
    return [
      direct(alert, `repository="local",${rule},severity="${severity}",${stanza}`, {
        [`holdfast_findings{${local},${rule},severity="${severity}"}`]: ['_', '1'],
      }),
      direct(alert, `${rule},severity="${severity}"`, {
        [`holdfast_findings{repository="",stanza="",${rule},severity="${severity}"}`]: ['_', '1'],
      }),
    ];
  }),
];

/** Every finding that an alert of the stanza `main` tells makes it fire. */
export function findingCases(): readonly AlertCase[] {
  const [, group] = alertGroups(alertsConfiguration, 'holdfast');
  return (group?.rules ?? []).flatMap(({ alert, severity, findings }) =>
    findings.map((rule) =>
      direct(alert, `repository="local",severity="${severity}",${stanza}`, {
        [`holdfast_findings{${local},rule="${rule}",severity="${severity}"}`]: ['_', '1'],
      }),
    ),
  );
}

function readExample(text: string): Configuration {
  const { configuration, problems } = parseConfiguration(text, '/etc/holdfast/holdfast.yaml');
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  return configuration;
}
