import { chmod, chown, mkdir } from 'node:fs/promises';
import { applyFileWrites } from '../../engine/conf/apply-file-writes.ts';
import { runStanzaCreate } from '../../engine/stanza-create.ts';
import { runStanzaUpgrade } from '../../engine/stanza-upgrade.ts';
import { Failure } from '../../model/failure.ts';
import { restartServer } from '../../postgres/restart-server.ts';
import { grantRole } from '../../postgres/role.ts';
import type { Server } from '../../postgres/server.ts';
import { alterSystem } from '../../postgres/settings.ts';
import { archiveHistory } from './archive-history.ts';
import { makeHeartbeatTable } from './observe-heartbeat-table.ts';
import { observeSetup } from './observe-setup.ts';
import { planSetup } from './plan-setup.ts';
import { planFiles } from './render-files.ts';
import type { SetupContext } from './setup-deps.ts';
import {
  isReady,
  stepsHeldUp,
  type SetupConsent,
  type SetupPlan,
  type SetupStep,
  type SetupStepKind,
} from './setup-plan.ts';

export type SetupEvent =
  | { readonly kind: 'started'; readonly step: SetupStep }
  | { readonly kind: 'ended'; readonly step: SetupStep; readonly elapsedMs: number };

export interface ApplySetupDeps {
  readonly consents: ReadonlySet<SetupConsent>;
  /** Takes full backups into the named repositories. @throws Failure when one fails */
  backup(repositoryNames: readonly string[]): Promise<void>;
  /** Proves that WAL arrives. @throws Failure archive-failed when it does not */
  check(): Promise<void>;
  /** Makes the key that signs reports, and notes it in the audit trail. @throws Failure not-permitted, file-unusable */
  makeReportKey(): Promise<void>;
  /** Milliseconds of any clock that does not jump. */
  clock(): number;
  readonly onEvent?: ((event: SetupEvent) => void) | undefined;
  /** Kinds of steps that are left out, of the outcome too: `backup` where the first one is to come later. */
  readonly skip?: ReadonlySet<SetupStepKind> | undefined;
}

export interface SetupOutcome {
  readonly applied: readonly SetupStep[];
  /** What was found after the last step. */
  readonly plan: SetupPlan;
  /** Steps that could not be done; empty when the stanza is set up. */
  readonly heldUp: readonly SetupStep[];
}

/**
 * Sets a stanza up: looks, carries the first steps out that are ready, and looks again, until nothing is left or the
 * next step needs consent. Each step only makes true what the plan wants, and nothing is remembered between runs, so
 * that a second run does nothing and a run after a kill finishes the rest.
 *
 * @throws Failure of whatever a step does
 */
export async function applySetup(context: SetupContext, deps: ApplySetupDeps): Promise<SetupOutcome> {
  const applied: SetupStep[] = [];
  for (;;) {
    if (context.signal?.aborted === true) {
      throw new Failure('interrupted', {
        operation: `set up stanza ${context.stanza.name}`,
        problem: 'interrupted between two steps',
        hint: 'Run setup again: it goes on with what is left.',
      });
    }
    const observed = withoutProven(planSetup(context.stanza, await observeSetup(context)), applied);
    const plan = withoutKinds(observed, deps.skip);
    const next = nextSteps(plan, deps.consents);
    const [first] = next;
    if (first === undefined) return { applied, plan, heldUp: stepsHeldUp(plan, deps.consents) };
    refuseRepetition(first, applied);
    const started = deps.clock();
    deps.onEvent?.({ kind: 'started', step: first });
    await carryOut(next, context, deps);
    applied.push(...next);
    for (const step of next) deps.onEvent?.({ kind: 'ended', step, elapsedMs: deps.clock() - started });
  }
}

/** The plan without the kinds of steps that are not wanted. */
export function withoutKinds(plan: SetupPlan, kinds: ReadonlySet<SetupStepKind> = new Set()): SetupPlan {
  return { ...plan, steps: plan.steps.filter((step) => !kinds.has(step.kind)) };
}

/** What must be done before a step of a kind; a step that is held up there holds the later one up. */
const prerequisites: Readonly<Record<SetupStepKind, readonly SetupStepKind[]>> = {
  directory: [],
  'report-key': ['directory'],
  file: ['directory'],
  server: [],
  // A command that finds no configuration would fail, and the server would log that until somebody looks.
  setting: ['directory', 'file', 'server'],
  role: ['server'],
  authentication: ['role'],
  heartbeat: ['server', 'role'],
  restart: ['file', 'server'],
  'stanza-create': ['directory', 'file', 'server', 'role', 'authentication'],
  'stanza-upgrade': ['stanza-create'],
  check: ['setting', 'restart', 'stanza-create', 'stanza-upgrade'],
  backup: ['check'],
};

/** The first ready steps of one kind whose prerequisites are met. */
function nextSteps(plan: SetupPlan, consents: ReadonlySet<SetupConsent>): SetupStep[] {
  const open = new Set(
    plan.steps.filter(({ state }) => state !== 'done' && state !== 'skipped').map(({ kind }) => kind),
  );
  const ready = plan.steps.filter(
    (step) => isReady(step, consents) && !prerequisites[step.kind].some((kind) => open.has(kind)),
  );
  return ready.filter(({ kind }) => kind === ready[0]?.kind);
}

/** The check leaves nothing behind that could be seen afterwards: within one run it counts once. */
function withoutProven(plan: SetupPlan, applied: readonly SetupStep[]): SetupPlan {
  if (!applied.some(({ kind }) => kind === 'check')) return plan;
  const steps = plan.steps.map((step): SetupStep =>
    step.kind === 'check' && step.state === 'to-do'
      ? { ...step, state: 'done', reason: 'it was proven just now' }
      : step,
  );
  return { ...plan, steps };
}

function refuseRepetition(step: SetupStep, applied: readonly SetupStep[]): void {
  if (!applied.some(({ kind, subject }) => kind === step.kind && subject === step.subject)) return;
  throw new Failure('server-settings', {
    operation: `set up: ${step.title}`,
    place: step.subject,
    problem: `it was done and is undone again: ${step.reason}`,
    hint: 'Something else manages this (a configuration tool, an include file). Change it there.',
  });
}

async function carryOut(
  steps: readonly SetupStep[],
  context: SetupContext,
  deps: ApplySetupDeps,
): Promise<void> {
  const { engine, stanza, signal, onSpawn } = context;
  switch (steps[0]?.kind) {
    case 'directory':
      for (const step of steps) await makeDirectory(step.subject, context);
      return;
    case 'file':
      await applyFileWrites(await planFiles(context), {
        currentUid: context.currentUid,
        force: deps.consents.has('force'),
      });
      return;
    case 'report-key':
      await deps.makeReportKey();
      return;
    case 'setting':
      await alterSystem(
        serverOf(context),
        Object.fromEntries(steps.map(({ subject, value }) => [subject, value ?? ''])),
      );
      return;
    case 'role':
      await grantRole(serverOf(context), steps[0].subject);
      return;
    case 'heartbeat':
      await makeHeartbeatTable(stanza, serverOf(context));
      return;
    case 'restart':
      await restartServer(serverOf(context), { timeoutMs: 300_000 });
      return;
    case 'stanza-create':
      await runStanzaCreate(engine, stanza.name, { signal, onSpawn });
      await archiveHistory(context);
      return;
    case 'stanza-upgrade':
      await runStanzaUpgrade(engine, stanza.name, { signal, onSpawn });
      return;
    case 'check':
      await deps.check();
      return;
    case 'backup':
      await deps.backup(steps.map(({ subject }) => subject));
      return;
    case 'authentication':
    case 'server':
    case undefined:
      throw new Error('a step without an action was to be carried out');
  }
}

function serverOf(context: SetupContext): Server {
  if (context.server === undefined) throw new Error('a step for the server was planned where there is none');
  return context.server;
}

/** Only the last directory of the path gets the engine's user; those above it are the system's. */
async function makeDirectory(path: string, context: SetupContext): Promise<void> {
  const { engineUser, currentUid } = context;
  try {
    const made = await mkdir(path, { recursive: true, mode: 0o755 });
    if (made !== undefined) await chmod(path, 0o750);
    if (currentUid === 0) await chown(path, engineUser.uid, engineUser.gid);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Failure(code === 'EACCES' || code === 'EPERM' ? 'not-permitted' : 'file-unusable', {
      operation: 'make a directory',
      place: path,
      problem: `it cannot be made (${code ?? String(error)})`,
      hint: `Run setup as root, or: sudo install -d -o ${engineUser.name} -m 0750 ${path}`,
      cause: error,
    });
  }
}
