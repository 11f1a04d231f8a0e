/** A wrong input as people write it, and the rules that have to fire on it. */
export interface TrapCase {
  /** Row of the table of traps (`C1`, `P16`), or the part of the targets (`T4`), with a few words. */
  readonly row: string;
  /** Path and text; the files are judged together. */
  readonly files: readonly (readonly [string, string])[];
  readonly rules: readonly string[];
  /** Version that is judged for; without it 2.60. */
  readonly engine?: string;
}

/** A trap that no file shows, and why. */
export interface TrapWithoutFile {
  readonly row: string;
  readonly reason: string;
}
