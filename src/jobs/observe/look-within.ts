import { formatElapsed } from '../../model/duration.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import type { Sighting } from '../../status/sighting.ts';
import type { Clock } from '../job-deps.ts';

/** How one look is done. */
export interface LookWithin<Value> {
  /** Must end its children when the signal aborts. @throws Failure when nothing could be seen */
  readonly look: (signal: AbortSignal) => Promise<Value>;
  readonly clock: Clock;
  /** Milliseconds until the look is given up. */
  readonly deadlineMs: number;
  /** Aborts when nobody wants to know any more. */
  readonly signal: AbortSignal;
}

/** The outcome of a look that may go on after nobody waits for it any more. */
export interface LookUnderWay<Value> {
  /** What it saw. @throws Failure timed-out at the deadline, whatever the look threw, the signal's reason */
  readonly seen: Promise<Value>;
  /** Resolves when the look has let go of everything; never rejects. */
  readonly over: Promise<void>;
}

/**
 * Begins a look that ends at its deadline for whoever waits, also when it does not answer the abort: a half-open
 * connection, a mount whose server is gone.
 */
export function lookWithin<Value>({
  look,
  clock,
  deadlineMs,
  signal,
}: LookWithin<Value>): LookUnderWay<Value> {
  const patience = new AbortController();
  const looking = look(AbortSignal.any([signal, patience.signal]));
  const over = looking.then(
    () => {},
    () => {},
  );
  return { seen: endInTime(looking, { clock, deadlineMs, signal, patience }), over };
}

async function endInTime<Value>(
  looking: Promise<Value>,
  {
    clock,
    deadlineMs,
    signal,
    patience,
  }: Omit<LookWithin<Value>, 'look'> & { readonly patience: AbortController },
): Promise<Value> {
  const ended = new AbortController();
  const limit = clock.sleep(deadlineMs, AbortSignal.any([signal, ended.signal])).then(() => {
    const late = new Failure('timed-out', {
      operation: 'look',
      problem: `no answer within ${formatElapsed(deadlineMs)}`,
    });
    patience.abort(late);
    throw late;
  });
  // Whichever loses the race is not heard: a sleep that was ended, a look that was given up.
  limit.catch(() => {});
  try {
    return await Promise.race([looking, limit]);
  } finally {
    ended.abort();
  }
}

/** Looks once, for a command that has no daemon to ask. @throws what is no Failure (a bug), and the signal's reason */
export async function takeSighting<Value>(options: LookWithin<Value>): Promise<Sighting<Value>> {
  const { clock, signal, deadlineMs } = options;
  const shape = { staleAfterMs: 10 * deadlineMs };
  try {
    const value = await lookWithin(options).seen;
    return { ...shape, observedAt: clock.now(), value, failure: undefined };
  } catch (error) {
    signal.throwIfAborted();
    if (!isFailure(error)) throw error;
    const failure = { at: clock.now(), problem: error.message };
    return { ...shape, observedAt: undefined, value: undefined, failure };
  }
}
