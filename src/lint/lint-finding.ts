import type { Severity } from '../model/finding.ts';
import type { SourcePosition } from '../model/source-position.ts';
import type { Place } from './lint-document.ts';

/** A change that has only one right answer: the range is replaced. */
export interface Fix {
  readonly place: Place;
  readonly replacement: string;
}

/** What a rule says. */
export interface RuleFinding {
  readonly place: Place;
  /** What is wrong here: lower case, no full stop, naming the value. Never a secret. */
  readonly problem: string;
  /** What to write instead. One or two sentences. */
  readonly remedy: string;
  /** The number of the engine's error that it leads to, 32 for `[032]`. */
  readonly engineError?: number | undefined;
  /** Where it is worse or less bad than the rule says in general. */
  readonly severity?: Severity | undefined;
  /** The text may not be shown, for it holds a secret. */
  readonly secret?: boolean | undefined;
  readonly fix?: Fix | undefined;
}

/** One thing wrong in a file. */
export interface LintFinding {
  /** Stable rule name: `retention-archive-counts-backups`. */
  readonly rule: string;
  readonly severity: Severity;
  readonly position: SourcePosition;
  /** End of the text, in the same file; exclusive. */
  readonly end: SourcePosition;
  /** The text as it stands there, one line; `(hidden)` for secrets. */
  readonly text: string;
  readonly problem: string;
  /** What really happens. */
  readonly consequence: string;
  readonly remedy: string;
  readonly engineError: number | undefined;
  /** `docs/lint.md#rule`. */
  readonly documentation: string;
  readonly fix: Fix | undefined;
}
