import type { LineMemory, ScheduleDecision } from '../../store/schedule-memory.ts';
import { decideSchedule, type ScheduleVerdict } from './decide-schedule.ts';
import type { DueRun, ScheduleLine } from '../../model/schedule-line.ts';

const minute = 60_000;

/** For tests: what happens to a host besides time passing. Milliseconds. */
export type SimulationEvent =
  /** The scheduler wakes when it asked to, so many times. */
  | { readonly kind: 'wakes'; readonly count: number }
  /** Nothing runs for so long, then a new scheduler starts. */
  | { readonly kind: 'downtime'; readonly length: number }
  /** The clock is set; negative: back. */
  | { readonly kind: 'jump'; readonly by: number };

/** For tests: a scheduler with a clock, a memory and runs that take a while; only the runs live in its process. */
export class ScheduleSimulation {
  readonly decisions: ScheduleDecision[] = [];
  readonly due: (DueRun & { readonly at: number })[] = [];
  readonly memory: ReadonlyMap<string, LineMemory>;
  /** Of every decision since: the same time twice. */
  readonly twice: ScheduleDecision[] = [];
  rewinds = 0;
  now: number;
  readonly #lines: readonly ScheduleLine[];
  readonly #runLength: number;
  readonly #memory = new Map<string, { knownSince: number; decidedUntil: number }>();
  readonly #decided = new Set<string>();
  /** Real time, which nobody sets: runs end by it. */
  #real = 0;
  readonly #running = new Map<string, number>();

  constructor(lines: readonly ScheduleLine[], now: number, runLength: number) {
    this.#lines = lines;
    this.#runLength = runLength;
    this.now = now;
    this.memory = this.#memory;
    for (const { key } of lines) this.#memory.set(key, { knownSince: now, decidedUntil: now });
  }

  happen(event: SimulationEvent, onVerdict: (verdict: ScheduleVerdict, at: number) => void): void {
    switch (event.kind) {
      case 'downtime':
        this.#pass(event.length);
        this.#running.clear();
        this.#turn(onVerdict);
        break;
      case 'jump':
        this.now += event.by;
        this.#turn(onVerdict);
        break;
      case 'wakes':
        for (let count = 0; count < event.count; count += 1) {
          const { nextWakeAt } = this.decide();
          if (nextWakeAt === undefined) return;
          this.#pass(Math.max(nextWakeAt - this.now, 0));
          this.#turn(onVerdict);
        }
    }
  }

  decide(now = this.now): ScheduleVerdict {
    const running = new Set(
      [...this.#running].filter(([, end]) => end > this.#real + now - this.now).map(([key]) => key),
    );
    return decideSchedule(this.#lines, this.#memory, now, { running, seed: 'host' });
  }

  #pass(length: number): void {
    this.now += length;
    this.#real += length;
  }

  #turn(onVerdict: (verdict: ScheduleVerdict, at: number) => void): void {
    const verdict = this.decide();
    for (const key of verdict.rewound) this.#rewind(key);
    for (const decision of verdict.decisions) this.#record(decision);
    for (const due of verdict.due) {
      this.due.push({ ...due, at: this.now });
      this.#running.set(due.line.key, this.#real + this.#runLength);
    }
    onVerdict(verdict, this.now);
    // A scheduler that lives turns every half minute at least; here only where something is to be decided.
    this.#pass(minute / 2);
  }

  #rewind(key: string): void {
    this.rewinds += 1;
    const known = this.#memory.get(key);
    if (known === undefined) return;
    known.knownSince = Math.min(known.knownSince, this.now);
    known.decidedUntil = Math.min(known.decidedUntil, this.now);
    for (const { line, occurrence } of this.decisions) {
      if (line === key && occurrence > this.now) this.#decided.delete(`${line} ${occurrence}`);
    }
  }

  #record(decision: ScheduleDecision): void {
    const name = `${decision.line} ${decision.occurrence}`;
    if (this.#decided.has(name)) this.twice.push(decision);
    this.#decided.add(name);
    this.decisions.push(decision);
    const known = this.#memory.get(decision.line);
    if (known) known.decidedUntil = Math.max(known.decidedUntil, decision.occurrence);
  }

  isDecided(line: string, occurrence: number): boolean {
    return this.#decided.has(`${line} ${occurrence}`);
  }
}

/** For tests: a line without specialities. */
export function plainLine(
  job: ScheduleLine['job'],
  cron: string,
  more: Partial<ScheduleLine> = {},
): ScheduleLine {
  return {
    key: `main/${job}@${cron}${more.on ?? ''}>${more.repositories?.join(',') ?? ''}`,
    stanza: 'main',
    job,
    repositories: ['local', 'offsite'],
    cron,
    timezone: 'UTC',
    on: 'any',
    jitterMs: 0,
    priority: 0,
    catchUp: true,
    timeoutMs: undefined,
    blackouts: [],
    ...more,
  };
}
