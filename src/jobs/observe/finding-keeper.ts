import { identifyFinding, type FindingEvent, type KnownFinding } from '../../model/finding.ts';
import { assess } from '../../status/assess.ts';
import { followFindings, type FollowedFindings } from '../../status/follow-findings.ts';
import type { HealthObservations } from '../../status/health-observations.ts';
import type { Clock } from '../job-deps.ts';
import { followContext } from './judge-now.ts';
import { observeHealth, type HealthSources } from './observe-health.ts';

/** Hears what became of findings, inside the transaction that notes it: what it writes into the journal is noted with it. */
export type FindingListener = (events: readonly FindingEvent[]) => void;

export interface FindingKeeperDeps extends HealthSources {
  readonly clock: Clock;
  /** Told what is about to be assessed: whoever acts on it need not observe by itself. Never throws. */
  readonly onObserved?: ((seen: HealthObservations) => void) | undefined;
  /** An assessment failed (the journal is damaged, or a bug); the next one comes. */
  readonly onFailure: (error: unknown) => void;
  /** Milliseconds between assessments when nothing changes; half a minute unless given. */
  readonly everyMs?: number | undefined;
}

/** Looks that end together are assessed together: milliseconds. */
const gatherMs = 1000;
/** How often it is written that an open finding is still there: milliseconds. */
const noteEveryMs = 300_000;
/** How long what has ended stays in the journal (400 days), and how often old ones are looked for: milliseconds. */
const keepMs = 400 * 86_400_000;
const forgetEveryMs = 86_400_000;
/** The scheduler turns soon after the start; until then nothing is judged, and no longer than this: milliseconds. */
const startMs = 60_000;

/**
 * Remembers findings from their beginning to their end: assesses whenever something was seen, and at an interval, since
 * things also get worse by themselves. A daemon that starts or ends judges nothing: neither is news.
 */
export class FindingKeeper implements AsyncDisposable {
  readonly #deps: FindingKeeperDeps;
  readonly #listeners = new Set<FindingListener>();
  readonly #stop = new AbortController();
  /** When open findings were last made, by identity: more exact than the journal, which is written now and then. */
  readonly #lastSeen = new Map<string, number>();
  #notedAt = Number.NEGATIVE_INFINITY;
  #forgotAt = Number.NEGATIVE_INFINITY;
  #noticed = false;
  #wake = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(deps: FindingKeeperDeps) {
    this.#deps = deps;
  }

  begin(): void {
    this.#loop = this.#run();
  }

  /** Something was seen, or has ended: it is assessed soon. */
  notice(): void {
    this.#noticed = true;
    this.#wake.abort();
  }

  /** @returns what ends it */
  listen(listener: FindingListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#sleep(gatherMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      this.#noticed = false;
      this.#wake = new AbortController();
      try {
        this.#assess();
      } catch (error) {
        this.#deps.onFailure(error);
      }
      if (!this.#noticed) await this.#sleep(this.#deps.everyMs ?? 30_000, this.#wake.signal);
    }
  }

  async #sleep(milliseconds: number, wake: AbortSignal): Promise<void> {
    try {
      await this.#deps.clock.sleep(milliseconds, wake);
    } catch (error) {
      if (!wake.aborted) throw error;
    }
  }

  #assess(): void {
    const now = this.#deps.clock.now();
    const { findings: memory } = this.#deps.journal;
    const configuration = this.#deps.configuration();
    const seen = observeHealth(this.#deps);
    this.#deps.onObserved?.(seen);
    const { daemon } = seen;
    const starting = daemon.sinceTickMs === undefined && now - daemon.startedAt < startMs;
    if (daemon.stopping || starting) return;
    const before = memory.open().map((finding) => this.#withLastSeen(finding));
    const context = followContext(memory, { configuration, seen, now });
    this.#note(followFindings(before, assess(configuration, seen, now), context));
    this.#forget(now);
  }

  #withLastSeen(finding: KnownFinding): KnownFinding {
    return {
      ...finding,
      lastSeenAt: this.#lastSeen.get(identifyFinding(finding)) ?? finding.lastSeenAt,
    };
  }

  #note({ open, ended, events }: FollowedFindings): void {
    const { clock, journal } = this.#deps;
    const noteAll = clock.monotonic() - this.#notedAt >= noteEveryMs;
    const of = (kind: FindingEvent['kind']): readonly KnownFinding[] =>
      events.flatMap((event) => (event.kind === kind ? [event.finding] : []));
    const began = of('began');
    const seen = noteAll ? open.filter((finding) => !began.includes(finding)) : of('changed');
    if (events.length > 0 || seen.length > 0) {
      journal.findings.record({ began, seen, ended }, () => {
        if (events.length > 0) for (const listener of this.#listeners) listener(events);
      });
    }
    if (noteAll) this.#notedAt = clock.monotonic();
    this.#lastSeen.clear();
    for (const finding of open) this.#lastSeen.set(identifyFinding(finding), finding.lastSeenAt);
  }

  #forget(now: number): void {
    const { clock, journal } = this.#deps;
    if (clock.monotonic() - this.#forgotAt < forgetEveryMs) return;
    journal.findings.forgetEndedBefore(now - keepMs);
    this.#forgotAt = clock.monotonic();
  }
}
