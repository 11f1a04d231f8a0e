import type { MetricDefinition } from './metric-definition.ts';
import { pgbackrestCatalogue } from './pgbackrest/catalogue.ts';
import { positionCatalogue } from './position-catalogue.ts';
import { protectionCatalogue } from './protection-catalogue.ts';

const perRepository = ['stanza', 'repository'] as const;
const perJob = ['stanza', 'repository', 'kind'] as const;
/** From a second to a day. */
const jobBuckets = [1, 5, 15, 60, 300, 900, 3600, 10_800, 43_200, 86_400] as const;
const lookBuckets = [0.1, 0.5, 1, 5, 30, 120, 900] as const;
const waitBuckets = [0.1, 1, 10, 60, 300, 1800, 7200] as const;

/**
 * Every metric that `/metrics` shows; docs/metrics.md is made of this. `repository` is empty for jobs that do not work
 * on repositories. What was seen and has become uncertain is not shown at all, so that a rule on its absence fires.
 */
export const catalogue = {
  ...pgbackrestCatalogue,
  ...protectionCatalogue,
  ...positionCatalogue,
  buildInfo: {
    name: 'holdfast_build_info',
    type: 'gauge',
    help: 'Always 1; the version is in the label.',
    labels: ['version'],
  },
  startTime: {
    name: 'process_start_time_seconds',
    type: 'gauge',
    help: 'When the daemon started, epoch seconds.',
    labels: [],
  },
  residentMemory: {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    help: 'Resident memory of the daemon without its children.',
    labels: [],
  },
  cpuSeconds: {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    help: 'Processor time of the daemon without its children, user and system.',
    labels: [],
  },
  ready: {
    name: 'holdfast_ready',
    type: 'gauge',
    help: '1 when the journal is open and the scheduler turns, as /ready says.',
    labels: [],
  },
  healthy: {
    name: 'holdfast_health',
    type: 'gauge',
    help: '1 for the status that /health says, 0 for the others.',
    labels: ['status'],
  },
  findings: {
    name: 'holdfast_findings',
    type: 'gauge',
    help: 'Findings of the assessment, by rule and what they are about (empty where not about one); none means that no such finding is there.',
    labels: ['rule', 'severity', 'stanza', 'repository'],
  },
  findingSince: {
    name: 'holdfast_finding_since_timestamp_seconds',
    type: 'gauge',
    help: 'Since when there is a finding of a rule about this stanza and repository, of several the first: epoch seconds.',
    labels: ['rule', 'stanza', 'repository'],
  },
  looks: {
    name: 'holdfast_looks_total',
    type: 'counter',
    help: 'Looks that ended since the daemon started; look is catalogue (backup sets), archive (WAL) or primary, result is ok or failed.',
    labels: ['look', 'stanza', 'repository', 'result'],
  },
  lookRequests: {
    name: 'holdfast_look_requests_total',
    type: 'counter',
    help: 'Commands of pgBackRest that looks which ended well took; each makes at least one request to an object store.',
    labels: ['look', 'stanza', 'repository'],
  },
  lookSeconds: {
    name: 'holdfast_look_duration_seconds',
    type: 'histogram',
    help: 'How long looks took, whatever their result.',
    labels: ['look'],
    buckets: lookBuckets,
  },
  tickAge: {
    name: 'holdfast_scheduler_tick_age_seconds',
    type: 'gauge',
    help: 'Seconds since the loop of the scheduler turned last.',
    labels: [],
  },
  configurationLoaded: {
    name: 'holdfast_configuration_loaded_timestamp_seconds',
    type: 'gauge',
    help: 'When the configuration in use was loaded, epoch seconds.',
    labels: [],
  },
  configurationRefused: {
    name: 'holdfast_configuration_refused',
    type: 'gauge',
    help: '1 when the last reload was refused and an older configuration is in use.',
    labels: [],
  },
  reloads: {
    name: 'holdfast_configuration_reloads_total',
    type: 'counter',
    help: 'Reloads of the configuration.',
    labels: ['result'],
  },
  jobs: {
    name: 'holdfast_jobs_total',
    type: 'counter',
    help: 'Jobs that ended since the daemon started; result is ok, failed, interrupted or skipped.',
    labels: [...perJob, 'type', 'result'],
  },
  skips: {
    name: 'holdfast_job_skips_total',
    type: 'counter',
    help: 'Jobs that were found to be unneeded or impossible when their turn came, by reason.',
    labels: [...perJob, 'reason'],
  },
  jobSeconds: {
    name: 'holdfast_job_duration_seconds',
    type: 'histogram',
    help: 'How long jobs took that ended ok.',
    labels: perJob,
    buckets: jobBuckets,
  },
  queueSeconds: {
    name: 'holdfast_job_queue_seconds',
    type: 'histogram',
    help: 'How long jobs waited in the queue until they began.',
    labels: ['kind'],
    buckets: waitBuckets,
  },
  leaseSeconds: {
    name: 'holdfast_lease_wait_seconds',
    type: 'histogram',
    help: 'How long jobs waited for the lease of a stanza and repository until they had it.',
    labels: perRepository,
    buckets: waitBuckets,
  },
  jobsNow: {
    name: 'holdfast_jobs',
    type: 'gauge',
    help: 'Jobs in the daemon now; state is waiting or running.',
    labels: [...perJob, 'state'],
  },
  holds: {
    name: 'holdfast_stanza_held',
    type: 'gauge',
    help: '1 while nothing of the stanza is begun because something else works on it (a restore).',
    labels: ['stanza'],
  },
  lastRunEnd: {
    name: 'holdfast_last_run_end_timestamp_seconds',
    type: 'gauge',
    help: 'When the last run of a kind ended, epoch seconds, however it ended.',
    labels: perJob,
  },
  lastRunOk: {
    name: 'holdfast_last_run_ok',
    type: 'gauge',
    help: '1 when the last run of a kind was ok, 0 when it failed or was interrupted.',
    labels: perJob,
  },
  unfinished: {
    name: 'holdfast_restores_unfinished',
    type: 'gauge',
    help: 'Restores and undos that have not come to their end.',
    labels: ['stanza'],
  },
  decisions: {
    name: 'holdfast_schedule_decisions_total',
    type: 'counter',
    help: 'Times of schedule lines that were decided since the daemon started; reason is empty for a run.',
    labels: ['stanza', 'line', 'decision', 'reason'],
  },
  lineFailed: {
    name: 'holdfast_schedule_line_failed',
    type: 'gauge',
    help: '1 when the run of the last time of a schedule line failed.',
    labels: ['stanza', 'line'],
  },
  lineLast: {
    name: 'holdfast_schedule_line_last_timestamp_seconds',
    type: 'gauge',
    help: 'The last time of a schedule line that was decided, epoch seconds.',
    labels: ['stanza', 'line'],
  },
  repositoryKnown: {
    name: 'holdfast_repositories_known',
    type: 'gauge',
    help: '1 when it is known what the repositories of a stanza hold, 0 when looking failed or is too long ago.',
    labels: ['stanza'],
  },
  repositoryObserved: {
    name: 'holdfast_repositories_observed_timestamp_seconds',
    type: 'gauge',
    help: 'When the repositories of a stanza were seen last, epoch seconds.',
    labels: ['stanza'],
  },
  repositoryStatus: {
    name: 'holdfast_repository_status_code',
    type: 'gauge',
    help: 'Status code of pgbackrest info: 0 ok, 2 no backups, others are errors; absent when unknown.',
    labels: perRepository,
  },
  newestSetAge: {
    name: 'holdfast_newest_set_age_seconds',
    type: 'gauge',
    help: 'Age of the newest backup set of a type; absent when there is none or it is unknown.',
    labels: [...perRepository, 'type'],
  },
  sets: {
    name: 'holdfast_sets',
    type: 'gauge',
    help: 'Backup sets in a repository; absent when unknown.',
    labels: [...perRepository, 'type'],
  },
  ageObjective: {
    name: 'holdfast_backup_age_objective_seconds',
    type: 'gauge',
    help: 'objectives.backupAge of a stanza; absent when there is none.',
    labels: ['stanza'],
  },
  rpoObjective: {
    name: 'holdfast_rpo_objective_seconds',
    type: 'gauge',
    help: 'objectives.rpo of a stanza; absent when there is none.',
    labels: ['stanza'],
  },
  rtoObjective: {
    name: 'holdfast_rto_objective_seconds',
    type: 'gauge',
    help: 'objectives.rto of a stanza; absent when there is none.',
    labels: ['stanza'],
  },
  drillAgeObjective: {
    name: 'holdfast_drill_age_objective_seconds',
    type: 'gauge',
    help: 'objectives.drillAge of a stanza; absent when there is none.',
    labels: ['stanza'],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
