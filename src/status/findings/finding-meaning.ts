/** Where a finding is seen: what must have been looked at, and believed, before its absence says that it has ended. */
export type Look =
  /** `holdfast check`, which tries things; what its last run found stands until the next one. */
  | 'check'
  /** The daemon itself and what it remembers: always seen while it runs. */
  | 'daemon'
  /** `pgbackrest info` of a stanza. */
  | 'catalogue'
  /** The WAL archive of a stanza in a repository. */
  | 'archive'
  /** The primary of a stanza. */
  | 'primary';

/** What people read about a rule in docs/findings.md. Every rule of src/status/rules has one; a test compares them. */
export interface FindingMeaning {
  /** The rule name that findings carry. */
  readonly rule: string;
  /**
   * All the looks that have to be believed, for the stanza and repository of the finding, before it can end. A finding
   * stays open as it was last known while one of them is unknown.
   */
  readonly seenBy: readonly Look[];
  /** What it means: full sentences, Markdown. */
  readonly means: string;
  /** Why it matters: what is lost, and when that shows. */
  readonly matters: string;
  /** Lines of a shell that show the same with plain tools (psql, pgbackrest, ls); `#` comments are welcome. */
  readonly seeYourself: readonly string[];
  /** What to do, the safest first: full sentences, Markdown. */
  readonly do: string;
}
