import type { Panel, PanelQuery, PanelRow, Unit } from './dashboard-panel.ts';

const of = '{stanza=~"$stanza"}';
const at = '{stanza=~"$stanza", repository=~"$repository"}';
const where = '{{stanza}} {{repository}}';
const good = [
  [null, 'green'],
  [1, 'red'],
] as const;
const doubtful = [
  [null, 'green'],
  [1, 'yellow'],
] as const;
const wanted = [
  [null, 'red'],
  [1, 'green'],
] as const;

type Thresholds = Panel['thresholds'];

function stat(
  title: string,
  expr: string,
  description: string,
  options: { unit?: Unit; legend?: string; thresholds?: Thresholds } = {},
): Panel {
  const { unit = 'none', legend = '', thresholds } = options;
  return {
    title,
    description,
    form: 'stat',
    unit,
    queries: [{ expr, legend }],
    width: 4,
    height: 4,
    thresholds,
  };
}

function graph(title: string, unit: Unit, queries: readonly PanelQuery[], description: string): Panel {
  return { title, description, form: 'timeseries', unit, queries, width: 12, height: 8 };
}

const query = (expr: string, legend = where): PanelQuery => ({ expr, legend });
/** How long ago a moment was, and how long it still is. */
const since = (name: string, selector: string): string => `time() - ${name}${selector}`;

const overview: PanelRow = {
  title: 'Can we get it back?',
  panels: [
    stat(
      'Critical findings',
      'sum(holdfast_findings{severity="critical", stanza=~"$stanza|"}) or vector(0)',
      'What the assessment of Holdfast says; it is the only place that judges.',
      { thresholds: good },
    ),
    stat(
      'Warnings',
      'sum(holdfast_findings{severity="warning", stanza=~"$stanza|"}) or vector(0)',
      'What should be looked at.',
      { thresholds: doubtful },
    ),
    stat('Holdfast is ready', 'min(holdfast_ready)', '0: nothing is scheduled and nothing is watched.', {
      unit: 'bool_yes_no',
      thresholds: wanted,
    }),
    stat(
      'Repositories are known',
      `min(holdfast_repositories_known${of})`,
      '0: nobody could look, and what is shown elsewhere is missing.',
      { unit: 'bool_yes_no', thresholds: wanted },
    ),
    stat(
      'Holes',
      `sum(holdfast_holes${at}) or vector(0)`,
      'Places where WAL is missing inside of what is claimed: no moment in one can be restored.',
      { thresholds: good },
    ),
    stat(
      'Will run full',
      `count(holdfast_forecast_timestamp_seconds${at}) or vector(0)`,
      'What will be full, be dropped or fall below its retention if all goes on as it does.',
      { thresholds: doubtful },
    ),
    {
      title: 'What is wrong',
      description: 'Each finding, with since when. No rows: nothing is wrong.',
      form: 'table',
      unit: 'dateTimeFromNow',
      queries: [query('holdfast_finding_since_timestamp_seconds{stanza=~"$stanza|"} * 1000', '{{rule}}')],
      width: 24,
      height: 6,
    },
  ],
};

const windows: PanelRow = {
  title: 'Windows and proofs',
  panels: [
    graph(
      'Restorable until',
      's',
      [query(since('holdfast_restorable_until_timestamp_seconds', at))],
      'How long ago the newest moment is to which each repository can restore.',
    ),
    graph(
      'Loss if production were gone now',
      's',
      [
        query(`holdfast_rpo_at_least_seconds${at}`, `${where} at least`),
        query(`holdfast_rpo_at_most_seconds${at}`, `${where} at most`),
        query(`holdfast_rpo_objective_seconds${of}`, '{{stanza}} objective'),
      ],
      'Measured RPO between its bounds.',
    ),
    graph(
      'Time since a restore was proven',
      's',
      [
        query(since('holdfast_last_proof_timestamp_seconds', at)),
        query(`holdfast_drill_age_objective_seconds${of}`, '{{stanza}} objective'),
      ],
      'Since a restore from a set that is still there was tried with success.',
    ),
    graph(
      'Stretches without a hole',
      'short',
      [query(`holdfast_contiguous_windows${at}`)],
      'One is right; none means that nothing can be restored.',
    ),
  ],
};

const drills: PanelRow = {
  title: 'Drills',
  panels: [
    stat('Last drill passed', `holdfast_last_drill_passed${at}`, 'By repository.', {
      unit: 'bool_yes_no',
      legend: where,
      thresholds: wanted,
    }),
    stat('Last drill', `holdfast_last_drill_timestamp_seconds${at} * 1000`, 'When it ended.', {
      unit: 'dateTimeFromNow',
      legend: where,
    }),
    stat('Proven sets', `holdfast_proven_sets${at}`, 'Sets from which a restore was tried with success.', {
      legend: where,
      thresholds: wanted,
    }),
    graph(
      'How long a restore takes',
      's',
      [
        query(`holdfast_drill_rto_seconds${at}`, `${where} by the last drill`),
        query(`holdfast_rto_objective_seconds${of}`, '{{stanza}} objective'),
      ],
      'What the last drill measured, for a restore of production.',
    ),
    graph(
      'Speed of the last drill',
      'Bps',
      [query(`holdfast_drill_restore_bytes_per_second${at}`)],
      'Bytes of the cluster that it restored each second.',
    ),
  ],
};

const backups: PanelRow = {
  title: 'Backups',
  panels: [
    graph(
      'Age of the newest set',
      's',
      [
        query(`holdfast_newest_set_age_seconds${at}`, `${where} {{type}}`),
        query(`holdfast_backup_age_objective_seconds${of}`, '{{stanza}} objective'),
      ],
      'By type: an incremental that stands still is not hidden by a newer full.',
    ),
    graph(
      'Sets',
      'short',
      [query(`holdfast_sets${at}`, `${where} {{type}}`)],
      'How many sets each repository has.',
    ),
    graph(
      'Size of the newest set',
      'bytes',
      [
        query(`pgbackrest_backup_last_size_bytes${of}`, '{{stanza}} {{backup_type}} cluster'),
        query(`pgbackrest_backup_last_repo_size_bytes${of}`, '{{stanza}} {{backup_type}} in the repository'),
      ],
      'Of the cluster, and what of it is in the repository after compression. Of a block incremental set the engine does not know the second.',
    ),
    graph(
      'How long the newest set took',
      's',
      [query(`pgbackrest_backup_last_duration_seconds${of}`, '{{stanza}} {{backup_type}}')],
      'Of any repository.',
    ),
    graph(
      'Jobs that did not end well',
      'short',
      [
        query(
          'sum by (stanza, kind) (increase(holdfast_jobs_total{stanza=~"$stanza", result=~"failed|interrupted"}[1h])) or vector(0)',
          '{{stanza}} {{kind}}',
        ),
      ],
      'Within an hour, by what they do.',
    ),
    graph(
      'Last runs that failed',
      'short',
      [query(`1 - holdfast_last_run_ok${at}`, `${where} {{kind}}`)],
      '1: the last run of its kind failed or was interrupted.',
    ),
  ],
};

const wal: PanelRow = {
  title: 'WAL',
  panels: [
    graph(
      'Segments that have not arrived',
      'short',
      [query(`holdfast_wal_lag_segments${at}`)],
      'Full and not in the repository. What archive_command says of itself is not asked.',
    ),
    graph(
      'Age of what has not arrived',
      's',
      [query(`holdfast_wal_lag_seconds${at}`)],
      '0 for an idle server.',
    ),
    graph(
      'WAL that is written',
      'Bps',
      [query(`rate(holdfast_wal_insert_position_bytes${of}[$__rate_interval])`, '{{stanza}}')],
      'By the primary.',
    ),
    graph(
      'WAL in the repositories',
      'bytes',
      [query(`holdfast_archive_stored_bytes${at}`)],
      'As it is stored, compressed.',
    ),
    graph(
      'pg_wal',
      'bytes',
      [
        query(`holdfast_wal_directory_bytes${of}`, '{{stanza}} in use'),
        query(`holdfast_wal_directory_available_bytes${of}`, '{{stanza}} free'),
      ],
      'When it is full the server stops.',
    ),
    graph(
      'Segments that wait on the primary',
      'short',
      [query(`holdfast_wal_ready_segments${of}`, '{{stanza}}')],
      'Of which archive_command has not said that they are archived.',
    ),
  ],
};

const capacity: PanelRow = {
  title: 'Space',
  panels: [
    graph(
      'Free space of repositories',
      'bytes',
      [query(`holdfast_repository_available_bytes${at}`)],
      'Only of directories of the host of Holdfast.',
    ),
    graph(
      'Share that is free',
      'percentunit',
      [query(`holdfast_repository_available_bytes${at} / holdfast_repository_filesystem_bytes${at}`)],
      'Of the file system where a repository lies.',
    ),
  ],
};

const daemon: PanelRow = {
  title: 'Holdfast itself',
  panels: [
    graph(
      'Jobs',
      'short',
      [query('sum by (kind, state) (holdfast_jobs{stanza=~"$stanza"}) or vector(0)', '{{kind}} {{state}}')],
      'Waiting and running.',
    ),
    graph(
      'Messages that wait',
      'short',
      [query('holdfast_delivery_waiting', '{{channel}}')],
      'Of each channel. What waits reaches nobody.',
    ),
    graph(
      'Memory',
      'bytes',
      [query('process_resident_memory_bytes{job="$job"}', '{{instance}}')],
      'Of the daemon without its children.',
    ),
    graph(
      'Looks that failed',
      'ops',
      [
        query(
          'sum by (look) (rate(holdfast_looks_total{result="failed"}[$__rate_interval])) or vector(0)',
          '{{look}}',
        ),
      ],
      'At repositories, archives and primaries.',
    ),
  ],
};

/** Everything that the dashboard shows, from the question that matters most on. */
export const dashboardRows: readonly PanelRow[] = [overview, windows, drills, backups, wal, capacity, daemon];
