import { at, graph, of, query, where } from './build-panels.ts';
import type { PanelRow } from './dashboard-panel.ts';

/** Sets and the jobs that make them. */
export const backups: PanelRow = {
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

/** Whether WAL arrives. */
export const wal: PanelRow = {
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

/** What fills up. */
export const capacity: PanelRow = {
  title: 'Space and cost',
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
    graph(
      'What is stored',
      'bytes',
      [query(`holdfast_repository_stored_bytes${at}`)],
      'Backup sets and WAL, as they are stored.',
    ),
    graph(
      'What a month of it costs',
      'currencyUSD',
      [
        query(`holdfast_repository_month_cost_dollars${at}`),
        query(`sum(holdfast_repository_month_cost_dollars${at}) or vector(0)`, 'all'),
      ],
      'By the prices of holdfast.yaml or the list prices, without requests and reading: `holdfast cost` has all of it.',
    ),
  ],
};

/** The program itself. */
export const daemon: PanelRow = {
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
