import { applyBackup, type BackupEvent } from '../../jobs/backup/apply-backup.ts';
import type { BackupResult } from '../../jobs/backup/backup-result.ts';
import { describeResult, judgeBackup } from '../../jobs/backup/judge-backup.ts';
import { planBackup } from '../../jobs/backup/plan-backup.ts';
import { refuseStandby } from '../../jobs/backup/refuse-standby.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { BackupType } from '../../model/backup-set.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed } from '../../model/duration.ts';
import type { CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import { formatTable } from '../output/format-table.ts';
import { openProgressLine, type ProgressLine } from '../output/progress-line.ts';
import { parseAnnotations } from '../parse-annotations.ts';

/** `holdfast backup`. */
export const run: CommandModule['run'] = async (input, context) => {
  const annotations = parseAnnotations(input.values('annotation'));
  const stanza = await context.stanza();
  const repositories = chooseRepositories(stanza, input.values('repo'));
  refuseStandby(stanza);
  const type = (input.value('type') ?? 'incr') as BackupType;
  const engine = await context.engine();
  const journal = await context.journal();
  const { signal, onSpawn } = context;
  const catalogue = await readCatalogue(engine, stanza.name, { signal, onSpawn });
  const plan = planBackup(stanza, catalogue, { type, repositories });
  using progress = openProgressLine(context.terminal, () => performance.now());
  const results = await applyBackup(plan, {
    engine,
    journal,
    actor: await context.actor(),
    cause: context.cause,
    annotations,
    newRunId: () => context.newRunId('backup'),
    clock: () => performance.now(),
    pid: process.pid,
    signal,
    onSpawn,
    onEvent: (event) => showEvent(event, stanza.name, context, progress),
  });
  progress.clear();
  const failure = judgeBackup(plan, results, signal.aborted);
  const text = resultTable(results);
  if (failure) {
    // Without --json the sets that were taken are shown before the failure; with it they are in its details.
    if (!context.globals.json) context.terminal.printResult(text);
    throw failure;
  }
  return { data: { stanza: stanza.name, repositories: results.map(describeResult) }, text };
};

function showEvent(
  event: BackupEvent,
  stanza: string,
  context: CommandContext,
  progress: ProgressLine,
): void {
  const { terminal } = context;
  if (event.kind === 'progress') {
    const { bytesDone, bytesTotal } = event.progress;
    progress.update({ label: `${stanza} to ${event.planned.repository.name}`, bytesDone, bytesTotal });
    return;
  }
  progress.clear();
  if (event.kind === 'started') {
    const { repository, type, reason } = event.planned;
    const why = reason === undefined ? '' : ` (${event.planned.requestedType} was asked for, but ${reason})`;
    terminal.printNote(`holdfast: ${type} backup of ${stanza} into ${repository.name}${why}`);
    return;
  }
  const { result } = event;
  const name = result.planned.repository.name;
  if (!result.ok) {
    terminal.printWarning(
      `holdfast: ${name}: failed after ${formatElapsed(result.elapsedMs)}: ${result.failure.problem}`,
    );
    return;
  }
  // That a full one was taken has been said before it started.
  const said = (warning: string): boolean =>
    result.planned.reason !== undefined && warning.startsWith('no prior backup exists');
  for (const warning of result.warnings) {
    if (!said(warning)) terminal.printWarning(`holdfast: ${name}: pgbackrest warns: ${warning}`);
  }
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
      if (!result.ok) return [name, 'failed', result.label ?? '-', '-', duration, '-', '-', '-'];
      const sizes = [result.clusterBytes, result.copiedBytes, result.repositoryBytes].map(formatByteSize);
      return [name, 'ok', result.label, result.type, duration, ...sizes];
    }),
  );
}
