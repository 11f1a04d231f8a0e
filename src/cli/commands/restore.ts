import { resolve } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { findingsExitCode } from '../../model/finding.ts';
import { KeptSessions } from '../../postgres/kept-sessions.ts';
import { applyRestore, type RestoreOutcome } from '../../recovery/apply/apply-restore.ts';
import type { RestoreEvent } from '../../recovery/apply/restore-context.ts';
import { findRestore, resumeRestore } from '../../recovery/apply/resume-restore.ts';
import { readRestoreFacts, serverFor } from '../../recovery/apply/restore-run.ts';
import { standOfRestore } from '../../recovery/apply/stand-of-restore.ts';
import { readRestoreSamples } from '../../recovery/estimate/restore-sample.ts';
import { parseRestoreTarget } from '../../recovery/parse-target.ts';
import { clusterOf } from '../../recovery/patroni/cluster-steps.ts';
import { observeRestore } from '../../recovery/plan/observe-restore.ts';
import { planRestore } from '../../recovery/plan/plan-restore.ts';
import { renderPlan } from '../../recovery/plan/render-plan.ts';
import type { RestoreRequest } from '../../recovery/plan/restore-request.ts';
import type { RestorePlan } from '../../recovery/restore-plan.ts';
import { askConsent } from '../ask-consent.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandInput, CommandModule, CommandResult } from '../command-definition.ts';
import type { CommandContext } from '../context.ts';
import { guardDataDirectory } from '../guard-data-directory.ts';
import { holdStanza } from '../hold-stanza.ts';
import { openProgressLine } from '../output/progress-line.ts';
import { describeOutcome, outcomeToJson, showRestoreEvent } from '../output/restore-report.ts';
import { planFailure } from '../../recovery/plan/plan-failure.ts';
import { findUnfinishedRestore, restoreDependencies, unfinishedFailure } from '../restore-operations.ts';
import { readPort, readTimeline, refuseWithResume } from '../restore-options.ts';

/** `holdfast restore`: plan, consent, apply; or `--resume`. */
export const run: CommandModule['run'] = async (input, context) => {
  const resume = input.value('resume');
  if (resume !== undefined) {
    refuseWithResume(input);
    return resumeOne(resume, context, input.flag('direct'));
  }
  const request = await readRequest(input, context);
  const planOnly = input.flag('plan');
  // The engine is asked for its version while everything else is looked at; what it throws is thrown below.
  const opening = context.engine();
  opening.catch(() => {});
  const journal = await context.journal();
  const unfinished = request.into === undefined ? findUnfinishedRestore(journal, request.stanza) : undefined;
  if (unfinished !== undefined && !planOnly) throw unfinishedFailure(request.stanza, unfinished);
  // Before anything is looked at: a backup that runs would be a reason to refuse, and one that begins changes things.
  using _hold = await holdForRestore(
    { stanza: request.stanza, disturbs: request.into === undefined && !planOnly },
    context,
    input.flag('direct'),
  );
  using progress = openProgressLine(context.terminal, () => performance.now());
  await using sessions = new KeptSessions();
  const observations = await observeRestore(
    {
      engine: await context.engineProgram(),
      opening,
      path: context.path,
      currentUid: context.uid,
      sessions,
      unfinishedRestore: unfinished?.id,
      samples: readRestoreSamples(journal, request.stanza),
      knownTimelines: (systemIdentifier) => journal.timelines.list(request.stanza, systemIdentifier),
      signal: context.signal,
      onProgress: (done, total) => progress.say(`reading WAL: ${done} of ${total} segments`),
    },
    request,
  );
  context.signal.throwIfAborted();
  progress.clear();
  const plan = planRestore(request, observations, {
    now: new Date(context.now()),
    id: context.newRunId('restore'),
  });
  showPlan(plan, planOnly, context);
  if (plan.refusals.length > 0) throw planFailure(plan);
  if (planOnly) return { data: { plan }, text: `${renderPlan(plan)}\n`, exitCode: 0 };
  await askForRestore(plan, context);
  const emit = (event: RestoreEvent): void => showRestoreEvent(event, context.terminal, progress);
  const deps = await restoreDependencies(context, emit, wholeStanza(plan));
  const { server } = observations.cluster;
  await using guard = await guardDataDirectory(plan, server);
  return resultOf(
    await applyRestore(plan, { ...deps, server, sessions, guard, isPlanFresh: context.globals.yes }),
    plan,
  );
};

/** A plan, and a copy beside production, disturb nothing. */
async function holdForRestore(
  { stanza, disturbs }: { readonly stanza: string; readonly disturbs: boolean },
  context: CommandContext,
  isDirect: boolean,
): Promise<Disposable> {
  return holdStanza(stanza, 'holdfast restore', context, { direct: isDirect || !disturbs });
}

async function readRequest(input: CommandInput, context: CommandContext): Promise<RestoreRequest> {
  const text = input.value('to');
  if (text === undefined) {
    throw new Failure('usage', {
      operation: 'read the command line',
      problem: 'restore needs --to, or --resume with the id of a restore',
      hint: "For everything that was archived: --to latest. For a time: --to '2026-11-20 10:30:00+01'.",
    });
  }
  const target = parseRestoreTarget(text, {
    now: new Date(context.now()),
    timezone: input.value('timezone'),
  });
  const timeline = readTimeline(input.value('timeline'));
  const port = readPort(input.value('port'));
  const [configuration, stanza] = [await context.configuration(), await context.stanza()];
  const repositoryName = input.value('repo');
  if (repositoryName !== undefined) chooseRepositories(stanza, [repositoryName]);
  const into = input.value('into');
  if (into !== undefined && input.flag('delta')) throw contradiction('--delta', '--into');
  if (into === undefined && port !== undefined)
    throw contradiction('--port', 'a restore in place: it needs --into');
  return {
    configuration,
    stanza: stanza.name,
    target,
    setLabel: input.value('set'),
    repositoryName,
    into: into === undefined ? undefined : resolve(into),
    delta: input.flag('delta'),
    backup: !input.flag('no-backup'),
    timeline,
    port,
  };
}

function contradiction(option: string, other: string): Failure {
  return new Failure('usage', {
    operation: 'read the command line',
    problem: `${option} does not go together with ${other}`,
    hint: 'Leave one of them out; `holdfast restore --help` says what each does.',
  });
}

/** Before anything is done the plan is read: on stderr, because the result is yet to come. */
function showPlan(plan: RestorePlan, planOnly: boolean, context: CommandContext): void {
  if (context.globals.json) return;
  if (planOnly && plan.refusals.length === 0) return;
  for (const line of renderPlan(plan).split('\n')) context.terminal.printNote(line);
}

/** In place it takes the name of the stanza: what is running now will be replaced. */
async function askForRestore(plan: RestorePlan, context: CommandContext): Promise<void> {
  const inPlace = plan.mode !== 'into';
  await askConsent(context, {
    operation: `restore stanza ${plan.stanza}`,
    question: inPlace
      ? `This replaces the cluster in ${plan.directories.data}${plan.server.running ? ', which is running' : ''}${replicasOf(plan)}. Go on?`
      : `Restore into ${plan.directories.data}?`,
    word: inPlace ? plan.stanza : undefined,
    details: { plan },
  });
}

/** Their data are not kept: they are copies of what is. */
function replicasOf(plan: RestorePlan): string {
  const others = clusterOf(plan)?.others ?? [];
  return others.length === 0 ? '' : `, and makes ${others.map(({ name }) => name).join(', ')} anew`;
}

async function resumeOne(id: string, context: CommandContext, isDirect: boolean): Promise<CommandResult> {
  const journal = await context.journal();
  const record = findRestore(journal.findRun(id), id);
  const { plan, server } = readRestoreFacts(record);
  const stand = standOfRestore(journal, record);
  context.terminal.printNote(`holdfast: the restore ${stand.id} ${stand.description}`);
  if (stand.state === 'stopped') {
    await askConsent(context, {
      operation: `finish the restore ${record.id}`,
      question: `Go on with it at step ${stand.at ?? 'none'}?`,
      word: plan.mode === 'into' ? undefined : plan.stanza,
    });
  }
  const what = { stanza: plan.stanza, disturbs: plan.mode !== 'into' };
  using _hold = await holdForRestore(what, context, isDirect);
  using progress = openProgressLine(context.terminal, () => performance.now());
  const emit = (event: RestoreEvent): void => showRestoreEvent(event, context.terminal, progress);
  const deps = await restoreDependencies(context, emit, wholeStanza(plan));
  await using guard =
    stand.state === 'stopped' ? await guardDataDirectory(plan, serverFor(server, context.uid)) : undefined;
  return resultOf(await resumeRestore(record.id, { ...deps, guard }), plan);
}

/** The stanza whose cluster under Patroni is restored; undefined where there is none. */
function wholeStanza(plan: RestorePlan): string | undefined {
  return clusterOf(plan) === undefined ? undefined : plan.stanza;
}

function resultOf(outcome: RestoreOutcome, plan: RestorePlan): CommandResult {
  return {
    data: { plan, outcome: outcomeToJson(outcome) },
    text: describeOutcome(outcome),
    exitCode: findingsExitCode(outcome.findings),
  };
}
