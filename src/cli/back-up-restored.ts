import type { Stanza } from '../config/configuration.ts';
import { readOutcome, type BackupResult } from '../jobs/backup/backup-result.ts';
import { judgeBackup } from '../jobs/backup/judge-backup.ts';
import { runJob } from '../jobs/run/run-job.ts';
import { settleOrphans } from '../jobs/run/settle-orphans.ts';
import { formatByteSize } from '../model/byte-size.ts';
import type { JobEvent } from '../model/job.ts';
import type { StepResult } from '../recovery/apply/restore-context.ts';
import type { CommandContext } from './context.ts';
import { createJobDeps } from './create-job-deps.ts';
import { backupRequests } from './run-backup-job.ts';

/**
 * Takes a full backup of a restored cluster into every repository, each a run of its own in the journal. Nothing is
 * expired after it: who has just gone back in time may find that it was the wrong moment, and needs the old sets.
 *
 * @param say tells how far it is
 * @throws Failure as `holdfast backup`
 */
export async function backUpRestored(
  stanza: Stanza,
  context: CommandContext,
  say: (message: string) => void,
): Promise<StepResult> {
  const { signal, onSpawn, terminal } = context;
  const deps = await createJobDeps(context);
  const note = (event: JobEvent): void => {
    if (event.kind === 'note') terminal.printNote(`holdfast: ${event.text}`);
    if (event.kind === 'progress' && event.bytesDone !== undefined) say(progressText(event));
  };
  await settleOrphans(deps, { stanza: stanza.name, signal, emit: note, onSpawn });
  const repositories = stanza.repositories.toSorted((left, right) => left.key - right.key);
  const requests = await backupRequests(stanza, { type: 'full', repositories, annotations: {} }, context);
  const results: BackupResult[] = [];
  for (const [index, request] of requests.entries()) {
    const { name, key } = repositories[index] ?? { name: '', key: 0 };
    const planned = {
      repository: { name, key },
      requestedType: 'full',
      type: 'full',
      reason: undefined,
    } as const;
    const outcome = await runJob(request, stanza, deps, { signal, emit: note, onSpawn, retry: false });
    results.push(readOutcome(planned, outcome));
    if (signal.aborted) break;
  }
  const wanted = { stanza: stanza.name, repositories: repositories.length };
  const failure = judgeBackup(wanted, results, signal.aborted);
  if (failure) throw failure;
  const taken = results.flatMap((result) =>
    result.ok && result.needless === undefined
      ? [`${result.label} in ${result.planned.repository.name}`]
      : [],
  );
  return {
    facts: { runs: results.map(({ runId }) => runId) },
    summary: `${taken.join(', ')}; nothing was expired`,
  };
}

function progressText(event: Extract<JobEvent, { kind: 'progress' }>): string {
  const total = event.bytesTotal === undefined ? '' : ` of ${formatByteSize(event.bytesTotal)}`;
  return `full backup: ${formatByteSize(event.bytesDone)}${total}`;
}
