import { checkTogether } from './check-together.ts';
import { GivenOptions } from './given-options.ts';
import { readArguments } from './read-arguments.ts';
import { readEnvironmentOptions } from './read-environment-options.ts';
import { readFileOptions } from './read-file-options.ts';
import type { ResolvedOptions, ResolvedValue, ResolveInput } from './resolved-options.ts';
import { settleOptions } from './settle-options.ts';
import type { SettledOption } from './settled-options.ts';

export type { OptionError, ResolvedOptions, ResolveInput } from './resolved-options.ts';

/**
 * What one command of the engine makes of its configuration: values, warnings, and the errors that stop it. A model of
 * pgBackRest `src/config/parse.c` and `src/config/load.c` from 2.45 to 2.60, held against the real program by
 * test/integration/resolve-options.test.ts.
 *
 * Pure: no file is looked at. Which files the engine would read is the caller's to know (`--config` and
 * PGBACKREST_CONFIG switch conf.d off). `stanza-create`, `backup` …: any command of the version.
 */
export function resolveOptions(input: ResolveInput): ResolvedOptions {
  const given = new GivenOptions();
  readArguments(input, given);
  readEnvironmentOptions(input, given);
  readFileOptions(input, given);
  const settled = settleOptions(input, given);
  // The engine looks at options together only when each was good for itself; what is only missing hides nothing here.
  if (given.errors.every(({ code }) => code === 37)) checkTogether({ input, given, settled });
  const values = new Map<string, ResolvedValue>();
  for (const [name, option] of settled.all()) {
    const value = valueOf(option);
    if (value !== undefined) values.set(name, value);
  }
  return { values, errors: given.errors, warnings: given.warnings, renumbered: settled.renumbered };
}

function valueOf({ option, values, origin, given }: SettledOption): ResolvedValue | undefined {
  if (values === undefined) return undefined;
  const several = option.type === 'list' || option.type === 'hash';
  return {
    value: several ? values : (values[0] as string),
    origin,
    entry: given?.entry,
    source: given?.source,
  };
}
