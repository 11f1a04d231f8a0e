import type { EngineVersion } from '../../model/engine-version.ts';
import type { ConfEntry, ConfSource } from '../conf/conf-source.ts';

/** Everything that decides how the engine understands one run of one command. */
export interface ResolveInput {
  readonly version: EngineVersion;
  /** `backup`; the command's main role. */
  readonly command: string;
  readonly stanza?: string | undefined;
  /** The files in the order the engine reads them: pgbackrest.conf, then conf.d by name. */
  readonly sources: readonly ConfSource[];
  /** Only what begins with `PGBACKREST_` counts. */
  readonly environment: Readonly<Record<string, string>>;
  /** Options as on the command line, `--repo=2`, without command and `--stanza`. */
  readonly arguments: readonly string[];
}

/** Where a value came from. `default` is the engine's own. */
export type OptionOrigin = 'command-line' | 'environment' | 'file' | 'default';

/** A value as the engine took it. */
export interface ResolvedValue {
  /** As written: `y`/`n` for booleans, `4GiB`; several for lists and maps, each `key=value` there. */
  readonly value: string | readonly string[];
  readonly origin: OptionOrigin;
  /** Set when it came from a file; the first one of a list. */
  readonly entry?: ConfEntry | undefined;
  readonly source?: ConfSource | undefined;
}

/** Something that the engine says while it reads its options. */
export interface OptionProblem {
  /** The name as written where it was written, otherwise the full present name (`repo1-s3-bucket`). */
  readonly option?: string | undefined;
  readonly entry?: ConfEntry | undefined;
  readonly source?: ConfSource | undefined;
  /** In the engine's sense, our words: lower case, no full stop, never a secret's value. */
  readonly problem: string;
}

/** A problem that ends the command, with the engine's error number. */
export interface OptionError extends OptionProblem {
  /** 25 a fault of the engine, 27 config, 29 format, 30 command required, 31 invalid option, 32 invalid value, 37 required, 43/48/96 command. */
  readonly code: number;
}

/** What one command of the engine sees. */
export interface ResolvedOptions {
  /** By full present name (`repo1-path`, `process-max`). Options without value and default are not in it. */
  readonly values: ReadonlyMap<string, ResolvedValue>;
  /** The engine stops at the first; those that would come after it are listed too, as far as they can be seen. */
  readonly errors: readonly OptionError[];
  readonly warnings: readonly OptionProblem[];
  /** The index as given (2 of `repo2-path`) that the engine calls 1, because nothing was left of the lower ones. */
  readonly renumbered: Readonly<Partial<Record<'pg' | 'repo', number>>>;
}
