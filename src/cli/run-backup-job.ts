import { applyBackup, type BackupEvent } from '../jobs/backup/apply-backup.ts';
import type { BackupPlan } from '../jobs/backup/backup-plan.ts';
import type { BackupResult } from '../jobs/backup/backup-result.ts';
import { formatElapsed } from '../model/duration.ts';
import type { CommandContext } from './context.ts';
import { openProgressLine, type ProgressLine } from './output/progress-line.ts';

/** Takes the planned backups with progress on the terminal. @returns a result for each that was begun */
export async function runBackupJob(
  plan: BackupPlan,
  annotations: Readonly<Record<string, string>>,
  context: CommandContext,
): Promise<readonly BackupResult[]> {
  using progress = openProgressLine(context.terminal, () => performance.now());
  return await applyBackup(plan, {
    engine: await context.engine(),
    journal: await context.journal(),
    actor: await context.actor(),
    cause: context.cause,
    annotations,
    newRunId: () => context.newRunId('backup'),
    clock: () => performance.now(),
    pid: process.pid,
    signal: context.signal,
    onSpawn: context.onSpawn,
    writeCheckpoint: async () => (await import('./write-checkpoint.ts')).writeCheckpoint(context),
    onEvent: (event) => showEvent(event, plan.stanza, context, progress),
  });
}

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
    const word = result.failure.kind === 'interrupted' ? 'stopped' : 'failed';
    const after = formatElapsed(result.elapsedMs);
    terminal.printWarning(`holdfast: ${name}: ${word} after ${after}: ${result.failure.problem}`);
    return;
  }
  // That a full one was taken has been said before it started.
  const said = (warning: string): boolean =>
    result.planned.reason !== undefined && warning.startsWith('no prior backup exists');
  for (const warning of result.warnings) {
    if (!said(warning)) terminal.printWarning(`holdfast: ${name}: pgbackrest warns: ${warning}`);
  }
}
