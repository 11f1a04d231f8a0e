import { type EngineVersion, isAtLeast } from '../../model/engine-version.ts';
import type { OptionType } from '../../model/option-table.ts';

const largest = 2n ** 63n - 1n;
const smallest = -(2n ** 63n);
const sizeUnits: Readonly<Record<string, bigint>> = {
  b: 1n,
  k: 1024n,
  m: 1024n ** 2n,
  g: 1024n ** 3n,
  t: 1024n ** 4n,
  p: 1024n ** 5n,
};
const timeUnits: Readonly<Record<string, bigint>> = {
  ms: 1n,
  s: 1000n,
  m: 60_000n,
  h: 3_600_000n,
  d: 86_400_000n,
  w: 604_800_000n,
};

/**
 * An integer, a size (in bytes) or a time (in milliseconds) as the engine takes it.
 *
 * @returns undefined when the engine refuses it, and for types that are no numbers
 */
export function readNumber(type: OptionType, text: string, version: EngineVersion): bigint | undefined {
  if (type === 'integer') return readInteger(text);
  if (type === 'size') return readSize(text);
  if (type !== 'time') return undefined;
  return isAtLeast(version, 53) ? readTime(text) : readSeconds(text);
}

/** Digits with a sign, nothing else, in 64 bits (`src/common/type/convert.c`, cvtZToInt64). */
function readInteger(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const value = BigInt(text.replace('+', ''));
  return value < smallest || value > largest ? undefined : value;
}

/**
 * `4GiB`, `4GB`, `4g`, `4096`: units of 1024 without a blank (`src/config/common.c`, cfgParseSize). The pattern there
 * ends in `*`, so that `4bb` passes as 4 bytes; what it cuts off is followed here.
 */
function readSize(text: string): bigint | undefined {
  const lower = text.toLowerCase();
  if (!/^[0-9]+(kib|kb|k|mib|mb|m|gib|gb|g|tib|tb|t|pib|pb|p|b)*$/.test(lower)) return undefined;
  const position = unitPosition(lower);
  if (position === undefined) return readInteger(lower);
  const unit = sizeUnits[lower[position] as string];
  const count = readInteger(lower.slice(0, position));
  if (unit === undefined || count === undefined || count > largest / unit) return undefined;
  return count * unit;
}

function unitPosition(text: string): number | undefined {
  const last = text.length - 1;
  if (text[last] === 'b') {
    const before = text[last - 1] as string;
    if (before <= '9') return last;
    return before === 'i' ? last - 2 : last - 1;
  }
  return (text[last] as string) > '9' ? last : undefined;
}

/** Since 2.53: whole numbers with an optional unit, seconds without (`src/config/common.c`, cfgParseTime). */
function readTime(text: string): bigint | undefined {
  const match = /^(.+?)(ms|[smhdw])?$/i.exec(text);
  const unit = timeUnits[(match?.[2] ?? 's').toLowerCase()] as bigint;
  const count = readInteger(match?.[1] ?? '');
  return count === undefined || count > largest / unit ? undefined : count * unit;
}

/**
 * Before 2.53: seconds as a decimal number. What follows the number is ignored without a word: `5m` is 5 seconds
 * (`sscanf("%lf")` in `src/common/type/convert.c`, cvtZToDouble, which refuses a zero that is not written `0`).
 */
function readSeconds(text: string): bigint | undefined {
  const match = /^[+-]?(0x[0-9a-f]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)/i.exec(text.trimStart());
  const seconds = match === null ? 0 : Number(match[0].replace('+', ''));
  if (text === '0') return 0n;
  if (seconds === 0 || !Number.isFinite(seconds)) return undefined;
  return BigInt(Math.trunc(seconds * 1000));
}
