import type { Stanza } from '../../config/configuration.ts';
import { runCheck } from '../../engine/check.ts';
import { judgeBackup } from '../../jobs/backup/judge-backup.ts';
import {
  applySetup,
  withoutKinds,
  type SetupEvent,
  type SetupOutcome,
} from '../../jobs/setup/apply-setup.ts';
import { observeSetup } from '../../jobs/setup/observe-setup.ts';
import { planSetup } from '../../jobs/setup/plan-setup.ts';
import { renderSetupPlan } from '../../jobs/setup/render-setup-plan.ts';
import type { SetupContext } from '../../jobs/setup/setup-deps.ts';
import {
  stepsHeldUp,
  stepsToDo,
  type SetupConsent,
  type SetupStepKind,
} from '../../jobs/setup/setup-plan.ts';
import { formatElapsed } from '../../model/duration.ts';
import { ensureSigningKey } from '../../report/key-files.ts';
import { noteKey } from '../../report/report-drill.ts';
import { askConsent } from '../ask-consent.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandModule } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { holdStanza } from '../hold-stanza.ts';
import { recordRun } from '../record-run.ts';
import { runBackupJob } from '../run-backup-job.ts';
import { createSetupContext } from '../setup-context.ts';

const consentOptions: readonly SetupConsent[] = [
  'restart',
  'replace-archive-command',
  'stanza-upgrade',
  'force',
];

/** `holdfast setup`. */
export const run: CommandModule['run'] = async (input, context) => {
  const setup = await createSetupContext(context);
  const consents = new Set(consentOptions.filter((name) => input.flag(name)));
  const skip = new Set<SetupStepKind>(input.flag('no-backup') ? ['backup'] : []);
  const plan = withoutKinds(planSetup(setup.stanza, await observeSetup(setup)), skip);
  const text = `${renderSetupPlan(plan)}\n`;
  if (input.flag('plan') || stepsToDo(plan, consents).length === 0) {
    const heldUp = stepsHeldUp(plan, consents);
    return { data: { plan, applied: [], heldUp }, text, exitCode: heldUp.length === 0 ? 0 : 1 };
  }
  if (!context.globals.json) for (const line of text.trimEnd().split('\n')) context.terminal.printNote(line);
  const operation = `set up stanza ${setup.stanza.name}`;
  await askConsent(context, { operation, question: 'Do it?', details: { plan } });
  const why = 'holdfast setup';
  using _hold = await holdStanza(setup.stanza.name, why, context, { direct: input.flag('direct') });
  const outcome = await journalSetup(setup.stanza.name, context, (record) =>
    applySetup(setup, {
      consents,
      skip,
      backup: (names) => backUp(setup.stanza, names, context),
      check: () => proveArchiving(setup),
      makeReportKey: () => makeReportKey(context),
      clock: () => performance.now(),
      onEvent: (event) => {
        record(event);
        showEvent(event, context);
      },
    }),
  );
  const { heldUp } = outcome;
  return {
    data: { plan: outcome.plan, applied: outcome.applied, heldUp },
    text: describeOutcome(setup.stanza.name, outcome),
    exitCode: heldUp.length === 0 ? 0 : 1,
  };
};

/** The engine's own check: a segment that is written now arrives in every repository. */
async function proveArchiving(setup: SetupContext): Promise<void> {
  const { engine, stanza, signal, onSpawn } = setup;
  await runCheck(engine, stanza.name, { signal, onSpawn });
}

/** One key for all stanzas; what is there is left alone. */
async function makeReportKey(context: CommandContext): Promise<void> {
  const [{ stateDirectory }, journal, actor, owner] = [
    await context.configuration(),
    await context.journal(),
    await context.actor(),
    await context.stepDown(),
  ];
  const { key, made } = await ensureSigningKey({ stateDirectory, owner, now: () => context.now() });
  if (made) noteKey(key, 'made', { journal, actor });
  context.terminal.printNote(`holdfast: reports are signed with ${key.fingerprint}, public key ${key.file}`);
}

/** Full backups into the named repositories. @throws Failure when one fails */
async function backUp(stanza: Stanza, names: readonly string[], context: CommandContext): Promise<void> {
  const repositories = chooseRepositories(stanza, names);
  const results = await runBackupJob(stanza, { type: 'full', repositories, annotations: {} }, context, {
    // The stanza is held already.
    direct: true,
  });
  const wanted = { stanza: stanza.name, repositories: repositories.length };
  const failure = judgeBackup(wanted, results, context.signal.aborted);
  if (failure) throw failure;
}

/** Runs the work as a run of the journal, each step of it as a step. */
function journalSetup(
  stanza: string,
  context: CommandContext,
  work: (record: (event: SetupEvent) => void) => Promise<SetupOutcome>,
): Promise<SetupOutcome> {
  return recordRun(context, { kind: 'setup', stanza }, async (journal, runId) => {
    let sequence: number | undefined;
    const record = ({ kind, step }: SetupEvent): void => {
      // Steps of one kind are carried out together, but only the first is told when it starts.
      sequence ??= journal.startStep(runId, step.title).sequence;
      if (kind === 'started') return;
      journal.finishStep(runId, sequence, 'ok');
      sequence = undefined;
    };
    try {
      const value = await work(record);
      return { value, facts: { heldUp: value.heldUp.map((step) => step.title) } };
    } catch (error) {
      if (sequence !== undefined)
        journal.finishStep(runId, sequence, context.signal.aborted ? 'interrupted' : 'failed');
      throw error;
    }
  });
}

function showEvent(event: SetupEvent, context: CommandContext): void {
  const { step } = event;
  if (event.kind === 'started') context.terminal.printNote(`holdfast: ${step.title}`);
  else context.terminal.printNote(`holdfast: ${step.title}: done (${formatElapsed(event.elapsedMs)})`);
}

function describeOutcome(stanza: string, { applied, heldUp }: SetupOutcome): string {
  const done = applied.map((step) => `done       ${step.title}\n`);
  const open = heldUp.map((step) => `not done   ${step.title}: ${step.reason}\n`);
  const summary = heldUp.length === 0 ? 'is set up' : `is not set up yet: ${heldUp.length} steps are left`;
  return `${done.join('')}${open.join('')}stanza ${stanza} ${summary}\n`;
}
