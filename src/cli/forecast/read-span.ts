import { Failure } from '../../model/failure.ts';

/** Where a simulation begins. */
export interface Origin {
  readonly kind: 'now' | 'empty';
  /** Epoch milliseconds. */
  readonly at: number;
}

/** A whole number, or what is usual. @throws Failure usage */
export function readCount(text: string | undefined, usual: number, option: string, most: number): number {
  if (text === undefined) return usual;
  const count = Number(text);
  if (/^\d{1,5}$/.test(text) && count > 0 && count <= most) return count;
  throw new Failure('usage', {
    operation: `read ${option}`,
    problem: `${JSON.stringify(text)} is not a number from 1 to ${most}`,
    hint: `Write it as ${option} ${usual}.`,
  });
}

/** `now`, `empty` or a day; a day begins at midnight, UTC. @param now epoch milliseconds @throws Failure usage */
export function readOrigin(text: string | undefined, now: number): Origin {
  if (text === 'now') return { kind: 'now', at: now };
  if (text === undefined || text === 'empty') return { kind: 'empty', at: now };
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at))
    throw new Failure('usage', {
      operation: 'read --from',
      problem: `${JSON.stringify(text)} is neither now, empty nor a day`,
      hint: 'Write --from now for what is in the repository, or a day such as --from 2027-01-01 for an empty one.',
    });
  return { kind: 'empty', at };
}
