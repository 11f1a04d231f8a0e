import { isFailure } from '../model/failure.ts';
import { sweepCopies, type SweptCopy } from '../recovery/copy/sweep-copies.ts';
import type { LeftCopy } from '../status/left-copy.ts';
import type { DaemonParts } from './daemon-parts.ts';
import type { HeldConfiguration } from './held-configuration.ts';

/** Milliseconds between two sweeps: a clone lives that much longer than its time. */
const sweepEveryMs = 60_000;

/**
 * Takes away copies that should not be there: what a killed Holdfast left, clones whose time is over. What cannot be
 * taken away is tried again each minute and is a finding meanwhile.
 */
export class CopyKeeper {
  readonly #parts: Pick<DaemonParts, 'deps' | 'actor' | 'log' | 'stop'>;
  readonly #held: Pick<HeldConfiguration, 'configuration'>;
  readonly #onChange: () => void;
  readonly #onBug: (error: unknown) => void;
  #left: readonly LeftCopy[] = [];

  constructor(
    parts: Pick<DaemonParts, 'deps' | 'actor' | 'log' | 'stop'>,
    {
      held,
      onChange,
      onBug,
    }: {
      readonly held: Pick<HeldConfiguration, 'configuration'>;
      readonly onChange: () => void;
      readonly onBug: (error: unknown) => void;
    },
  ) {
    this.#parts = parts;
    this.#held = held;
    this.#onChange = onChange;
    this.#onBug = onBug;
  }

  /** What could not be taken away at the last sweep. */
  left(): readonly LeftCopy[] {
    return this.#left;
  }

  /** Sweeps at once and then each minute, until the stop is asked for. */
  async run(): Promise<void> {
    const { deps, stop } = this.#parts;
    while (!stop.aborted) {
      await this.#sweep();
      try {
        await deps.clock.sleep(sweepEveryMs, stop);
      } catch (error) {
        if (!stop.aborted) throw error;
      }
    }
  }

  async #sweep(): Promise<void> {
    const { deps, actor, stop, log } = this.#parts;
    const { journal, currentUid, clock } = deps;
    try {
      const swept = await sweepCopies({
        configuration: this.#held.configuration,
        journal,
        currentUid,
        now: () => clock.now(),
        sleep: (milliseconds) => clock.sleep(milliseconds),
        host: actor.host,
        signal: stop,
      });
      for (const one of swept) this.#tell(one);
      this.#keep(swept);
    } catch (error) {
      if (!isFailure(error)) return this.#onBug(error);
      log({
        level: 'error',
        event: 'copies-failed',
        text: `copies cannot be looked through: ${error.message}`,
      });
    }
  }

  /** What fails each minute for the same reason is said once. */
  #tell({ copy, reason, failure }: SweptCopy): void {
    const facts = { copy: copy.id, stanza: copy.stanza };
    const known = this.#left.find(({ id }) => id === copy.id)?.problem;
    if (failure === undefined) {
      const text = `${copy.id} was dropped: ${reason}`;
      this.#parts.log({ level: 'info', event: 'copy-dropped', text, facts });
    } else if (failure.message !== known) {
      const text = `${copy.id} could not be dropped (${reason}): ${failure.message}`;
      this.#parts.log({ level: 'warning', event: 'copy-left-behind', text, facts });
    }
  }

  #keep(swept: readonly SweptCopy[]): void {
    const before = this.#left;
    this.#left = swept.flatMap(({ copy, reason, failure }) =>
      failure === undefined
        ? []
        : [{ id: copy.id, stanza: copy.stanza, place: copy.place, reason, problem: failure.message }],
    );
    if (before.length > 0 || this.#left.length > 0) this.#onChange();
  }
}
