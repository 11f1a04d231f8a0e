import { formatElapsed } from '../model/duration.ts';

/** What was seen at a moment, and what became of later looks. Times are epoch milliseconds. */
export interface Sighting<Value> {
  /** Of the last look that told something; undefined: nothing was ever seen. */
  readonly observedAt: number | undefined;
  /** How old a sighting may be until it counts for nothing. */
  readonly staleAfterMs: number;
  /** What that look saw: true at `observedAt`, and no more than that. */
  readonly value: Value | undefined;
  /** Why a later look failed. */
  readonly failure: { readonly at: number; readonly problem: string } | undefined;
}

/** Why a sighting counts for nothing. @returns undefined when it may be believed */
export function explainUnknown(sighting: Omit<Sighting<unknown>, 'value'>, now: number): string | undefined {
  const { observedAt, failure, staleAfterMs } = sighting;
  const seen =
    observedAt === undefined ? 'never seen before' : `last seen at ${new Date(observedAt).toISOString()}`;
  if (failure !== undefined)
    return `looking at ${new Date(failure.at).toISOString()} failed: ${failure.problem}; ${seen}`;
  if (observedAt === undefined) return 'not looked at yet';
  // A clock that was set back makes a sighting lie in the future: how old it is can then not be told.
  if (now < observedAt) return `${seen}, which is after now: the clock was set back`;
  if (now - observedAt > staleAfterMs) return `${seen}, ${formatElapsed(now - observedAt)} ago`;
  return undefined;
}

/** The value of a sighting that may be believed now. @returns undefined when it counts for nothing */
export function believe<Value>(sighting: Sighting<Value> | undefined, now: number): Value | undefined {
  if (sighting === undefined || explainUnknown(sighting, now) !== undefined) return undefined;
  return sighting.value;
}
