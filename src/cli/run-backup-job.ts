import type { Stanza } from '../config/configuration.ts';
import type { PlannedBackup } from '../jobs/backup/backup-plan.ts';
import { readOutcome, type BackupResult } from '../jobs/backup/backup-result.ts';
import type { BackupType } from '../model/backup-set.ts';
import { formatElapsed } from '../model/duration.ts';
import type { JobEvent, JobOrigin, JobOutcome, JobRequest } from '../model/job.ts';
import type { Repository } from '../model/repository.ts';
import type { CommandContext } from './context.ts';
import { openProgressLine, type ProgressLine } from './output/progress-line.ts';
import { requestJob } from './request-job.ts';
import { runJobs, type JobRoute, type JobsObserver } from './run-jobs.ts';

/** What a person wants to have backed up. */
export interface BackupWish {
  readonly type: BackupType;
  /** Into these, in the order of their numbers. */
  readonly repositories: readonly Repository[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Milliseconds to wait for what another host does there; undefined: what is usual. */
  readonly leaseWaitMs?: number | undefined;
  /** Undefined: a person wants it. */
  readonly origin?: JobOrigin | undefined;
}

/** Takes backups with progress on the terminal. @returns a result for each that was begun */
export async function runBackupJob(
  stanza: Stanza,
  wish: BackupWish,
  context: CommandContext,
  route: JobRoute,
): Promise<readonly BackupResult[]> {
  using progress = openProgressLine(context.terminal, () => performance.now());
  const planned: PlannedBackup[] = inOrder(wish.repositories).map(({ name, key }) => ({
    repository: { name, key },
    requestedType: wish.type,
    type: wish.type,
    reason: undefined,
  }));
  const results: BackupResult[] = [];
  const observer: JobsObserver = {
    onEvent: (job, event) => {
      const plan = planned[job];
      if (plan === undefined) return;
      if (event.kind === 'started') {
        planned[job] = { ...plan, type: event.backupType ?? plan.type, reason: event.reason };
      }
      showEvent(event, planned[job] ?? plan, stanza.name, { context, progress });
    },
    onOutcome: (job, outcome) => {
      const plan = planned[job];
      if (plan === undefined) return;
      const result = readOutcome(plan, outcome);
      results.push(result);
      progress.clear();
      showResult(result, context);
    },
    onFollowUp: (_, outcome) => {
      const last = results.pop();
      if (last === undefined) return;
      const warnings = warningsOf(outcome);
      results.push(
        last.ok && last.needless === undefined
          ? { ...last, warnings: [...last.warnings, ...warnings] }
          : last,
      );
      const { name } = last.planned.repository;
      for (const warning of warnings) context.terminal.printWarning(`holdfast: ${name}: ${warning}`);
    },
  };
  await runJobs(stanza, await backupRequests(stanza, wish, context), context, observer, route);
  return results;
}

/** The set is there: that the old ones are still there, too, is worth a warning. */
function warningsOf(expire: JobOutcome): readonly string[] {
  switch (expire.result) {
    case 'ok':
      return expire.warnings.map((warning) => `pgbackrest warns: ${warning}`);
    case 'skipped':
      return [`old sets were not expired: ${expire.detail}`];
    default:
      return [`old sets were not expired: ${expire.failure.problem}`];
  }
}

function inOrder(repositories: readonly Repository[]): readonly Repository[] {
  return repositories.toSorted((left, right) => left.key - right.key);
}

/** The jobs that a wish comes to. */
export async function backupRequests(
  stanza: Stanza,
  wish: BackupWish,
  context: CommandContext,
): Promise<readonly JobRequest[]> {
  const [actor, { cause }] = [await context.actor(), context];
  const { type, annotations, leaseWaitMs, origin } = wish;
  return inOrder(wish.repositories).map((repository) => ({
    ...requestJob({ kind: 'backup', stanza: stanza.name, repository: repository.name, actor, cause }),
    backupType: type,
    annotations,
    leaseWaitMs,
    ...(origin === undefined ? {} : { origin }),
  }));
}

function showEvent(
  event: JobEvent,
  planned: PlannedBackup,
  stanza: string,
  shown: { readonly context: CommandContext; readonly progress: ProgressLine },
): void {
  const { progress } = shown;
  const { terminal } = shown.context;
  const { repository, type, requestedType, reason } = planned;
  if (event.kind === 'progress') {
    const { bytesDone, bytesTotal } = event;
    progress.update({ label: `${stanza} to ${repository.name}`, bytesDone, bytesTotal });
    return;
  }
  if (event.kind === 'leased') return;
  progress.clear();
  if (event.kind === 'note') {
    terminal.printNote(`holdfast: ${repository.name}: ${event.text}`);
    return;
  }
  const why = reason === undefined ? '' : ` (${requestedType} was asked for, but ${reason})`;
  terminal.printNote(`holdfast: ${type} backup of ${stanza} into ${repository.name}${why}`);
}

function showResult(result: BackupResult, { terminal }: CommandContext): void {
  const name = result.planned.repository.name;
  if (!result.ok) {
    const word = result.failure.kind === 'interrupted' ? 'stopped' : 'failed';
    const after = formatElapsed(result.elapsedMs);
    terminal.printWarning(`holdfast: ${name}: ${word} after ${after}: ${result.failure.problem}`);
    return;
  }
  if (result.needless !== undefined) return;
  // That a full one was taken has been said before it started.
  const said = (warning: string): boolean =>
    result.planned.reason !== undefined && warning.startsWith('no prior backup exists');
  for (const warning of result.warnings) {
    if (!said(warning)) terminal.printWarning(`holdfast: ${name}: pgbackrest warns: ${warning}`);
  }
}
