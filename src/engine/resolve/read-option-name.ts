import type { EngineVersion } from '../../model/engine-version.ts';
import { deprecatedNames, type EngineOption, optionNamed, optionsOf } from '../../model/option-table.ts';

/** What the engine makes of an option's name. */
export type NameReading =
  | { readonly kind: 'unknown' }
  /** The engine ends with [031]. */
  | { readonly kind: 'refused'; readonly problem: string }
  | {
      readonly kind: 'option';
      readonly option: EngineOption;
      /** 2 of `repo2-path`; 1 for options without an index. */
      readonly index: number;
      readonly negated: boolean;
      readonly reset: boolean;
      readonly deprecated: boolean;
    };

const longestName = 64;
const highestIndex = 256;

/**
 * Reads a name as a file, a variable (made lower case, `_` as `-`) or the command line gives it: prefixes `no-` and
 * `reset-`, the index before the first dash, deprecated names (pgBackRest `src/config/parse.c`, cfgParseOption).
 *
 * @param abbreviated the command line also takes the beginning of a name when it is unique
 */
export function readOptionName(written: string, version: EngineVersion, abbreviated = false): NameReading {
  if (written.length > longestName) return refuse('its name is longer than 64 characters');
  const negated = written.startsWith('no-');
  const reset = !negated && written.startsWith('reset-');
  const bare = negated ? written.slice(3) : reset ? written.slice(6) : written;
  if (bare.startsWith('-')) return refuse('its name begins with a dash');
  const [, head = '', digits = '', tail = ''] = /^([^-]*?)(\d*)(-.*)$/s.exec(bare) ?? [];
  if (head === '' && digits !== '') return refuse('its name begins with a number');
  const index = digits === '' ? undefined : Number(digits);
  if (index !== undefined && (index < 1 || index > highestIndex))
    return refuse(`its index must be between 1 and ${highestIndex}`);
  const name = index === undefined ? bare : head + tail;
  const found = findByName(name, version, abbreviated);
  if (found === undefined) return { kind: 'unknown' };
  const { option } = found;
  if (negated && option.negate !== true) return refuse('it cannot be negated');
  if (reset && option.section === 'command-line') return refuse('it cannot be reset');
  const problem = judgeIndex(found, index);
  if (problem !== undefined) return refuse(problem);
  return {
    kind: 'option',
    option,
    index: index ?? 1,
    negated,
    reset,
    deprecated: found.alias !== undefined || (index === undefined && hasUnindexedAlias(option.name)),
  };
}

interface NameFound {
  readonly option: EngineOption;
  readonly alias?: { readonly indexed: boolean; readonly unindexed: boolean } | undefined;
}

function findByName(name: string, version: EngineVersion, abbreviated: boolean): NameFound | undefined {
  const exact = optionNamed(name, version);
  if (exact !== undefined) return { option: exact };
  if (abbreviated) {
    const candidates = optionsOf(version).filter((option) => option.name.startsWith(name));
    if (candidates.length === 1) return { option: candidates[0] as EngineOption };
  }
  const aliases = deprecatedNames().filter((row) => {
    const alias = row.pattern.replace('?', '');
    return alias === name && optionNamed(row.replacement, version) !== undefined;
  });
  const alias = aliases[0];
  const option = alias === undefined ? undefined : optionNamed(alias.replacement, version);
  return option === undefined ? undefined : { option, alias };
}

function judgeIndex(found: NameFound, index: number | undefined): string | undefined {
  const { option, alias } = found;
  if (alias !== undefined) {
    if (index !== undefined && !alias.indexed) return 'this old name cannot have an index';
    return index === undefined && !alias.unindexed ? 'this old name needs an index' : undefined;
  }
  if (index !== undefined && option.group === undefined) return 'it cannot have an index';
  if (index === undefined && option.group !== undefined && !hasUnindexedAlias(option.name))
    return `it needs an index: ${option.name.replace(option.group, `${option.group}1`)}`;
  return undefined;
}

/** `repo-path`, once the whole name, is still taken for `repo1-path`. */
function hasUnindexedAlias(name: string): boolean {
  return deprecatedNames().some((row) => row.pattern.replace('?', '') === name && row.unindexed);
}

function refuse(problem: string): NameReading {
  return { kind: 'refused', problem };
}
