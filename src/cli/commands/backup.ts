import type { BackupResult } from '../../jobs/backup/backup-result.ts';
import { describeResult, judgeBackup } from '../../jobs/backup/judge-backup.ts';
import { refuseStandby } from '../../jobs/backup/refuse-standby.ts';
import type { BackupType } from '../../model/backup-set.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed, parseDuration } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import type { CommandModule } from '../command-definition.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import { formatTable } from '../output/format-table.ts';
import { parseAnnotations } from '../parse-annotations.ts';
import { detachJobs } from '../detach-jobs.ts';
import { backupRequests, runBackupJob } from '../run-backup-job.ts';

/** `holdfast backup`. */
export const run: CommandModule['run'] = async (input, context) => {
  const annotations = parseAnnotations(input.values('annotation'));
  const stanza = await context.stanza();
  const repositories = chooseRepositories(stanza, input.values('repo'));
  refuseStandby(stanza);
  const type = (input.value('type') ?? 'incr') as BackupType;
  const wish = { type, repositories, annotations, leaseWaitMs: readWait(input.value('wait')) };
  if (input.flag('detach')) return detachJobs(await backupRequests(stanza, wish, context), context);
  const results = await runBackupJob(stanza, wish, context, { direct: input.flag('direct') });
  const wanted = { stanza: stanza.name, repositories: repositories.length };
  const failure = judgeBackup(wanted, results, context.signal.aborted);
  const text = resultTable(results);
  if (failure) {
    // Without --json the sets that were taken are shown before the failure; with it they are in its details.
    if (!context.globals.json) context.terminal.printResult(text);
    throw failure;
  }
  return { data: { stanza: stanza.name, repositories: results.map(describeResult) }, text };
};

/** @returns milliseconds. @throws Failure usage */
function readWait(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds >= 0 && seconds <= 7 * 86_400) return seconds * 1000;
  throw new Failure('usage', {
    operation: 'read --wait',
    problem: `${JSON.stringify(text)} is not a duration from 0s to 7d`,
    hint: 'Write it as --wait 30m.',
  });
}

function resultTable(results: readonly BackupResult[]): string {
  return formatTable(
    [
      { title: 'repository' },
      { title: 'result' },
      { title: 'label' },
      { title: 'type' },
      { title: 'duration', align: 'right' },
      { title: 'cluster', align: 'right' },
      { title: 'copied', align: 'right' },
      { title: 'in repository', align: 'right' },
    ],
    results.map((result) => {
      const name = result.planned.repository.name;
      const duration = formatElapsed(result.elapsedMs);
      if (!result.ok)
        return [
          name,
          result.failure.kind === 'interrupted' ? 'stopped' : 'failed',
          result.label ?? '-',
          '-',
          duration,
          '-',
          '-',
          '-',
        ];
      const sizes = [result.clusterBytes, result.copiedBytes, result.repositoryBytes].map(formatByteSize);
      return [name, 'ok', result.label, result.type, duration, ...sizes];
    }),
  );
}
