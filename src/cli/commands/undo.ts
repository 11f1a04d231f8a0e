import { Failure } from '../../model/failure.ts';
import { refuseLostRestore } from '../../recovery/apply/lost-restore.ts';
import { findRestore } from '../../recovery/apply/resume-restore.ts';
import { readRestoreFacts, serverFor } from '../../recovery/apply/restore-run.ts';
import { standOfRestore } from '../../recovery/apply/stand-of-restore.ts';
import { clusterOf } from '../../recovery/patroni/cluster-steps.ts';
import { describeClusterUndo } from '../../recovery/patroni/undo-cluster.ts';
import { applyUndo, type UndoEvent, type UndoOutcome } from '../../recovery/undo/apply-undo.ts';
import { planUndo, type UndoAction, type UndoPlan } from '../../recovery/undo/plan-undo.ts';
import { requireKept } from '../../recovery/undo/require-kept.ts';
import type { Journal, RunRecord } from '../../store/journal.ts';
import { askConsent } from '../ask-consent.ts';
import type { CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { guardDataDirectory } from '../guard-data-directory.ts';
import { holdStanza } from '../hold-stanza.ts';
import { openProgressLine, type ProgressLine } from '../output/progress-line.ts';
import { listFacts } from '../output/list-facts.ts';
import { restoreDependencies } from '../restore-operations.ts';

/** `holdfast undo [ID]`. */
export const run: CommandModule['run'] = async (input, context) => {
  const journal = await context.journal();
  const id = input.argument('id');
  const record =
    id === undefined ? await lastRestore(journal, context) : findRestore(journal.findRun(id), id);
  const stand = standOfRestore(journal, record);
  if (stand.state === 'undone' || stand.state === 'running') throw notUndoable(record, stand.description);
  const { plan: restored, server } = readRestoreFacts(record);
  await refuseLostRestore(journal, restored.directories.data, `undo the restore ${record.id}`);
  const plan = planUndo(record, journal.stepsOf(record.id), stand.orphan);
  await requireKept(plan, record, journal);
  const planText = describePlan(plan, stand.description);
  if (input.flag('plan')) return { data: { plan }, text: planText };
  if (!context.globals.json)
    for (const line of planText.trimEnd().split('\n')) context.terminal.printNote(line);
  await askConsent(context, {
    operation: `undo the restore ${record.id}`,
    question: 'Go back?',
    word: plan.mode === 'into' ? undefined : plan.stanza,
    details: { plan },
  });
  const why = `undo of ${record.id}`;
  using _hold = await holdStanza(plan.stanza, why, context, { direct: input.flag('direct') });
  const whole = clusterOf(restored) === undefined ? undefined : plan.stanza;
  const deps = await restoreDependencies(context, () => {}, whole);
  using progress = openProgressLine(context.terminal, () => performance.now());
  const emit = (event: UndoEvent): void => showEvent(event, context, progress);
  await using guard = await guardDataDirectory(restored, serverFor(server, context.uid), {
    stopsServer: plan.actions.some(({ kind }) => kind === 'stop-server'),
  });
  const outcome = await applyUndo(plan, { ...deps, emit, guard });
  return { data: { plan, outcome }, text: describeOutcome(outcome) };
};

/** The newest restore that can be undone. */
async function lastRestore(journal: Journal, context: CommandContext): Promise<RunRecord> {
  const stanza = await context.stanza();
  // Otherwise an older restore would be undone over the half done one.
  for (const node of stanza.nodes.filter(({ host }) => host === undefined)) {
    await refuseLostRestore(journal, node.path, `undo the last restore of stanza ${stanza.name}`);
  }
  const found = journal
    .listRuns({ stanza: stanza.name, kind: 'restore' })
    .find((record) => standOfRestore(journal, record).state !== 'undone');
  if (found) return found;
  throw new Failure('nothing-found', {
    operation: 'find the restore to undo',
    place: `stanza ${stanza.name}`,
    problem: 'the journal has no restore that is not undone already',
    hint: 'Look at `holdfast journal`.',
  });
}

function notUndoable(record: RunRecord, description: string): Failure {
  return new Failure('undo-impossible', {
    operation: `undo the restore ${record.id}`,
    problem: `it is ${description}`,
    hint: 'Look at `holdfast journal` for other restores; one that runs can be stopped with Ctrl-C where it runs.',
  });
}

function describePlan(plan: UndoPlan, stand: string): string {
  const keeps = plan.keeps.map(({ path, meaning }) => `  ${path}: ${meaning}\n`);
  return [
    `undo of ${plan.restoreId} (${stand})\n`,
    'What would be done:\n',
    ...plan.commands.map((command) => `  $ ${command}\n`),
    ...(keeps.length === 0 ? [] : ['What stays on disk:\n', ...keeps]),
    ...plan.warnings.map((warning) => `warning: ${warning}\n`),
  ].join('');
}

function actionText(action: UndoAction): string {
  switch (action.kind) {
    case 'end-child':
      return `end what the restore left running (pid ${action.process.pid})`;
    case 'stop-server':
      return `stop the server in ${action.directory}`;
    case 'put-back':
      return `put ${action.aside} back to ${action.path}`;
    case 'remove-marker':
      return 'remove the note that a restore is under way';
    case 'start-server':
      return 'start the old server';
    default:
      return describeClusterUndo(action.kind);
  }
}

function showEvent(event: UndoEvent, context: CommandContext, progress: ProgressLine): void {
  if (event.type === 'action-progress' && event.command === undefined) {
    progress.say(`  ${event.message}`);
    return;
  }
  progress.clear();
  if (event.type === 'action-progress')
    context.terminal.printWarning(`holdfast: ${event.message}; do it now, on its host: ${event.command}`);
  if (event.type !== 'action-started') return;
  context.terminal.printNote(`[${event.number}/${event.count}] ${actionText(event.action)}`);
}

function describeOutcome(outcome: UndoOutcome): string {
  return listFacts([
    ['undone', outcome.restoreId],
    ['data directory', outcome.dataDirectory],
    ['server', outcome.serverStarted ? 'started again' : 'not started: it did not run before the restore'],
    ...outcome.keeps.map(({ path, meaning }) => ['kept', `${path}: ${meaning}`] as const),
    ...outcome.warnings.map((warning) => ['warning', warning] as const),
  ]);
}
