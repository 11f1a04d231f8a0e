import type { Stanza } from '../../config/configuration.ts';
import type {
  DrillCheckResult,
  DrillEvent,
  DrillPhase,
  DrillReport,
  DrillTarget,
} from '../../model/drill.ts';
import { type Failure, isFailure, type FailureKind } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';
import { inspectServer } from '../../postgres/inspect-server.ts';
import { KeptSessions } from '../../postgres/kept-sessions.ts';
import { startServer } from '../../postgres/start-server.ts';
import { formatIso } from '../format-instant.ts';
import type { RestoreEvent } from '../apply/restore-context.ts';
import type { RestoreStepName } from '../restore-plan.ts';
import type { CopyDependencies } from '../copy/copy-deps.ts';
import { dropCopy } from '../copy/drop-copy.ts';
import { type CopyPlan, type MadeCopy, makeCopy } from '../copy/make-copy.ts';
import { keepSpace } from '../copy/keep-space.ts';
import { readRestoreSamples } from '../estimate/restore-sample.ts';
import { runDrillChecks } from './checks/run-drill-checks.ts';
import type { DrillCheckProgress, DrillSettings } from './drill-check.ts';
import { measureDrill, phasesOfRestore } from './measure-drill.ts';
import { planDrill } from './plan-drill.ts';
import { refuseIfGone } from './refuse-if-gone.ts';

/** Which drill is wanted; the moment has been chosen (choose-target.ts). */
export interface DrillRequest {
  readonly id: string;
  readonly stanza: Pick<Stanza, 'name' | 'heartbeat'>;
  readonly repositoryName: string | undefined;
  readonly setLabel: string | undefined;
  readonly timeline?: number | undefined;
  readonly asked: DrillTarget | 'given';
  readonly target: RestoreTarget;
  /** From 0 up to 1: for a random moment that turned out to lie behind the last commit. */
  readonly random: number;
  readonly settings: DrillSettings;
  readonly previous: DrillReport | undefined;
  /** Milliseconds for which the server stays as a clone; undefined: it is torn down. */
  readonly keepMs?: number | undefined;
}

export interface DrillDependencies extends CopyDependencies {
  readonly onDrillEvent?: ((event: DrillEvent) => void) | undefined;
  readonly onCheckProgress?: ((progress: DrillCheckProgress) => void) | undefined;
}

/** What came out of a drill. */
export interface DoneDrillRun {
  readonly report: DrillReport;
  /** Of a server that stays as a clone: its id. */
  readonly kept: string | undefined;
}

/**
 * What says nothing good of the backup: it is in the report. Any other failure is of this host or of the way to the
 * repository, and a drill that meets it is none.
 */
const tellingFailures: readonly FailureKind[] = [
  'repository-damaged',
  'passphrase-wrong',
  'target-unreachable',
  'engine-failed',
  'server-failed',
  'proof-failed',
];

/** @param asked set when it failed while it was planned: a moment that somebody named may just be wrong */
function tellsOfBackup(error: unknown, asked: DrillRequest['asked'] | undefined): error is Failure {
  if (!isFailure(error) || (asked === 'given' && error.kind === 'target-unreachable')) return false;
  const refusals = error.details?.['refusals'];
  const noSet = Array.isArray(refusals) && refusals.some((one: Finding) => one.rule === 'no-usable-set');
  return tellingFailures.includes(error.kind) || (error.kind === 'preflight-refused' && noSet);
}

/** Milliseconds for a server that a check stopped, and that is to stay. */
const startMs = 60_000;

/**
 * Restores into a place of its own, checks, measures, and takes it away again. What the restore or a check says of the
 * backup is in the report; production is not touched.
 *
 * @throws Failure interrupted; that of a copy that could not be taken away; nothing-found when set or WAL were expired
 *   meanwhile; and what has nothing to do with the backup: disk-full, preflight-refused, repository-unreachable, …
 */
export async function runDrill(request: DrillRequest, deps: DrillDependencies): Promise<DoneDrillRun> {
  const drill = new Drill(request, deps);
  return drill.run();
}

class Drill {
  readonly #request: DrillRequest;
  readonly #deps: DrillDependencies;
  readonly #phases: { phase: DrillPhase; elapsedMs: number }[] = [];
  readonly #startedAt: number;
  #planned: CopyPlan | undefined;
  #copy: MadeCopy | undefined;
  #checks: readonly DrillCheckResult[] = [];
  #problems: readonly string[] = [];

  constructor(request: DrillRequest, deps: DrillDependencies) {
    this.#request = request;
    this.#deps = deps;
    this.#startedAt = deps.now();
  }

  async run(): Promise<DoneDrillRun> {
    try {
      await this.#prove();
    } catch (error) {
      await this.#tearDown();
      if (!tellsOfBackup(error, this.#planned === undefined ? this.#request.asked : undefined)) throw error;
      if (this.#planned !== undefined) await refuseIfGone(this.#planned, error, this.#deps);
      this.#problems = [error.message];
      return { report: this.#report(), kept: undefined };
    }
    const kept = await this.#keep();
    if (kept === undefined) await this.#tearDown();
    return { report: this.#report(), kept };
  }

  async #prove(): Promise<void> {
    const { stanza, settings, previous } = this.#request;
    const planned = await this.#phase('plan', () => planDrill(this.#request, this.#deps));
    this.#planned = planned;
    const { now, onDrillEvent, onCheckProgress: onProgress, journal } = this.#deps;
    const copy = await makeCopy(planned, { ...this.#deps, emit: (event) => this.#tellStep(event) });
    this.#copy = copy;
    this.#phases.push(...phasesOfRestore(copy));
    const production = planned.observations.cluster.server;
    const beganAt = this.#startedAt;
    // Two dozen small questions: a connection for each would cost more than they do.
    await using sessions = new KeptSessions();
    const asked = { ...copy, server: { ...copy.server, sessions } };
    const context = {
      copy: asked,
      production,
      stanza,
      journal,
      settings,
      previous,
      beganAt,
      now,
      onProgress,
    };
    this.#checks = await this.#phase('checks', () =>
      keepSpace(copy.record.place, this.#deps, (signal) =>
        runDrillChecks({ ...context, signal }, (result) => onDrillEvent?.({ kind: 'check', result })),
      ),
    );
    this.#problems = this.#checks
      .filter(({ result }) => result === 'failed')
      .map(({ check, detail }) => `${check}: ${detail}`);
  }

  /** Steps of the restore as phases of the drill. */
  #tellStep(event: RestoreEvent): void {
    const { onDrillEvent, emit } = this.#deps;
    const phase = event.type === 'step-started' ? phaseOfStep[event.step] : undefined;
    if (phase !== undefined) onDrillEvent?.({ kind: 'phase', phase });
    emit?.(event);
  }

  /** The server of a drill that was asked to leave it becomes a clone, running. */
  async #keep(): Promise<string | undefined> {
    const copy = this.#copy;
    const { keepMs } = this.#request;
    if (copy === undefined || keepMs === undefined) return undefined;
    const { journal, now } = this.#deps;
    // From here on nobody takes it away with the drill.
    journal.copies.update(copy.record.id, {
      purpose: 'clone',
      process: undefined,
      expiresAt: now() + keepMs,
    });
    if (!(await inspectServer(copy.server)).running) await startServer(copy.server, { timeoutMs: startMs });
    return copy.record.id;
  }

  async #tearDown(): Promise<void> {
    const copy = this.#copy;
    if (copy === undefined) return;
    await this.#phase('tear-down', () => dropCopy(copy.record, this.#deps));
  }

  async #phase<Result>(phase: DrillPhase, work: () => Promise<Result>): Promise<Result> {
    this.#deps.onDrillEvent?.({ kind: 'phase', phase });
    const began = this.#deps.now();
    try {
      return await work();
    } finally {
      this.#phases.push({ phase, elapsedMs: this.#deps.now() - began });
    }
  }

  #report(): DrillReport {
    const { id, stanza, asked } = this.#request;
    const plan = this.#planned?.plan;
    const reached = this.#copy?.outcome.reached;
    return {
      version: 1,
      id,
      stanza: stanza.name,
      repository: plan?.repository.name ?? this.#request.repositoryName ?? '',
      set: {
        label: plan?.set.label ?? '',
        type: plan?.set.type ?? '',
        endedAt: plan === undefined ? '' : new Date(plan.set.stopTime * 1000).toISOString(),
      },
      target: {
        asked,
        resolved: plan?.target.description ?? '',
        reached: reached?.time === undefined ? null : formatIso(reached.time),
        timeline: plan?.target.timeline ?? 0,
      },
      host: this.#deps.host,
      engine: plan?.versions.engine ?? '',
      postgres: plan?.versions.installed ?? plan?.versions.postgres ?? '',
      startedAt: new Date(this.#startedAt).toISOString(),
      endedAt: new Date(this.#deps.now()).toISOString(),
      result: this.#problems.length === 0 ? 'passed' : 'failed',
      problems: this.#problems,
      phases: this.#phases,
      checks: this.#checks,
      measured: measureDrill(
        this.#planned,
        this.#copy,
        this.#checks,
        readRestoreSamples(this.#deps.journal, this.#request.stanza.name),
      ),
    };
  }
}

const phaseOfStep: Readonly<Partial<Record<RestoreStepName, DrillPhase>>> = {
  'restore-files': 'restore',
  'start-server': 'start',
  recover: 'recover',
  promote: 'promote',
};
