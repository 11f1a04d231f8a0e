import { parseByteSize } from '../../model/byte-size.ts';
import type { EngineOption, OptionRange } from '../../model/option-table.ts';
import { referencePattern } from '../schema/scalars.ts';
import type { PlainValue } from '../source-tree.ts';

/** The value as pgBackRest takes it, or what it should have been. */
export type OptionValueReading =
  | { readonly value: string | readonly string[] }
  | { readonly expected: string; readonly remedy: string };

/** Seconds of each unit that pgBackRest's times may carry (since 2.53). */
const secondsPerUnit: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
};

/**
 * Reads a pass-through value by the option's type, values and range.
 *
 * Times become plain seconds and sizes keep their unit: every supported version takes these, while units of time came
 * with 2.53 (pgBackRest release notes).
 */
export function readOptionValue(option: EngineOption, value: PlainValue): OptionValueReading {
  switch (option.type) {
    case 'boolean':
      return readBoolean(value);
    case 'integer':
      return readNumber(option, value, 'a whole number', readInteger);
    case 'size':
      return readNumber(option, value, 'a size such as 4GiB', parseSize);
    case 'time':
      return readNumber(option, value, 'a time such as 90s or 30m', parseTime);
    case 'list':
      return readList(value);
    case 'hash':
      return readHash(value);
    case 'string-id':
      return readWord(option, value);
    case 'path':
      return readPath(value);
    case 'string':
      return readText(value);
  }
}

function readBoolean(value: PlainValue): OptionValueReading {
  if (value === true || value === 'y') return { value: 'y' };
  if (value === false || value === 'n') return { value: 'n' };
  return { expected: 'true or false', remedy: 'Write `true` or `false`.' };
}

function readNumber(
  option: EngineOption,
  value: PlainValue,
  kind: string,
  parse: (text: string) => number | undefined,
): OptionValueReading {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  const number = parse(text);
  const ranges = rangesOf(option);
  const inRange = ranges.some((range) => {
    const [low, high] = [parse(range.min), parse(range.max)];
    return number !== undefined && low !== undefined && high !== undefined && number >= low && number <= high;
  });
  const inList = option.allowList?.some((allowed) => parse(allowed) === number) ?? true;
  if (number !== undefined && (ranges.length === 0 || inRange) && inList) {
    return { value: option.type === 'time' ? String(number) : text.replace(/\s+/g, '') };
  }
  const limits = ranges.map((range) => `${range.min} to ${range.max}`).join(' or ');
  const expected = `${kind}${option.allowList ? `: ${option.allowList.join(', ')}` : limits === '' ? '' : ` from ${limits}`}`;
  return { expected, remedy: `Write ${expected}.` };
}

/** A range that depends on another option is checked as far as the widest of its forms goes. */
function rangesOf(option: EngineOption): readonly OptionRange[] {
  const range = option.allowRange;
  if (range === undefined) return [];
  return 'by' in range ? Object.values(range.by) : [range];
}

function readInteger(text: string): number | undefined {
  return /^-?\d{1,18}$/.test(text) ? Number(text) : undefined;
}

function parseSize(text: string): number | undefined {
  // pgBackRest also takes a single letter (`4G`), see its configuration guide on sizes.
  return parseByteSize(/^\d+\s*[kmgtp]$/i.test(text) ? `${text}iB` : text);
}

function parseTime(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h|d|w)?$/.exec(text);
  if (!match) return undefined;
  const seconds = Number(match[1]) * (secondsPerUnit[match[2] ?? 's'] ?? 1);
  return Math.round(seconds * 1000) / 1000;
}

function readWord(option: EngineOption, value: PlainValue): OptionValueReading {
  const words = option.allowList ?? [];
  // `y` and `n` of an option that was a boolean once (backup-standby, 2.54) may be written as true and false.
  const text = option.boolLike === true && typeof value === 'boolean' ? (value ? 'y' : 'n') : value;
  if (typeof text === 'string' && words.includes(text)) return { value: text };
  return { expected: `one of ${words.join(', ')}`, remedy: `Write one of: ${words.join(', ')}.` };
}

function readPath(value: PlainValue): OptionValueReading {
  const text = lineOf(value);
  if (text?.startsWith('/') === true) return { value: text };
  return { expected: 'an absolute path', remedy: 'Write the path from the root, beginning with `/`.' };
}

function readText(value: PlainValue): OptionValueReading {
  const text = lineOf(value);
  if (text !== undefined) return { value: text };
  return {
    expected: 'text on one line',
    remedy: 'Write the value itself: secrets and references have keys of their own.',
  };
}

function readList(value: PlainValue): OptionValueReading {
  const texts = (Array.isArray(value) ? value : [value]).map(lineOf);
  const whole = texts.filter((text) => text !== undefined);
  if (whole.length > 0 && whole.length === texts.length) return { value: whole };
  return { expected: 'text, or a list of texts', remedy: 'Write one value, or a list of values.' };
}

function readHash(value: PlainValue): OptionValueReading {
  const expected = 'a mapping of names to texts, or a list of name=text';
  const pairs =
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([key, text]) =>
          lineOf(text) === undefined ? undefined : `${key}=${lineOf(text)}`,
        )
      : (Array.isArray(value) ? value : [value]).map(lineOf);
  const whole = pairs.filter((pair) => pair !== undefined && /^[^=\r\n]+=./.test(pair)) as string[];
  if (whole.length > 0 && whole.length === pairs.length) return { value: whole };
  return { expected, remedy: `Write ${expected}.` };
}

/** A scalar as one line that pgbackrest.conf can hold; a reference is none. */
function lineOf(value: PlainValue): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value).trim();
  return text === '' || /\p{Cc}/u.test(text) || referencePattern.test(text) ? undefined : text;
}
