import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { Catalogue } from '../../model/backup-set.ts';
import { isFailure } from '../../model/failure.ts';
import type { RepositorySighting } from '../../status/health-observations.ts';
import type { Clock } from '../job-deps.ts';
import { describeRepositories } from './describe-repositories.ts';
import type { RepositoryWatch } from './repository-watch.ts';

export interface RepositoryWatchDeps {
  /** The one in use: another after a reload. */
  readonly configuration: () => Configuration;
  /** Asks the engine. @throws Failure when it does not answer */
  readonly readCatalogue: (stanza: Stanza, signal: AbortSignal) => Promise<Catalogue>;
  readonly clock: Clock;
  /** Between two looks at a stanza, milliseconds; ten minutes unless given. */
  readonly everyMs?: number | undefined;
  /** After a look that failed; one minute unless given, and never more than `everyMs`. */
  readonly retryMs?: number | undefined;
}

/** What is remembered of a stanza. Times are of the clock that never goes back. */
interface Place {
  sighting: RepositorySighting;
  dueAt: number;
}

/**
 * Begins to look at the repositories of every stanza, one after the other. What a look finds stays until the next one;
 * one that fails is written beside what was seen before, and both say when.
 */
export function createRepositoryWatch(deps: RepositoryWatchDeps): RepositoryWatch {
  const watch = new IntervalWatch(deps);
  watch.begin();
  return watch;
}

class IntervalWatch implements RepositoryWatch {
  readonly #deps: RepositoryWatchDeps;
  readonly #everyMs: number;
  readonly #retryMs: number;
  readonly #places = new Map<string, Place>();
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(deps: RepositoryWatchDeps) {
    this.#deps = deps;
    this.#everyMs = deps.everyMs ?? 600_000;
    this.#retryMs = Math.min(deps.retryMs ?? 60_000, this.#everyMs);
  }

  begin(): void {
    this.#loop = this.#run();
  }

  refresh(stanza?: string): void {
    const now = this.#deps.clock.monotonic();
    for (const [name, place] of this.#places) if (stanza === undefined || stanza === name) place.dueAt = now;
    this.#wake.abort();
  }

  sightings(): readonly RepositorySighting[] {
    return this.#deps
      .configuration()
      .stanzas.map(({ name }) => this.#places.get(name)?.sighting ?? this.#unseen(name));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      const next = this.#nextStanza();
      if (next === undefined) await this.#sleepUntilDue(this.#wake.signal);
      else await this.#look(next);
    }
  }

  /** The one that is overdue for longest; one that was never seen comes before all. */
  #nextStanza(): Stanza | undefined {
    const now = this.#deps.clock.monotonic();
    const dueAt = ({ name }: Stanza): number => this.#places.get(name)?.dueAt ?? Number.NEGATIVE_INFINITY;
    const [first] = this.#deps.configuration().stanzas.toSorted((left, right) => dueAt(left) - dueAt(right));
    return first !== undefined && dueAt(first) <= now ? first : undefined;
  }

  async #sleepUntilDue(wake: AbortSignal): Promise<void> {
    const { clock, configuration } = this.#deps;
    const dues = configuration().stanzas.flatMap(({ name }) => this.#places.get(name)?.dueAt ?? []);
    const wait = Math.max(0, Math.min(this.#everyMs, ...dues.map((due) => due - clock.monotonic())));
    try {
      await clock.sleep(wait, wake);
    } catch (error) {
      if (!wake.aborted) throw error;
    }
  }

  /** What was asked for while looking counts: a job may have ended in the middle of it. */
  async #look(stanza: Stanza): Promise<void> {
    const { clock } = this.#deps;
    const before = this.#places.get(stanza.name)?.sighting ?? this.#unseen(stanza.name);
    const place: Place = { sighting: before, dueAt: Number.POSITIVE_INFINITY };
    this.#places.set(stanza.name, place);
    try {
      const catalogue = await this.#deps.readCatalogue(stanza, this.#stop.signal);
      const repositories = describeRepositories(stanza, catalogue, '');
      place.sighting = { ...before, observedAt: clock.now(), repositories, catalogue, failure: undefined };
      place.dueAt = Math.min(place.dueAt, clock.monotonic() + this.#everyMs);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      if (!isFailure(error)) throw error;
      place.sighting = { ...before, failure: { at: clock.now(), problem: error.message } };
      place.dueAt = Math.min(place.dueAt, clock.monotonic() + this.#retryMs);
    }
  }

  #unseen(stanza: string): RepositorySighting {
    return {
      stanza,
      observedAt: undefined,
      staleAfterMs: 3 * this.#everyMs,
      repositories: [],
      failure: undefined,
    };
  }
}
