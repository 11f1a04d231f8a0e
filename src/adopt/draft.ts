import type { Path } from '../config/source-tree.ts';
import type { Severity } from '../model/finding.ts';
import type { SourcePosition } from '../model/source-position.ts';

/** A value of holdfast.yaml as a person would write it: what the schema takes in, before defaults and units. */
export type DraftValue = string | number | boolean | readonly DraftValue[] | DraftMapping;

/** A mapping in the order in which it is written. A key whose value is undefined is left out. */
export interface DraftMapping {
  readonly [key: string]: DraftValue | undefined;
}

/** What happened to one thing on its way into the file. */
export type DraftNoteKind =
  /** It had an effect and is not in the file. */
  | 'not-carried'
  /** It is not in the file, and it never had an effect where it stood. */
  | 'no-effect'
  /** It is in the file as it was, though it is not what its writer probably wants. */
  | 'kept'
  /** It was wrong and is right now. */
  | 'corrected'
  /** It is in the file under another name or in another place. */
  | 'moved'
  /** Something that could be better now. */
  | 'recommended';

/** One thing to tell about a draft. */
export interface DraftNote {
  readonly kind: DraftNoteKind;
  readonly severity: Severity;
  /** What it is about, in the words of its source: an option, a variable, a line of a crontab. Never a secret. */
  readonly what: string;
  /** Why, and what that means: full sentences. */
  readonly why: string;
  /** Where it stood; undefined when it stood nowhere (a question, a default). */
  readonly position: SourcePosition | undefined;
}

/** Text above a key of the file. */
export interface DraftComment {
  readonly path: Path;
  /** Without `#`; several lines are several lines. */
  readonly text: string;
}

/**
 * A holdfast.yaml that was made and not written: what stands in it, what is said beside it, and what has to be told
 * about where it came from. `writeDraft` makes its text.
 */
export interface Draft {
  readonly file: DraftMapping;
  /** Lines at the head of the file, without `#`. */
  readonly header: readonly string[];
  readonly comments: readonly DraftComment[];
  readonly notes: readonly DraftNote[];
}
