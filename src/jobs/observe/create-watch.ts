import { isFailure } from '../../model/failure.ts';
import type { Sighting } from '../../status/sighting.ts';
import type { Clock } from '../job-deps.ts';
import { lookWithin } from './look-within.ts';
import type { Watch, WatchedSubject } from './watch.ts';

export interface WatchDeps<Subject, Value> {
  /** What is watched now: another list after a reload. What is no longer in it is forgotten. */
  readonly subjects: () => readonly WatchedSubject<Subject>[];
  /** Must end its children when the signal aborts. @throws Failure when nothing could be seen */
  readonly look: (subject: Subject, signal: AbortSignal) => Promise<Value>;
  readonly clock: Clock;
  /** From 0 up to 1: a look comes up to a tenth of the interval early, so that not all fall on one moment. */
  readonly random: () => number;
  /** Milliseconds between two looks at one thing. */
  readonly everyMs: () => number;
  /** Milliseconds to the next look after one that failed; doubled with each further failure, never more than `everyMs`. */
  readonly retryMs: number;
  /** Milliseconds until a look is given up: its children are ended, and it counts as failed. */
  readonly deadlineMs: number;
  /** How many looks may be at work at a time; one that waits for an answer for longer than `slowMs` no longer counts. */
  readonly parallel: number;
  /** Told after each look, with what is known now. */
  readonly onSighting?: ((key: string) => void) | undefined;
  /** A look threw what is no failure. It counts as failed. */
  readonly onBug: (error: unknown) => void;
}

/** A look that is silent for this long waits for a network, not for a processor: milliseconds. */
const slowMs = 5000;
/** However slow they are, no more children than this. */
const mostAtOnce = 16;

interface Place<Value> {
  sighting: Sighting<Value>;
  /** By the clock that never goes back. */
  dueAt: number;
  failures: number;
  busy: boolean;
  /** Asked for while a look was at work, which may have seen what was before. */
  again: boolean;
  /** When the look began that `sighting` is of, by the same clock. */
  lookedFrom: number;
}

/** Begins to look. The first looks are taken at once, as many at a time as may be. */
export function createWatch<Subject, Value>(deps: WatchDeps<Subject, Value>): Watch<Value> {
  const watch = new IntervalWatch(deps);
  watch.begin();
  return watch;
}

class IntervalWatch<Subject, Value> implements Watch<Value> {
  readonly #deps: WatchDeps<Subject, Value>;
  readonly #places = new Map<string, Place<Value>>();
  readonly #stop = new AbortController();
  readonly #working = new Set<Promise<void>>();
  /** Told after each look. */
  readonly #waiting = new Set<() => void>();
  /** Looks that count against `parallel`; `#working` has all whose children may still live. */
  #quick = 0;
  #wake = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(deps: WatchDeps<Subject, Value>) {
    this.#deps = deps;
  }

  begin(): void {
    this.#loop = this.#run();
  }

  refresh(key?: string): void {
    const now = this.#deps.clock.monotonic();
    for (const [name, place] of this.#places) {
      if (key !== undefined && key !== name) continue;
      place.dueAt = now;
      place.again = place.busy;
    }
    this.#wake.abort();
  }

  sighting(key: string): Sighting<Value> {
    return this.#places.get(key)?.sighting ?? this.#unseen();
  }

  async lookSince(key: string, since: number): Promise<Sighting<Value>> {
    const { clock } = this.#deps;
    // By the clock that never goes back: after the other one was set back, a look from before seems to be a later one.
    const wanted = clock.monotonic() - Math.max(0, clock.now() - since);
    const isThere = (): boolean => (this.#places.get(key)?.lookedFrom ?? Number.NEGATIVE_INFINITY) >= wanted;
    if (!isThere()) this.refresh(key);
    while (!isThere() && !this.#stop.signal.aborted && this.#isWatched(key)) {
      const next = Promise.withResolvers<void>();
      this.#waiting.add(next.resolve);
      await next.promise;
    }
    return this.sighting(key);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    this.#tellWaiting();
    await this.#loop;
    await Promise.all(this.#working);
  }

  #isWatched(key: string): boolean {
    return this.#deps.subjects().some((subject) => subject.key === key);
  }

  #tellWaiting(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const tell of waiting) tell();
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      const due = this.#takeDue();
      for (const next of due) this.#begin(next);
      if (due.length === 0) await this.#sleepUntilDue(this.#wake.signal);
    }
  }

  /** Those that are overdue for longest, as many as may begin; one that was never seen comes before all. */
  #takeDue(): readonly WatchedSubject<Subject>[] {
    const now = this.#deps.clock.monotonic();
    const subjects = this.#deps.subjects();
    this.#forgetAllBut(new Set(subjects.map(({ key }) => key)));
    const free = Math.min(this.#deps.parallel - this.#quick, mostAtOnce - this.#working.size);
    const dueAt = ({ key }: WatchedSubject<Subject>): number =>
      this.#places.get(key)?.dueAt ?? Number.NEGATIVE_INFINITY;
    return subjects
      .filter((candidate) => dueAt(candidate) <= now && this.#places.get(candidate.key)?.busy !== true)
      .toSorted((left, right) => dueAt(left) - dueAt(right))
      .slice(0, Math.max(0, free));
  }

  #forgetAllBut(keys: ReadonlySet<string>): void {
    for (const key of this.#places.keys()) {
      if (keys.has(key)) continue;
      this.#places.delete(key);
      this.#tellWaiting();
    }
  }

  async #sleepUntilDue(wake: AbortSignal): Promise<void> {
    const { clock, everyMs } = this.#deps;
    const full = this.#quick >= this.#deps.parallel || this.#working.size >= mostAtOnce;
    // While nothing may begin, the end of a look wakes: what is overdue must not make this loop turn.
    const dues = full ? [] : [...this.#places.values()].filter(({ busy }) => !busy).map(({ dueAt }) => dueAt);
    const wait = Math.max(0, Math.min(everyMs(), ...dues.map((due) => due - clock.monotonic())));
    try {
      await clock.sleep(wait, wake);
    } catch (error) {
      if (!wake.aborted) throw error;
    }
  }

  #begin({ key, subject }: WatchedSubject<Subject>): void {
    const { look, clock, deadlineMs } = this.#deps;
    const place = this.#places.get(key) ?? this.#newPlace();
    this.#places.set(key, place);
    place.busy = true;
    place.again = false;
    const { seen, over } = lookWithin({
      look: (signal) => look(subject, signal),
      clock,
      deadlineMs,
      signal: this.#stop.signal,
    });
    const free = this.#occupy();
    const began = clock.monotonic();
    const work = this.#note(key, place, seen)
      .then(() => {
        free();
        place.lookedFrom = began;
        this.#tellWaiting();
        return over;
      })
      .finally(() => {
        place.busy = false;
        this.#working.delete(work);
        this.#wake.abort();
      });
    this.#working.add(work);
  }

  /** Counts a look as one at work. @returns what ends that; it ends by itself when the look turns out to be slow */
  #occupy(): () => void {
    const ended = new AbortController();
    this.#quick += 1;
    const free = (): void => {
      if (ended.signal.aborted) return;
      ended.abort();
      this.#quick -= 1;
      this.#wake.abort();
    };
    this.#deps.clock.sleep(slowMs, AbortSignal.any([ended.signal, this.#stop.signal])).then(free, () => {});
    return free;
  }

  async #note(key: string, place: Place<Value>, seen: Promise<Value>): Promise<void> {
    const { clock, random, everyMs, retryMs, onBug, onSighting } = this.#deps;
    try {
      const value = await seen;
      place.sighting = { ...this.#unseen(), observedAt: clock.now(), value };
      place.failures = 0;
      place.dueAt = clock.monotonic() + everyMs() * (1 - random() / 10);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!isFailure(error)) onBug(error);
      const problem = error instanceof Error ? error.message : String(error);
      place.sighting = { ...place.sighting, failure: { at: clock.now(), problem } };
      place.dueAt = clock.monotonic() + Math.min(everyMs(), retryMs * 2 ** place.failures);
      place.failures += 1;
    }
    if (place.again) place.dueAt = clock.monotonic();
    if (!this.#stop.signal.aborted) onSighting?.(key);
  }

  #newPlace(): Place<Value> {
    return {
      sighting: this.#unseen(),
      dueAt: 0,
      failures: 0,
      busy: false,
      again: false,
      lookedFrom: Number.NEGATIVE_INFINITY,
    };
  }

  /** Never before the look that would renew it must have come to its end: one that is slow makes nothing false. */
  #unseen(): Sighting<Value> {
    const { everyMs, deadlineMs } = this.#deps;
    return {
      observedAt: undefined,
      staleAfterMs: Math.max(3 * everyMs(), everyMs() + deadlineMs),
      value: undefined,
      failure: undefined,
    };
  }
}
