import type { FileFacts } from '../lint-rule.ts';
import type { LintSource } from '../read-project.ts';

/** A file that was read to be judged. */
export interface LintInput extends LintSource {
  /** Absolute path; undefined for text that came on stdin. */
  readonly path: string | undefined;
  readonly facts: FileFacts | undefined;
}

/** What was looked at. */
export interface CollectedInputs {
  readonly inputs: readonly LintInput[];
  /** Places that were looked at and had nothing to read, and files that were left out: lines for people. */
  readonly notes: readonly string[];
}
