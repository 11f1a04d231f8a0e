import type { MetricDefinition } from './metric-definition.ts';

const perStanza = ['stanza'] as const;
const perRepository = ['stanza', 'repository'] as const;

/** The primary against each repository, what a loss would cost, and what is to come. */
export const positionCatalogue = {
  positionKnown: {
    name: 'holdfast_wal_position_known',
    type: 'gauge',
    help: '1 when the primary and the archive were both seen lately, so that they can be compared; 0 when not, and then the others about lag and loss are absent.',
    labels: perRepository,
  },
  positionCompared: {
    name: 'holdfast_wal_position_timestamp_seconds',
    type: 'gauge',
    help: 'The moment of which lag and loss are true: the older one of the two looks, epoch seconds.',
    labels: perRepository,
  },
  positionState: {
    name: 'holdfast_wal_position_state',
    type: 'gauge',
    help: '1 for the state of the archive, 0 for the others: complete (all is there), idle (what is not there is the begin of a segment in which nothing is written), waiting (on its way), behind (WAL is missing that should be there).',
    labels: [...perRepository, 'state'],
  },
  lagBytes: {
    name: 'holdfast_wal_lag_bytes',
    type: 'gauge',
    help: 'From the end of the newest segment in the repository to the position of the primary. Below a segment it says nothing.',
    labels: perRepository,
  },
  lagSegments: {
    name: 'holdfast_wal_lag_segments',
    type: 'gauge',
    help: 'Segments that are full and not in the repository.',
    labels: perRepository,
  },
  lagSeconds: {
    name: 'holdfast_wal_lag_seconds',
    type: 'gauge',
    help: 'Since when the oldest WAL exists that is not in the repository; 0 when nothing is missing, and for an idle server. It may be longer where it is longer than what is remembered.',
    labels: perRepository,
  },
  lossAtLeast: {
    name: 'holdfast_rpo_at_least_seconds',
    type: 'gauge',
    help: 'Measured RPO: something of this age was written and could not be restored from this repository; 0 when nothing is known to be missing.',
    labels: perRepository,
  },
  lossAtMost: {
    name: 'holdfast_rpo_at_most_seconds',
    type: 'gauge',
    help: 'Measured RPO: everything older can be restored from this repository. Absent when nothing tells it.',
    labels: perRepository,
  },
  restorableUntil: {
    name: 'holdfast_restorable_until_timestamp_seconds',
    type: 'gauge',
    help: "Everything up to this moment can be restored from this repository, epoch seconds by the daemon's clock. Absent when nothing tells it.",
    labels: perRepository,
  },
  restoreSeconds: {
    name: 'holdfast_rto_measured_seconds',
    type: 'gauge',
    help: 'How long the last restore took that ended well; absent when there was none.',
    labels: perStanza,
  },
  restoreEnd: {
    name: 'holdfast_last_restore_timestamp_seconds',
    type: 'gauge',
    help: 'When that restore ended, epoch seconds.',
    labels: perStanza,
  },
  forecast: {
    name: 'holdfast_forecast_timestamp_seconds',
    type: 'gauge',
    help: 'When something will happen if all goes on as it does, epoch seconds: wal-full (pg_wal), queue-drops (archive-push-queue-max throws WAL away), repository-full, expire-undercuts (fewer good full backups than the retention says). Absent: nothing of the kind is to come.',
    labels: [...perRepository, 'kind'],
  },
  walFullAfter: {
    name: 'holdfast_wal_full_after_seconds',
    type: 'gauge',
    help: 'If archiving stood still from now on, pg_wal would be full after so long at the present rate of WAL.',
    labels: perStanza,
  },
  walDropsAfter: {
    name: 'holdfast_wal_drops_after_seconds',
    type: 'gauge',
    help: 'If archiving stood still from now on, pgBackRest would throw WAL away after so long; absent without archive-push-queue-max.',
    labels: perStanza,
  },
  repositoryAvailable: {
    name: 'holdfast_repository_available_bytes',
    type: 'gauge',
    help: 'Free space where a repository lies; only of directories of this host.',
    labels: perRepository,
  },
  repositoryTotal: {
    name: 'holdfast_repository_filesystem_bytes',
    type: 'gauge',
    help: 'Size of the file system where a repository lies; only of directories of this host.',
    labels: perRepository,
  },
  repositoryStored: {
    name: 'holdfast_repository_stored_bytes',
    type: 'gauge',
    help: 'Bytes of backup sets and WAL that a repository holds of a stanza, as they are stored.',
    labels: perRepository,
  },
  repositoryMonthCost: {
    name: 'holdfast_repository_month_cost_dollars',
    type: 'gauge',
    help: 'What a month of that costs in US dollars, by prices of holdfast.yaml or the list price; without requests and reading (`holdfast cost` has all of it). Absent where no price is known.',
    labels: perRepository,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
