/** A copy beside production that should be gone, and could not be taken away. */
export interface LeftCopy {
  readonly id: string;
  readonly stanza: string;
  /** Its directory. */
  readonly place: string;
  /** Why it should be gone, in words. */
  readonly reason: string;
  /** Why it could not be taken away. */
  readonly problem: string;
}
