import type { EngineVersion } from '../../model/engine-version.ts';
import type { EngineOption } from '../../model/option-table.ts';
import { type OptionRules, rangeOf } from './option-rules.ts';
import { readNumber } from './read-option-value.ts';

/** Why the engine refuses a value, and with which error. */
export interface ValueProblem {
  readonly code: 31 | 32;
  readonly problem: string;
}

/**
 * Judges one value that is not a boolean (those are judged where they are read), as pgBackRest `src/config/parse.c`,
 * phase 5 does. A secret is never shown.
 *
 * @param match value of the option that this one depends on
 */
export function judgeValue(
  option: EngineOption,
  rules: OptionRules,
  value: { readonly text: string; readonly match: string | undefined; readonly version: EngineVersion },
): ValueProblem | undefined {
  const { text } = value;
  const shown = option.secure === true ? 'the value' : `"${text}"`;
  const refuse = (problem: string): ValueProblem => ({ code: 32, problem: `${shown} ${problem}` });
  if (isNumeric(option)) {
    const number = readNumber(option.type, text, value.version);
    if (number === undefined) return refuse(`is not ${article(option)}`);
    const range = rangeOf(rules, value.match);
    if (range !== undefined && !isWithin(option, number, { ...range, version: value.version }))
      return refuse(`is not in the range ${range.min} to ${range.max}`);
    if (rules.allowList?.every((allowed) => readNumber(option.type, allowed, value.version) !== number))
      return refuse(`is none of ${rules.allowList.join(', ')}`);
    return undefined;
  }
  if (option.type !== 'string-id' && text === '') return refuse('is empty');
  if (option.type === 'path') {
    if (!text.startsWith('/')) return refuse('is not an absolute path');
    if (text.includes('//')) return refuse('has //');
  }
  if (rules.allowList?.includes(text) === false) return refuse(`is none of ${rules.allowList.join(', ')}`);
  return undefined;
}

/** Judges the values of a map option: each must be `key=value` ([031]). */
export function judgePairs(values: readonly string[]): ValueProblem | undefined {
  const bad = values.find((value) => !value.includes('='));
  return bad === undefined ? undefined : { code: 31, problem: `"${bad}" is not key=value` };
}

/** True for types that the engine keeps as a number. */
export function isNumeric(option: EngineOption): boolean {
  return option.type === 'integer' || option.type === 'size' || option.type === 'time';
}

function isWithin(
  option: EngineOption,
  number: bigint,
  range: { readonly min: string; readonly max: string; readonly version: EngineVersion },
): boolean {
  const lowest = readNumber(option.type, range.min, range.version);
  const highest = readNumber(option.type, range.max, range.version);
  return (lowest === undefined || number >= lowest) && (highest === undefined || number <= highest);
}

function article(option: EngineOption): string {
  if (option.type === 'integer') return 'a whole number';
  return option.type === 'size' ? 'a size such as 4GiB' : 'a time';
}
