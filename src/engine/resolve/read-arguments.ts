import { indexedName } from '../../model/option-table.ts';
import type { GivenOption, GivenOptions } from './given-options.ts';
import { type NameReading, readOptionName } from './read-option-name.ts';
import type { ResolveInput } from './resolved-options.ts';

type KnownOption = Extract<NameReading, { kind: 'option' }>;

/** Reads the command line (pgBackRest `src/config/parse.c`, phase 1). What is no option is a parameter and left alone. */
export function readArguments(input: ResolveInput, given: GivenOptions): void {
  const words = [...(input.stanza === undefined ? [] : [`--stanza=${input.stanza}`]), ...input.arguments];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] as string;
    if (!word.startsWith('-')) continue;
    const [written, value] = splitWord(word);
    const reading = word.startsWith('--') ? readOptionName(written, input.version, true) : undefined;
    if (reading?.kind !== 'option') {
      const problem = reading?.kind === 'refused' ? reading.problem : 'there is no such option';
      given.refuse(31, { option: written, problem });
      continue;
    }
    const taken = takeValue(reading, value, words[at + 1]);
    if (taken.usesNext) at += 1;
    if (taken.problem === undefined) addArgument(reading, taken, given);
    else given.refuse(taken.code, { option: written, problem: taken.problem });
  }
}

function splitWord(word: string): readonly [string, string | undefined] {
  const text = word.replace(/^--?/, '');
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

interface TakenValue {
  readonly value?: string | undefined;
  readonly negated: boolean;
  readonly usesNext: boolean;
  readonly code: number;
  readonly problem?: string | undefined;
}

function takeValue(reading: KnownOption, value: string | undefined, next: string | undefined): TakenValue {
  const { option, negated, reset } = reading;
  const plain = { negated, usesNext: false, code: 31 };
  if (negated || reset) {
    if (value !== undefined) return { ...plain, problem: 'it does not take a value when negated or reset' };
    return negated && option.boolLike === true ? { ...plain, negated: false, value: 'n' } : plain;
  }
  if (option.type === 'boolean') {
    if (value === undefined || value === 'y') return plain;
    if (value === 'n') return { ...plain, negated: true };
    return { ...plain, code: 32, problem: 'its value must be y or n' };
  }
  if (value !== undefined) return { ...plain, value };
  if (option.boolLike === true) return { ...plain, value: 'y' };
  return next === undefined
    ? { ...plain, problem: 'it needs a value' }
    : { ...plain, value: next, usesNext: true };
}

function addArgument(reading: KnownOption, taken: TakenValue, given: GivenOptions): void {
  const { option, index, reset } = reading;
  const { negated } = taken;
  const name = indexedName(option, index);
  if (option.secure === true)
    given.refuse(31, { option: name, problem: 'a secret is not allowed on the command line' });
  const before = given.find(option, index);
  if (before === undefined) {
    const values = taken.value === undefined ? [] : [taken.value];
    given.add({ option, index, origin: 'command-line', negated, reset, values });
  } else repeatArgument(before, { name, reset, taken }, given);
}

function repeatArgument(
  before: GivenOption,
  again: { readonly name: string; readonly reset: boolean; readonly taken: TakenValue },
  given: GivenOptions,
): void {
  const same = before.negated === again.taken.negated && before.reset === again.reset;
  if (same && again.taken.value !== undefined && before.option.multi === true)
    before.values.push(again.taken.value);
  else given.refuse(31, { option: again.name, problem: 'it is given more than once' });
}
