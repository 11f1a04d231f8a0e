import { readNumber } from '../../engine/resolve/read-option-value.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import type { DraftValue } from '../draft.ts';
import type { GivenSetting } from './given-setting.ts';

/** A value of the engine as YAML has it best: true and false, numbers, lists; everything else as text. */
export function plainValue({ option, values }: GivenSetting, version: EngineVersion): DraftValue {
  const [first = ''] = values;
  switch (option.type) {
    case 'boolean':
      return first === 'y' ? true : first === 'n' ? false : first;
    case 'integer':
      return wholeNumber(first) ?? first;
    case 'time':
      return secondsOf(first, version) ?? first;
    case 'list':
    case 'hash':
      return [...values];
    default:
      return first;
  }
}

/** A number that YAML writes as the engine reads it. */
export function wholeNumber(text: string): number | undefined {
  const number = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
  return number === undefined || Object.is(number, -0) ? undefined : number;
}

/**
 * Seconds, because a time with a unit means another thing before 2.53: there `5m` is five seconds, for the engine
 * reads a number and passes over what follows it.
 */
function secondsOf(text: string, version: EngineVersion): number | string | undefined {
  const milliseconds = readNumber('time', text, version);
  if (milliseconds === undefined) return undefined;
  const seconds = Number(milliseconds) / 1000;
  return Number.isSafeInteger(Number(milliseconds)) ? seconds : undefined;
}
