import type { Stanza } from '../../config/configuration.ts';
import { isFailure } from '../../model/failure.ts';
import type { Primary } from '../../postgres/find-primary.ts';
import type { PrimaryFacts } from '../../postgres/primary-facts.ts';
import { writeHeartbeat } from '../../postgres/write-heartbeat.ts';
import type { Journal } from '../../store/journal.ts';
import type { CommittedHeartbeat } from '../../store/sample-memory.ts';
import type { Clock } from '../job-deps.ts';

export interface HeartDeps {
  readonly journal: Pick<Journal, 'samples'>;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** How a beat went. */
export interface Beat {
  readonly heartbeat?: CommittedHeartbeat;
  readonly failure?: { readonly at: number; readonly problem: string };
}

/** Of one statement, milliseconds: a heartbeat that waits longer is not worth it, the next one comes soon. */
const beatMs = 5000;
/** Part of the interval that must be over: looks come a little early or late. */
const dueShare = 0.9;

/**
 * Writes heartbeats, for as many stanzas as there are. Only a running daemon has one: a command that looks once writes
 * nothing. One that failed is tried again with the next look.
 */
export class Heart {
  readonly #deps: HeartDeps;
  /** When the last one was written, by the clock that never goes back, and its number. */
  readonly #last = new Map<string, { readonly at: number; readonly sequence: number }>();

  constructor(deps: HeartDeps) {
    this.#deps = deps;
  }

  /**
   * Writes a heartbeat where one is due, to a primary that was just found and looked at.
   *
   * @returns undefined when none was due or the stanza has none
   * @throws Failure interrupted; journal-damaged
   */
  async beat(
    stanza: Stanza,
    primary: Primary,
    facts: PrimaryFacts,
    signal: AbortSignal,
  ): Promise<Beat | undefined> {
    const { form, every } = stanza.heartbeat ?? { form: 'off', every: 0 };
    const { samples } = this.#deps.journal;
    const last = this.#last.get(stanza.name);
    const now = this.#deps.clock.monotonic();
    if (form === 'off') return undefined;
    if (last !== undefined && now - last.at < every * 1000 * dueShare) return undefined;
    const { systemIdentifier, timeline } = facts;
    const sequence = (last?.sequence ?? samples.lastHeartbeat(stanza.name)?.sequence ?? 0) + 1;
    const installation = samples.installation(() => this.#newName());
    const identity = { stanza: stanza.name, systemIdentifier, timeline, installation, sequence };
    try {
      const options = { user: primary.user, timeoutMs: beatMs, signal };
      const written = await writeHeartbeat(primary.server, form, identity, options);
      const heartbeat = { systemIdentifier, timeline, sequence, ...written };
      samples.noteHeartbeat(stanza.name, heartbeat);
      this.#last.set(stanza.name, { at: now, sequence });
      return { heartbeat };
    } catch (error) {
      if (!isFailure(error) || error.kind === 'interrupted' || error.kind === 'journal-damaged') throw error;
      return { failure: { at: this.#deps.clock.now(), problem: error.message } };
    }
  }

  #newName(): string {
    return Array.from({ length: 12 }, () => Math.floor(this.#deps.random() * 16).toString(16)).join('');
  }
}
