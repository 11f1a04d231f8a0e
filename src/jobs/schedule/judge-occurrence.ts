import { blackoutAt } from './blackout-at.ts';
import { jitterOf } from './jitter.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';

/** What becomes of one time of a line as far as time alone says. Epoch milliseconds. */
export type OccurrenceVerdict =
  /** `delayedUntil`: its time was in a blackout, which ends then. */
  | { readonly kind: 'run'; readonly startAt: number; readonly delayedUntil: number | undefined }
  /** Left out: it falls into a blackout. */
  | { readonly kind: 'blackout'; readonly startAt: number; readonly until: number };

/** What tells when a line begins. */
export interface StartRules {
  /** See `companionsOf`. */
  readonly companions: readonly ScheduleLine[];
  /** What tells this host from others: they begin at other times within the jitter. */
  readonly seed: string;
}

/**
 * When a run for one time of a line begins. What counts for a blackout is when it would begin, jitter included.
 */
export function judgeOccurrence(
  line: ScheduleLine,
  occurrence: number,
  { companions, seed }: StartRules,
): OccurrenceVerdict {
  const startAt = occurrence + jitterOf(line, occurrence, companions, seed);
  const blackout = blackoutAt(line.blackouts, startAt);
  if (blackout === undefined) return { kind: 'run', startAt, delayedUntil: undefined };
  if (blackout.skip || !line.catchUp) return { kind: 'blackout', startAt, until: blackout.until };
  return { kind: 'run', startAt: blackout.until, delayedUntil: blackout.until };
}
