import type { SourcePosition } from '../../model/source-position.ts';

/** One variable as a file gives it, quotes and references resolved. */
export interface EnvironmentVariable {
  readonly name: string;
  /** Undefined for a name without `=`: such a line takes the value from the environment of whoever reads it. */
  readonly value: string | undefined;
  /** Of its name. */
  readonly position: SourcePosition;
  /** Names that the value refers to and the file does not have; the value is not known then. */
  readonly unresolved: readonly string[];
}

/** A line that says nothing anybody could use. */
export interface UnreadableLine {
  readonly position: SourcePosition;
  /** Lower case, no full stop; never the text of the line, which may hold a secret. */
  readonly problem: string;
  /** What stands after it cannot be told from it: variables may be missing that somebody wrote. */
  readonly hidesRest?: boolean;
}

/** The variables of one file. */
export interface EnvironmentFile {
  readonly file: string;
  /** `environment`: lines of NAME=value; `yaml`: a mapping, as Ansible keeps variables. */
  readonly form: 'environment' | 'yaml';
  /** By name. Of a name that stands there several times the last one, which wins in every reader. */
  readonly variables: ReadonlyMap<string, EnvironmentVariable>;
  /** The earlier ones of names that stand there several times. */
  readonly overridden: readonly EnvironmentVariable[];
  readonly unreadable: readonly UnreadableLine[];
}
