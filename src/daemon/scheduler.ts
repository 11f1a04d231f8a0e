import type { Clock } from '../jobs/job-deps.ts';
import { decideSchedule } from '../jobs/schedule/decide-schedule.ts';
import type { DueRun, ScheduleLine } from '../model/schedule-line.ts';
import type { Actor } from '../model/actor.ts';
import type { JobOutcome, JobRequest } from '../model/job.ts';
import type { ScheduleDecision, ScheduleMemory } from '../store/schedule-memory.ts';
import { scheduledRequests, settlementOf } from './scheduled-requests.ts';

export interface SchedulerDeps {
  readonly clock: Clock;
  readonly memory: ScheduleMemory;
  /** Who acts for schedules; the host's name spreads what begins at the same time on several. */
  readonly actor: Actor;
  /** The lines of the configuration in use. */
  readonly lines: () => readonly ScheduleLine[];
  /** Hands a job to the queue. Never rejects. */
  readonly submit: (request: JobRequest) => Promise<JobOutcome>;
  /** True once this daemon was told to end: what it stops then, the next one goes on with. */
  readonly stopping: () => boolean;
  readonly onDecision: (decision: ScheduleDecision) => void;
  /** Forgets decisions that are older than this, epoch milliseconds. */
  readonly forget: (before: number) => void;
  /** A turn failed (the journal cannot be written): it is tried again at the next one. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * The longest sleep, milliseconds: a machine that was suspended or whose clock was set is noticed that much later. A
 * timer of the system would be wrong by the whole jump.
 */
export const tickEveryMs = 30_000;

/** How long decisions are kept, and how often older ones are forgotten, milliseconds. */
const [keptMs, forgetEveryMs] = [400 * 86_400_000, 86_400_000];

/** How far back runs are looked for that were decided and never came to an end. */
const unsettledLimit = 50;

/**
 * Turns at the times of the schedules: asks the rules what is due, writes that down and hands it to the queue. It knows
 * no times itself and remembers nothing: a daemon that is killed between two statements is followed by one that goes on
 * from what is written down.
 */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  /** Key of the line, and for which time it runs. */
  readonly #running = new Map<string, number>();
  readonly #ends = new Set<Promise<void>>();
  #wake = new AbortController();
  #lastTick: number | undefined;
  #forgotAt: number | undefined;

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
  }

  /** Milliseconds of the clock that never goes back; undefined before the first turn. */
  get lastTick(): number | undefined {
    return this.#lastTick;
  }

  /** Turns soon: the configuration is another one. */
  wake(): void {
    this.#wake.abort();
  }

  /** Turns until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const until = this.#turn();
      const pause = Math.min(Math.max(until - clock.now(), 0), tickEveryMs);
      try {
        await clock.sleep(pause, AbortSignal.any([signal, this.#wake.signal]));
      } catch (error) {
        if (!signal.aborted && !this.#wake.signal.aborted) throw error;
      }
    }
  }

  /** Resolves when every run that was handed over is settled. */
  async settled(): Promise<void> {
    await Promise.all(this.#ends);
  }

  /** @returns when to turn next, epoch milliseconds */
  #turn(): number {
    const { clock, memory, lines, actor, onDecision, onFailure } = this.#deps;
    this.#lastTick = clock.monotonic();
    const now = clock.now();
    const known = lines();
    try {
      const remembered = memory.know(
        known.map((line) => line.key),
        now,
      );
      const running = new Set(this.#running.keys());
      const verdict = decideSchedule(known, remembered, now, { running, seed: actor.host });
      if (verdict.rewound.length > 0) memory.rewind(verdict.rewound, now);
      if (verdict.decisions.length > 0) memory.record(verdict.decisions);
      for (const decision of verdict.decisions) onDecision(decision);
      for (const due of verdict.due) this.#begin(due);
      this.#forget(now);
      return verdict.nextWakeAt ?? Number.POSITIVE_INFINITY;
    } catch (error) {
      onFailure(error);
      return now + tickEveryMs;
    }
  }

  /**
   * Goes on with what a daemon before this one decided and did not bring to an end: it was stopped or killed. Whether
   * there is anything left to do, the job itself sees in the repository. Of several runs of a line only the newest is
   * done; a line that does not catch up is left.
   *
   * @param stanza only of this one: its orphans have been settled
   */
  resume(stanza: string): void {
    const { memory, lines } = this.#deps;
    for (const line of lines().filter((candidate) => candidate.stanza === stanza)) {
      const open = memory
        .decisions({ line: line.key, limit: unsettledLimit })
        .filter((one) => one.decision === 'run' && one.runId === undefined && one.detail === undefined);
      for (const { occurrence } of open) {
        const running = this.#running.get(line.key);
        if (running === occurrence) continue;
        if (running === undefined && line.catchUp) this.#begin({ line, occurrence });
        else {
          const detail = 'Holdfast was stopped before it was done';
          memory.settle(line.key, occurrence, {
            decision: 'skip',
            reason: 'missed',
            detail,
            runId: undefined,
          });
        }
      }
    }
  }

  #begin(due: Pick<DueRun, 'line' | 'occurrence'>): void {
    const { key } = due.line;
    this.#running.set(key, due.occurrence);
    const end = this.#finish(due).finally(() => {
      this.#running.delete(key);
      this.#ends.delete(end);
    });
    this.#ends.add(end);
  }

  #forget(now: number): void {
    const steady = this.#deps.clock.monotonic();
    if (this.#forgotAt !== undefined && steady - this.#forgotAt < forgetEveryMs) return;
    this.#forgotAt = steady;
    this.#deps.forget(now - keptMs);
  }

  async #finish({ line, occurrence }: Pick<DueRun, 'line' | 'occurrence'>): Promise<void> {
    const { actor, submit, memory, stopping, onFailure } = this.#deps;
    // All at once: in which order they run, and whether side by side, is the queue's to say.
    const ended = await Promise.all(
      scheduledRequests({ line, occurrence }, actor).map(async (request) => ({
        repository: request.repository,
        outcome: await submit(request),
      })),
    );
    if (stopping() && ended.some(({ outcome }) => outcome.result === 'interrupted')) return;
    try {
      memory.settle(line.key, occurrence, settlementOf(ended));
    } catch (error) {
      onFailure(error);
    }
  }
}
