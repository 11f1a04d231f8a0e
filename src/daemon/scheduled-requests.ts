import type { DueRun } from '../model/schedule-line.ts';
import type { Actor } from '../model/actor.ts';
import type { JobKind, JobOutcome, JobRequest } from '../model/job.ts';
import type { BackupType } from '../model/backup-set.ts';
import type { ScheduledJob } from '../model/schedule.ts';
import type { ScheduleDecision } from '../store/schedule-memory.ts';

/** What each kind of line is for the runner; what is not named here cannot be run yet. */
const kinds: Partial<Readonly<Record<ScheduledJob, { kind: JobKind; type: BackupType | undefined }>>> = {
  full: { kind: 'backup', type: 'full' },
  diff: { kind: 'backup', type: 'diff' },
  incr: { kind: 'backup', type: 'incr' },
  verify: { kind: 'verify', type: undefined },
  expire: { kind: 'expire', type: undefined },
  check: { kind: 'check', type: undefined },
  drill: { kind: 'drill', type: undefined },
  maintenance: { kind: 'maintenance', type: undefined },
};

/**
 * The jobs of a run that is due: one for each repository of its line, in the order of the file; of a drill one, which
 * takes the repositories in turn.
 */
export function scheduledRequests(
  { line, occurrence }: Pick<DueRun, 'line' | 'occurrence'>,
  actor: Actor,
): readonly JobRequest[] {
  const what = kinds[line.job];
  if (what === undefined) return [];
  const isOne = line.repositories.length === 0 || line.drill !== undefined;
  const repositories = isOne ? [undefined] : line.repositories;
  return repositories.map((repository) => ({
    kind: what.kind,
    stanza: line.stanza,
    repository,
    backupType: what.type,
    ...(line.drill === undefined ? {} : { drill: { ...line.drill, repositories: line.repositories } }),
    annotations: {},
    origin: { kind: 'schedule', line: line.key, occurrence },
    actor,
    cause: `schedule ${line.key}`,
    timeoutMs: line.timeoutMs,
    priority: line.priority,
  }));
}

/**
 * How a run that was due ended, from how its jobs ended.
 *
 * @param ended each job's repository and outcome, in their order
 */
export function settlementOf(
  ended: readonly { readonly repository: string | undefined; readonly outcome: JobOutcome }[],
): Pick<ScheduleDecision, 'decision' | 'reason' | 'detail' | 'runId'> {
  const detail = ended
    .map(
      ({ repository, outcome }) => `${repository === undefined ? '' : `${repository}: `}${wordOf(outcome)}`,
    )
    .join('; ');
  const runs = ended.flatMap(({ outcome }) => (outcome.result === 'skipped' ? [] : [outcome]));
  // What went wrong is what somebody will look for.
  const telling = runs.find((outcome) => outcome.result !== 'ok') ?? runs[0];
  if (telling) return { decision: 'run', reason: undefined, detail, runId: telling.runId };
  const [first] = ended.flatMap(({ outcome }) => (outcome.result === 'skipped' ? [outcome.reason] : []));
  return { decision: 'skip', reason: first ?? 'not-available', detail, runId: undefined };
}

function wordOf(outcome: JobOutcome): string {
  switch (outcome.result) {
    case 'ok':
      return outcome.label === undefined ? 'done' : `done, ${outcome.label}`;
    case 'skipped':
      return outcome.detail;
    default:
      return `${outcome.result}: ${outcome.failure.problem}`;
  }
}
