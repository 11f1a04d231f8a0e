/** A place in a file that a person wrote. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with a configuration file: where, what was found, what was expected, what to do. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Stable rule name, `unknown-key`. */
  readonly rule: string;
  readonly position: SourcePosition;
  /** Path of keys, `stanzas.main.postgres[0].port`. */
  readonly path: string;
  /** The offending value as text, never a secret; undefined for a missing key. */
  readonly value?: string | undefined;
  /** What is wrong: lower case, no full stop. */
  readonly problem: string;
  readonly expected?: string | undefined;
  readonly remedy: string;
}

/** `file:line:column`, the form editors and terminals make clickable. */
export function formatPosition(position: SourcePosition): string {
  return `${position.file}:${position.line}:${position.column}`;
}
