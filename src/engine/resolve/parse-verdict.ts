import { isAtLeast } from '../../model/engine-version.ts';
import { optionOfVariable } from './read-environment-options.ts';
import type { OptionError, OptionProblem, ResolveInput } from './resolved-options.ts';
import { resolveOptions } from './resolve-options.ts';

/** Whether a command gets past its options, and what it warns of on the way. */
export interface ParseVerdict {
  /** What it stops with; undefined when it takes its options. */
  readonly error: OptionError | undefined;
  /** It and what would come after it. */
  readonly errors: readonly OptionError[];
  readonly warnings: readonly OptionProblem[];
  /** Names that it warns of as the engine writes them (`retention-fall` for a variable too); sorted, each once. */
  readonly warned: readonly string[];
}

/**
 * What a run of a command says of its configuration. Since 2.48 `check` without a stanza reads its options again for
 * each stanza of the files; it gets as far as the first, because nothing answers for a probe (pgBackRest
 * `src/command/check/check.c`).
 */
export function parseVerdict(input: ResolveInput): ParseVerdict {
  const first = resolveOptions(input);
  const stanza = first.errors.length === 0 ? stanzaOfCheck(input) : undefined;
  const rounds = stanza === undefined ? [first] : [first, resolveOptions({ ...input, stanza })];
  const warnings = rounds.flatMap((round) => round.warnings);
  const names = warnings.map(({ option = '' }) => optionOfVariable(option) ?? option);
  const errors = rounds.flatMap((round) => round.errors);
  return {
    error: errors[0],
    errors,
    warnings,
    warned: [...new Set(names)].toSorted(),
  };
}

function stanzaOfCheck({ command, stanza, version, sources, environment }: ResolveInput): string | undefined {
  if (command !== 'check' || stanza !== undefined || !isAtLeast(version, 48)) return undefined;
  if (environment['PGBACKREST_STANZA'] !== undefined) return undefined;
  return stanzasOf(sources)[0];
}

/** Stanzas with at least one line in the files, sorted. */
export function stanzasOf(sources: ResolveInput['sources']): readonly string[] {
  const names = sources.flatMap(({ entries }) => entries.map(({ section }) => section.split(':')[0] ?? ''));
  return [...new Set(names)].filter((name) => name !== 'global' && name !== '').toSorted();
}
