import {
  type EngineOption,
  indexedName,
  isTakenBy,
  type OptionDependency,
  optionNamed,
} from '../../model/option-table.ts';
import { findIndexes } from './find-indexes.ts';
import type { GivenOption, GivenOptions } from './given-options.ts';
import { judgePairs, judgeValue, type ValueProblem } from './judge-value.ts';
import { defaultOf, type OptionRules, rulesOf } from './option-rules.ts';
import { resolveOrder } from './resolve-order.ts';
import type { ResolveInput } from './resolved-options.ts';
import { SettledOptions } from './settled-options.ts';

/** Filled in by the engine with its own path (`src/config/parse.c`, dynamic default). */
const ownPath = new Set(['cmd', 'pg-host-cmd', 'repo-host-cmd']);

interface Judging {
  readonly input: ResolveInput;
  readonly given: GivenOptions;
  readonly settled: SettledOptions;
  /** `pg1`, `repo2` …: indexes with something that is no default. */
  readonly kept: Set<string>;
}

/**
 * Judges what was given and fills in defaults (pgBackRest `src/config/parse.c`, phases 4 to 6). What depends on an
 * option that is not as needed is ignored without a word in files and the environment, and [031] on the command line.
 */
export function settleOptions(input: ResolveInput, given: GivenOptions): SettledOptions {
  refuseForeignArguments(input, given);
  const settled = new SettledOptions(findIndexes(given, input.version));
  const judging: Judging = { input, given, settled, kept: new Set() };
  for (const option of resolveOrder(input.version)) {
    if (!isTakenBy(option, input.command)) continue;
    const indexes = option.group === undefined ? [1] : settled.indexes[option.group];
    for (const index of indexes) settleOption(judging, option, index);
  }
  dropDefaultIndexes(judging);
  checkChosenRepository(judging);
  return settled;
}

function refuseForeignArguments(input: ResolveInput, given: GivenOptions): void {
  const foreign = given.all().filter(({ option }) => !isTakenBy(option, input.command));
  for (const { option } of foreign.toSorted((left, right) => (left.option.name < right.option.name ? -1 : 1)))
    given.refuse(31, { option: option.name, problem: `${input.command} does not take it` });
}

function settleOption(judging: Judging, option: EngineOption, index: number): void {
  const { input, given, settled } = judging;
  const rules = rulesOf(option, input.command);
  const found = given.find(option, index);
  const dependency = judgeDependency(judging, rules.depend, index);
  if (!dependency.met) {
    refuseDependent(judging, { option, index, depend: rules.depend as OptionDependency }, found);
    const fallback = rules.depend?.defaultIfUnresolved;
    if (fallback !== undefined) {
      const values = [option.type === 'boolean' ? (fallback === 'true' ? 'y' : 'n') : fallback];
      settled.set({ option, index, origin: 'default', values, given: undefined });
    }
    return;
  }
  if (found !== undefined && option.group !== undefined && !found.reset)
    judging.kept.add(`${option.group}${index}`);
  if (found === undefined || found.reset) settleDefault(judging, { option, index, rules }, dependency.match);
  else settleGiven(judging, { option, index, rules }, { found, match: dependency.match });
}

interface Place {
  readonly option: EngineOption;
  readonly index: number;
  readonly rules: OptionRules;
}

function settleGiven(
  { input, given, settled }: Judging,
  { option, index, rules }: Place,
  { found, match }: { readonly found: GivenOption; readonly match: string | undefined },
): void {
  const negated = found.negated && option.type !== 'boolean';
  const values = negated ? undefined : option.type === 'boolean' ? [found.negated ? 'n' : 'y'] : found.values;
  settled.set({ option, index, origin: found.origin, values, given: found });
  if (values === undefined) return;
  const about = { option: nameOf(found), entry: found.entry, source: found.source };
  if (option.beta === true && option.name !== 'beta' && !betaAllowed(given)) {
    given.refuse(31, { ...about, problem: 'it is a beta feature of this version and needs the option beta' });
    return;
  }
  const problem = judgeValues(option, rules, { values, match, input });
  if (problem !== undefined) given.refuse(problem.code, { ...about, problem: problem.problem });
}

function judgeValues(
  option: EngineOption,
  rules: OptionRules,
  given: {
    readonly values: readonly string[];
    readonly match: string | undefined;
    readonly input: ResolveInput;
  },
): ValueProblem | undefined {
  if (option.type === 'boolean' || option.type === 'list') return undefined;
  if (option.type === 'hash') return judgePairs(given.values);
  const text = given.values[0];
  // An empty or repeated value was refused where it was read.
  if (text === undefined || given.values.length > 1) return undefined;
  return judgeValue(option, rules, { text, match: given.match, version: given.input.version });
}

function settleDefault(judging: Judging, { option, index, rules }: Place, match: string | undefined): void {
  const text = defaultOf(option, rules, match);
  const values = text === undefined ? undefined : [text];
  judging.settled.set({ option, index, origin: 'default', values, given: undefined });
  if (values !== undefined || !rules.required || ownPath.has(option.name)) return;
  judging.given.refuse(37, {
    option: indexedName(option, index),
    problem: `${judging.input.command} needs it`,
  });
}

interface DependencyVerdict {
  readonly met: boolean;
  /** The value that it was met with, when values are asked for. */
  readonly match: string | undefined;
}

function judgeDependency(
  { settled, input }: Judging,
  depend: OptionDependency | undefined,
  index: number,
): DependencyVerdict {
  if (depend === undefined) return { met: true, match: undefined };
  const target = optionNamed(depend.option, input.version);
  const text = target === undefined ? undefined : settled.text(indexedName(target, index));
  if (text === undefined) return { met: false, match: undefined };
  if (depend.values === undefined) return { met: true, match: undefined };
  const value = target?.type === 'boolean' ? String(text === 'y') : text;
  return { met: depend.values.includes(value), match: value };
}

function refuseDependent(
  { given }: Judging,
  { option, index, depend }: { option: EngineOption; index: number; depend: OptionDependency },
  found: GivenOption | undefined,
): void {
  if (found?.origin !== 'command-line' || found.reset) return;
  if (found.negated && option.type !== 'boolean') return;
  const wanted = depend.values === undefined ? '' : ` = ${depend.values.join(' or ')}`;
  given.refuse(31, {
    option: indexedName(option, index),
    problem: `it is not valid without ${depend.option}${wanted}`,
  });
}

/**
 * An index of which nothing but defaults is left does not exist, unless it is the only one. When one remains and the
 * lowest given index was not it, the engine calls it index 1, even if it was repo2.
 */
function dropDefaultIndexes({ settled, kept }: Judging): void {
  for (const group of ['pg', 'repo'] as const) {
    const lowest = settled.indexes[group][0];
    for (const index of settled.indexes[group].toReversed()) {
      if (settled.indexes[group].length === 1) break;
      if (!kept.has(`${group}${index}`)) settled.dropIndex(group, index);
    }
    const only = settled.indexes[group].length === 1 ? settled.indexes[group][0] : undefined;
    if (only === undefined || only === 1 || kept.has(`${group}${lowest}`)) continue;
    renumber(settled, group, only);
  }
}

function renumber(settled: SettledOptions, group: 'pg' | 'repo', from: number): void {
  const moved = settled
    .all()
    .flatMap(([, one]) => (one.option.group === group && one.index === from ? [one] : []));
  settled.dropIndex(group, from);
  settled.indexes[group].push(1);
  settled.renumbered[group] = from;
  for (const one of moved) settled.set({ ...one, index: 1 });
}

function checkChosenRepository({ given, settled }: Judging): void {
  const chosen = settled.find('repo');
  const text = chosen?.values?.[0];
  if (text === undefined || settled.indexes.repo.includes(Number(text))) return;
  given.refuse(32, { option: 'repo', problem: `there is no repo${text}` });
}

function betaAllowed(given: GivenOptions): boolean {
  const beta = given.all().find(({ option }) => option.name === 'beta');
  return beta !== undefined && !beta.negated;
}

function nameOf(found: GivenOption): string {
  return found.entry?.name ?? indexedName(found.option, found.index);
}
