/** Sizes as people write them (`4GiB`, `512MiB`), kept as bytes. Units are binary, as in pgBackRest. */
const exponents: Readonly<Record<string, number>> = { b: 0, kib: 1, mib: 2, gib: 3, tib: 4, pib: 5 };

/**
 * Reads a size.
 *
 * @param text a whole number followed by B, KiB, MiB, GiB, TiB or PiB (a bare number is bytes; a space is accepted)
 * @returns bytes, or undefined when the text is not a size or is beyond 2^53
 */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d{1,15})\s*([KMGTP]i?B|B)?$/i.exec(text.trim());
  if (!match) return undefined;
  const unit = (match[2] ?? 'B').toLowerCase();
  const exponent = exponents[unit.length === 2 ? `${unit[0]}ib` : unit];
  if (exponent === undefined) return undefined;
  const bytes = Number(match[1]) * 1024 ** exponent;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Bytes for people: `735.2 MiB`. */
export function formatByteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/** Bytes in the form pgBackRest takes in its configuration: the largest unit that divides exactly (`4GiB`). */
export function renderByteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (value > 0 && value % 1024 === 0 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value}${units[unit]}`;
}
