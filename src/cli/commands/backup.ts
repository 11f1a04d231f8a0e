import type { BackupResult } from '../../jobs/backup/backup-result.ts';
import { describeResult, judgeBackup } from '../../jobs/backup/judge-backup.ts';
import { refuseStandby } from '../../jobs/backup/refuse-standby.ts';
import type { BackupType } from '../../model/backup-set.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed, parseDuration } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import { backupJobs, type ScheduleLine } from '../../model/schedule-line.ts';
import type { CommandInput, CommandModule } from '../command-definition.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import { formatTable } from '../output/format-table.ts';
import { parseAnnotations } from '../parse-annotations.ts';
import { detachJobs } from '../detach-jobs.ts';
import { findScheduleLine, timerOrigin } from '../find-schedule-line.ts';
import { backupRequests, runBackupJob } from '../run-backup-job.ts';

/** `holdfast backup`. */
export const run: CommandModule['run'] = async (input, context) => {
  const annotations = parseAnnotations(input.values('annotation'));
  const stanza = await context.stanza();
  const line = findScheduleLine(input.value('line'), stanza, context.configFile());
  if (line !== undefined) requireAgreement(line, input);
  const repositories = chooseRepositories(stanza, line?.repositories ?? input.values('repo'));
  refuseStandby(stanza);
  const type = (line?.job ?? input.value('type') ?? 'incr') as BackupType;
  const origin = line && timerOrigin(line, context.now());
  const wish = { type, repositories, annotations, leaseWaitMs: readWait(input.value('wait')), origin };
  if (input.flag('detach')) return detachJobs(await backupRequests(stanza, wish, context), context);
  // The daemon has a schedule of its own, and takes no job of it from outside.
  const route = { direct: input.flag('direct') || line !== undefined };
  const results = await runBackupJob(stanza, wish, context, route);
  const wanted = { stanza: stanza.name, repositories: repositories.length };
  const failure = judgeBackup(wanted, results, context.signal.aborted);
  const text = `${resultTable(results)}${results.map(describeNeedless).join('')}`;
  if (failure) {
    // Without --json the sets that were taken are shown before the failure; with it they are in its details.
    if (!context.globals.json) context.terminal.printResult(text);
    throw failure;
  }
  return { data: { stanza: stanza.name, repositories: results.map(describeResult) }, text };
};

/** @throws Failure usage where the words say something else than the line */
function requireAgreement(line: ScheduleLine, input: CommandInput): void {
  const [type, repositories] = [input.value('type'), input.values('repo')];
  const all = new Set([...repositories, ...line.repositories]);
  if (!backupJobs.includes(line.job)) throw usage(`the line is of ${line.job}, which is no backup`);
  if (type !== undefined && type !== line.job) throw usage(`the line is of ${line.job}, not of ${type}`);
  if (repositories.length > 0 && (all.size > line.repositories.length || all.size > repositories.length))
    throw usage(`the line is for ${line.repositories.join(', ')}, not for ${repositories.join(', ')}`);
  if (input.flag('detach')) throw usage('the daemon begins the lines of the schedule by itself');
}

function usage(problem: string): Failure {
  return new Failure('usage', {
    operation: 'read --line',
    problem,
    hint: 'With --line leave --type, --repo and --detach out, or name the line as `holdfast schedule` writes it.',
  });
}

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

/** A timer's log says why nothing was done. */
function describeNeedless({ planned, ...result }: BackupResult): string {
  return result.ok && result.needless !== undefined
    ? `${planned.repository.name}: ${result.needless.detail}\n`
    : '';
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
      if (result.needless !== undefined) return [name, 'not needed', '-', '-', '-', '-', '-', '-'];
      const sizes = [result.clusterBytes, result.copiedBytes, result.repositoryBytes].map(formatByteSize);
      return [name, 'ok', result.label, result.type, duration, ...sizes];
    }),
  );
}
