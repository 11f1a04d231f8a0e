import { renderByteSize } from '../../model/byte-size.ts';
import { readNumber } from '../../engine/resolve/read-option-value.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import type { DraftValue } from '../draft.ts';
import type { GivenSetting } from './given-setting.ts';
import { wholeNumber } from './plain-value.ts';
import type { KeyForm } from './repository-keys.ts';

/**
 * A value of the engine in the form of one of our keys.
 *
 * @param place gives a secret its place and the reference to it
 * @returns undefined when the key cannot hold it
 */
export function keyValue(
  setting: GivenSetting,
  form: KeyForm,
  version: EngineVersion,
  place: (setting: GivenSetting) => string,
): DraftValue | undefined {
  const { values } = setting;
  const [first = ''] = values;
  switch (form) {
    case 'text':
    case 'identifier':
      return first;
    case 'flag':
      return first === 'y' ? true : first === 'n' ? false : undefined;
    case 'number':
      return wholeNumber(first);
    case 'size':
      return sizeOf(first, version);
    case 'list':
      return [...values];
    case 'mapping':
      return mappingOf(values);
    case 'secret':
      return place(setting);
  }
}

/** Bytes in the largest unit that divides them. */
function sizeOf(text: string, version: EngineVersion): string | undefined {
  const bytes = readNumber('size', text, version);
  return bytes === undefined || bytes > BigInt(Number.MAX_SAFE_INTEGER)
    ? undefined
    : renderByteSize(Number(bytes));
}

/** `key=value` lines as a mapping; undefined when a line is none or a key stands twice. */
export function mappingOf(lines: readonly string[]): Record<string, string> | undefined {
  const pairs = lines.map((line) => /^([^=]+)=(.+)$/.exec(line));
  const mapping = Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
  return pairs.includes(null) || Object.keys(mapping).length !== pairs.length ? undefined : mapping;
}
