import type { Stanza } from '../../config/configuration.ts';
import { type AlertRule, orFindings, select } from './alert-rule.ts';

const place = 'stanza {{ $labels.stanza }}, repository {{ $labels.repository }}';

/** The primary and its archiver, clocks, heartbeats, and what fills up. */
export function primaryAlerts({ name: stanza, heartbeat }: Stanza): readonly AlertRule[] {
  return [...serverAlerts(stanza), ...heartbeatAlerts(stanza, heartbeat?.every), ...spaceAlerts(stanza)];
}

function serverAlerts(stanza: string): readonly AlertRule[] {
  const unknown = { stanza, severity: 'critical', findings: ['primary-unknown'] } as const;
  const failing = {
    stanza,
    severity: 'critical',
    findings: ['archiver-failing', 'archive-mode-off'],
  } as const;
  const clock = {
    stanza,
    severity: 'warning',
    findings: ['clock-differs', 'repository-clock-differs'],
  } as const;
  const lastArchived = `max by (stanza) (${select('archiverArchived', { stanza })})`;
  const lastFailed = `max by (stanza) (${select('archiverFailed', { stanza })})`;
  return [
    {
      alert: 'HoldfastPrimaryUnknown',
      severity: 'critical',
      expr: orFindings(`max by (stanza) (${select('primaryKnown', { stanza })}) == 0`, unknown),
      hold: '5m',
      summary: 'The primary can not be seen: stanza {{ $labels.stanza }}',
      description:
        'No server of the stanza answers as a primary, so nobody knows how far the archive is behind it.',
      findings: unknown.findings,
    },
    {
      alert: 'HoldfastArchiverFailing',
      severity: 'critical',
      expr: orFindings(`${lastFailed} > ${lastArchived} or ${lastFailed} unless ${lastArchived}`, failing),
      hold: '5m',
      summary: 'archive_command fails: stanza {{ $labels.stanza }}',
      description: 'WAL piles up in pg_wal and is lost when the primary is. Read the log of the server.',
      findings: failing.findings,
    },
    {
      alert: 'HoldfastWalWaiting',
      severity: 'warning',
      expr: orFindings(`max by (stanza) (${select('walReady', { stanza })}) >= 10`, {
        stanza,
        severity: 'warning',
        findings: ['wal-waiting'],
      }),
      hold: '10m',
      summary: 'Segments wait to be archived: stanza {{ $labels.stanza }}',
      description: 'Archiving is slower than writing, or it stands still without saying that it fails.',
      findings: ['wal-waiting'],
    },
    {
      alert: 'HoldfastClockSkew',
      severity: 'warning',
      expr: orFindings(`max by (stanza) (abs(${select('clockAhead', { stanza })})) > 2`, clock),
      hold: '10m',
      summary: 'Clocks differ: stanza {{ $labels.stanza }}',
      description:
        'Moments to restore to mean something else on each host. Look at their time synchronization.',
      findings: clock.findings,
    },
  ];
}

/** @param every seconds; undefined: there are none */
function heartbeatAlerts(stanza: string, every: number | undefined): readonly AlertRule[] {
  if (every === undefined) return [];
  const silent = { stanza, severity: 'warning', findings: ['heartbeat-failing'] } as const;
  const last = `max by (stanza) (${select('heartbeat', { stanza })})`;
  return [
    {
      alert: 'HoldfastHeartbeatSilent',
      severity: 'warning',
      expr: orFindings(
        `time() - ${last} > ${Math.max(600, 10 * every)} or max by (stanza) (${select('heartbeatFailing', { stanza })}) == 1`,
        silent,
      ),
      hold: '5m',
      summary: 'No heartbeat is written to the primary: stanza {{ $labels.stanza }}',
      description: 'Without it nobody knows to the second up to when an idle cluster can be restored.',
      findings: silent.findings,
    },
  ];
}

/** Seconds until what is forecast, as src/status/rules/forecasts.ts has them. */
const [hour, day] = [3600, 86_400];

function spaceAlerts(stanza: string): readonly AlertRule[] {
  const wal = ['forecast-wal-full', 'forecast-queue-drops'];
  const full = ['forecast-repository-full', 'disk-space'];
  const filling = [...full, 'forecast-expire-undercuts'];
  /** What is to come within so many seconds. */
  const within = (kinds: string, seconds: number): string =>
    `min by (stanza, repository) (${select('forecast', { stanza, kind: `=~${kinds}` })} - time()) < ${seconds}`;
  return [
    {
      alert: 'HoldfastWalFilling',
      severity: 'critical',
      expr: orFindings(within('wal-full|queue-drops', 8 * hour), {
        stanza,
        severity: 'critical',
        findings: wal,
      }),
      hold: '5m',
      summary: 'pg_wal is filling up: stanza {{ $labels.stanza }}',
      description:
        'At the present rate it is full, or WAL is dropped, within 8 hours; a full pg_wal stops the primary.',
      findings: wal,
    },
    {
      alert: 'HoldfastWalFillingSoon',
      severity: 'warning',
      expr: orFindings(within('wal-full|queue-drops', 3 * day), {
        stanza,
        severity: 'warning',
        findings: wal,
      }),
      hold: '15m',
      summary: 'pg_wal will fill up: stanza {{ $labels.stanza }}',
      description:
        'At the present rate it is full, or WAL is dropped, within days. `holdfast status` says when.',
      findings: wal,
    },
    {
      alert: 'HoldfastRepositoryFull',
      severity: 'critical',
      expr: orFindings(within('repository-full', day), { stanza, severity: 'critical', findings: full }),
      hold: '5m',
      summary: `A repository is nearly full: ${place}`,
      description: 'Backups and archiving will fail. `holdfast status` says when.',
      findings: full,
    },
    {
      alert: 'HoldfastRepositoryFilling',
      severity: 'warning',
      expr: orFindings(`${within('repository-full', 14 * day)} or ${within('expire-undercuts', 2 * day)}`, {
        stanza,
        severity: 'warning',
        findings: filling,
      }),
      hold: '15m',
      summary: `A repository will fill up, or expire will undercut the policy: ${place}`,
      description: '`holdfast status` says when.',
      findings: filling,
    },
  ];
}
