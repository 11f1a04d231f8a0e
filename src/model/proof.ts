import { provenAnnotation } from './pin.ts';
import type { Proof } from './window.ts';

/** What a drill that passed writes to the set it restored. Times are epoch milliseconds. */
export interface NewProof {
  /** When the drill ended. */
  readonly at: number;
  /** Up to when it was restored; undefined: to the set's own end. */
  readonly until: number | undefined;
  /** The run of the journal. */
  readonly run: string | undefined;
}

/**
 * The value of annotation `holdfast-proven`: `at=2026-11-21T05:00:00Z until=2026-11-21T04:59:00Z run=drill-…`. Times are
 * UTC and whole seconds, cut off: what is said to be proven never lies behind what was.
 */
export function formatProof({ at, until, run }: NewProof): string {
  return [
    `at=${formatTime(at)}`,
    ...(until === undefined ? [] : [`until=${formatTime(until)}`]),
    ...(run === undefined ? [] : [`run=${run.replaceAll(/\s+/g, '-')}`]),
  ].join(' ');
}

/**
 * Reads the value. One that was written by hand is a proof too, of which the times are not known.
 *
 * @param set label of the set that has it
 */
export function parseProof(set: string, value: string): Proof {
  const text = value.trim();
  const timeOf = (name: string): number | undefined => {
    const match = new RegExp(`(?:^| )${name}=(\\d{4}-\\d{2}-\\d{2}T\\S+)`).exec(text);
    const time = match?.[1] === undefined ? Number.NaN : Date.parse(match[1]);
    return Number.isNaN(time) ? undefined : time;
  };
  return { set, at: timeOf('at'), until: timeOf('until'), text };
}

/** The proof of a set, by its annotations. An empty value was taken away: pgBackRest keeps no others. */
export function proofOf(set: {
  readonly label: string;
  readonly annotations: Readonly<Record<string, string>>;
}): Proof | undefined {
  const value = set.annotations[provenAnnotation] ?? '';
  return value === '' ? undefined : parseProof(set.label, value);
}

function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
