import type { MetricDefinition } from './metric-definition.ts';

const perStanza = ['stanza'] as const;
const perRepository = ['stanza', 'repository'] as const;
const perChannel = ['channel', 'kind'] as const;

/** WAL archives, windows, primaries and deliveries: what the looks of the daemon found, and when. */
export const protectionCatalogue = {
  archiveKnown: {
    name: 'holdfast_archive_known',
    type: 'gauge',
    help: '1 when it is known what WAL a repository holds, 0 when looking failed or is too long ago.',
    labels: perRepository,
  },
  archiveObserved: {
    name: 'holdfast_archive_observed_timestamp_seconds',
    type: 'gauge',
    help: 'When the WAL archive was seen last, epoch seconds.',
    labels: perRepository,
  },
  archiveSegments: {
    name: 'holdfast_archive_segments',
    type: 'gauge',
    help: 'WAL segments in the archive by timeline; standing is production, former, accepted, foreign or unknown (production was not seen yet).',
    labels: [...perRepository, 'timeline', 'standing'],
  },
  archiveBytes: {
    name: 'holdfast_archive_stored_bytes',
    type: 'gauge',
    help: 'Bytes of WAL in the archive as they are stored, compressed.',
    labels: perRepository,
  },
  archiveDuplicates: {
    name: 'holdfast_archive_duplicates',
    type: 'gauge',
    help: 'Segments that are stored with different contents: two servers archived into one place.',
    labels: perRepository,
  },
  archivePartials: {
    name: 'holdfast_archive_partials',
    type: 'gauge',
    help: 'Partial segments: what promoted standbys left of the last segment of the timeline before.',
    labels: perRepository,
  },
  archiveForeign: {
    name: 'holdfast_archive_foreign_files',
    type: 'gauge',
    help: 'Files of WAL that production never wrote, by what shows that.',
    labels: [...perRepository, 'timeline', 'why'],
  },
  archiveOldestLook: {
    name: 'holdfast_archive_oldest_look_age_seconds',
    type: 'gauge',
    help: 'How long ago the part of the archive was seen that was seen longest ago; old parts are looked at in turn.',
    labels: perRepository,
  },
  archiveRequests: {
    name: 'holdfast_archive_look_requests',
    type: 'gauge',
    help: 'Listings that the last look at the archive took; object stores ask money for them.',
    labels: perRepository,
  },
  archiveNewest: {
    name: 'holdfast_archive_newest_segment_timestamp_seconds',
    type: 'gauge',
    help: "When the newest segment of production's timeline was stored, epoch seconds by the repository's clock.",
    labels: perRepository,
  },
  archiveTimeline: {
    name: 'holdfast_archive_followed_timeline',
    type: 'gauge',
    help: 'The timeline that the windows follow.',
    labels: perRepository,
  },
  windowsKnown: {
    name: 'holdfast_windows_known',
    type: 'gauge',
    help: '1 when it is known from when to when a repository can restore, 0 when the archive or the timeline of production is not known.',
    labels: perRepository,
  },
  windowStart: {
    name: 'holdfast_window_start_timestamp_seconds',
    type: 'gauge',
    help: 'Begin of a window, epoch seconds. claimed: what pgbackrest info says; contiguous: the newest stretch without a missing segment.',
    labels: [...perRepository, 'window'],
  },
  windowEnd: {
    name: 'holdfast_window_end_timestamp_seconds',
    type: 'gauge',
    help: 'End of a window, epoch seconds: what is later is not certain to be there. claimed and contiguous as for the begin.',
    labels: [...perRepository, 'window'],
  },
  contiguousWindows: {
    name: 'holdfast_contiguous_windows',
    type: 'gauge',
    help: 'Stretches from a usable set on without a missing segment; more than one means holes, none means that nothing can be restored.',
    labels: perRepository,
  },
  holes: {
    name: 'holdfast_holes',
    type: 'gauge',
    help: 'Places where WAL is missing inside of what is claimed.',
    labels: perRepository,
  },
  holeSegments: {
    name: 'holdfast_hole_segments',
    type: 'gauge',
    help: 'Segments that are missing in all holes together.',
    labels: perRepository,
  },
  provenSets: {
    name: 'holdfast_proven_sets',
    type: 'gauge',
    help: 'Sets from which a restore was tried with success.',
    labels: perRepository,
  },
  lastProof: {
    name: 'holdfast_last_proof_timestamp_seconds',
    type: 'gauge',
    help: 'When a restore was last tried with success from a set that is still there, epoch seconds; absent when never.',
    labels: perRepository,
  },
  provenUntil: {
    name: 'holdfast_proven_until_timestamp_seconds',
    type: 'gauge',
    help: 'The newest moment up to which a restore was tried with success, epoch seconds; absent when never.',
    labels: perRepository,
  },
  primaryKnown: {
    name: 'holdfast_primary_known',
    type: 'gauge',
    help: '1 when the primary of a stanza was seen lately, 0 when looking failed or is too long ago.',
    labels: perStanza,
  },
  primaryObserved: {
    name: 'holdfast_primary_observed_timestamp_seconds',
    type: 'gauge',
    help: 'When the primary was seen last, epoch seconds.',
    labels: perStanza,
  },
  primaryTimeline: {
    name: 'holdfast_primary_timeline',
    type: 'gauge',
    help: 'Timeline of the primary.',
    labels: perStanza,
  },
  walInsert: {
    name: 'holdfast_wal_insert_position_bytes',
    type: 'gauge',
    help: 'Where the primary writes WAL, as bytes from the begin of the stream.',
    labels: perStanza,
  },
  walRate: {
    name: 'holdfast_wal_bytes_per_second',
    type: 'gauge',
    help: 'WAL that the primary writes, measured over what is remembered; absent until that is long enough.',
    labels: perStanza,
  },
  clockAhead: {
    name: 'holdfast_primary_clock_ahead_seconds',
    type: 'gauge',
    help: "How far the primary's clock is ahead of the daemon's; below 0 when it is behind.",
    labels: perStanza,
  },
  heartbeat: {
    name: 'holdfast_heartbeat_timestamp_seconds',
    type: 'gauge',
    help: 'The last heartbeat that is known to be committed, epoch seconds; absent when there is none.',
    labels: perStanza,
  },
  walDirectorySegments: {
    name: 'holdfast_wal_directory_segments',
    type: 'gauge',
    help: "Segments in the primary's pg_wal.",
    labels: perStanza,
  },
  walDirectoryBytes: {
    name: 'holdfast_wal_directory_bytes',
    type: 'gauge',
    help: "Bytes in the primary's pg_wal.",
    labels: perStanza,
  },
  walReady: {
    name: 'holdfast_wal_ready_segments',
    type: 'gauge',
    help: 'Segments that wait to be archived.',
    labels: perStanza,
  },
  walAvailable: {
    name: 'holdfast_wal_directory_available_bytes',
    type: 'gauge',
    help: 'Free space where pg_wal lies; absent for a primary on another host.',
    labels: perStanza,
  },
  archiverFailures: {
    name: 'holdfast_archiver_failures',
    type: 'gauge',
    help: 'Failures that pg_stat_archiver counts; it goes back to 0 when its statistics are reset.',
    labels: perStanza,
  },
  archiverArchived: {
    name: 'holdfast_archiver_last_archived_timestamp_seconds',
    type: 'gauge',
    help: 'When archive_command last said that it had archived something, epoch seconds. That it says so proves nothing: compare holdfast_wal_lag_segments.',
    labels: perStanza,
  },
  archiverFailed: {
    name: 'holdfast_archiver_last_failed_timestamp_seconds',
    type: 'gauge',
    help: 'When archive_command last failed, epoch seconds; absent when it never did.',
    labels: perStanza,
  },
  deliveryWaiting: {
    name: 'holdfast_delivery_waiting',
    type: 'gauge',
    help: 'Messages of a channel that are not delivered yet.',
    labels: perChannel,
  },
  deliveryOldest: {
    name: 'holdfast_delivery_oldest_waiting_age_seconds',
    type: 'gauge',
    help: 'How long the oldest of them waits; absent when none does.',
    labels: perChannel,
  },
  deliveryLast: {
    name: 'holdfast_delivery_last_timestamp_seconds',
    type: 'gauge',
    help: 'When a message was last delivered, epoch seconds; absent when none was.',
    labels: perChannel,
  },
  deliveryFailing: {
    name: 'holdfast_delivery_failing',
    type: 'gauge',
    help: '1 when the last attempt failed, 0 when not.',
    labels: perChannel,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
