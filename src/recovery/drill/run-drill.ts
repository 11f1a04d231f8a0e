import type { DrillCheckResult, DrillPhase, DrillReport, DrillTarget } from '../../model/drill.ts';
import { isFailure } from '../../model/failure.ts';
import type { RestoreTarget } from '../../model/restore-target.ts';
import { formatIso } from '../format-instant.ts';
import type { CopyDependencies } from '../copy/copy-deps.ts';
import { dropCopy } from '../copy/drop-copy.ts';
import { type CopyPlan, type MadeCopy, makeCopy, planCopy } from '../copy/make-copy.ts';
import { runDrillChecks } from './checks/run-drill-checks.ts';
import type { DrillSettings } from './drill-check.ts';
import { measureDrill, phasesOfRestore } from './measure-drill.ts';

/** Which drill is wanted; the moment has been chosen (choose-target.ts). */
export interface DrillRequest {
  readonly id: string;
  readonly stanza: string;
  readonly repositoryName: string | undefined;
  readonly setLabel: string | undefined;
  readonly asked: DrillTarget | 'given';
  readonly target: RestoreTarget;
  readonly settings: DrillSettings;
  readonly previous: DrillReport | undefined;
}

/** A phase begins, or a check has ended. */
export type DrillEvent =
  | { readonly kind: 'phase'; readonly phase: DrillPhase }
  | { readonly kind: 'check'; readonly result: DrillCheckResult };

export interface DrillDependencies extends CopyDependencies {
  readonly onDrillEvent?: ((event: DrillEvent) => void) | undefined;
}

/**
 * Restores into a place of its own, checks, measures, and takes it away again. Whatever the restore or a check meets is
 * in the report; production is not touched.
 *
 * @throws Failure interrupted, and that of a copy that could not be taken away
 */
export async function runDrill(request: DrillRequest, deps: DrillDependencies): Promise<DrillReport> {
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

  async run(): Promise<DrillReport> {
    try {
      await this.#prove();
    } catch (error) {
      if (!isFailure(error) || error.kind === 'interrupted') throw error;
      this.#problems = [error.message];
    } finally {
      await this.#tearDown();
    }
    return this.#report();
  }

  async #prove(): Promise<void> {
    const { stanza, target, setLabel, repositoryName, settings, previous } = this.#request;
    const wanted = { purpose: 'drill', stanza, target, setLabel, repositoryName } as const;
    const planned = await this.#phase('plan', () => planCopy(wanted, this.#deps));
    this.#planned = planned;
    this.#deps.onDrillEvent?.({ kind: 'phase', phase: 'restore' });
    const copy = await makeCopy(planned, this.#deps);
    this.#copy = copy;
    this.#phases.push(...phasesOfRestore(copy));
    const { now, signal, onDrillEvent } = this.#deps;
    this.#checks = await this.#phase('checks', () =>
      runDrillChecks(
        { copy, production: planned.observations.cluster.server, settings, previous, now, signal },
        (result) => onDrillEvent?.({ kind: 'check', result }),
      ),
    );
    this.#problems = this.#checks
      .filter(({ result }) => result === 'failed')
      .map(({ check, detail }) => `${check}: ${detail}`);
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
      stanza,
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
      measured: measureDrill(this.#planned, this.#copy),
    };
  }
}
