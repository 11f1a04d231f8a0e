import { formatOffset, zoneOffset } from '../model/zone-offset.ts';

/**
 * An instant as a person in `zone` writes it: `2026-11-20 10:30:00+01:00`, with a fraction only when there is one.
 *
 * @param microseconds since 1970
 * @param zone an IANA name or an offset as `+01:00`
 */
export function formatInstant(microseconds: bigint, zone: string): string {
  const offset = zoneOffset(zone, Number(floorDivide(microseconds, 1000n)));
  const { text, fraction } = formatLocal(microseconds + BigInt(offset) * 1_000_000n);
  return `${text}${fraction === '000000' ? '' : `.${fraction}`}${offset === 0 ? '+00' : formatOffset(offset)}`;
}

/**
 * An instant as pgBackRest and PostgreSQL both take it: `2026-11-20 09:30:00.000000+00`. Never `Z` (pgBackRest refuses
 * it) and never without zone (each reads it in its own: pgBackRest issue 2452).
 */
export function formatTarget(microseconds: bigint): string {
  const { text, fraction } = formatLocal(microseconds);
  return `${text}.${fraction}+00`;
}

/** ISO 8601 in UTC with microseconds, for machines: `2026-11-20T09:30:00.000000Z`. */
export function formatIso(microseconds: bigint): string {
  return `${formatTarget(microseconds).slice(0, -3).replace(' ', 'T')}Z`;
}

function formatLocal(microseconds: bigint): { text: string; fraction: string } {
  const seconds = floorDivide(microseconds, 1_000_000n);
  const fraction = String(microseconds - seconds * 1_000_000n).padStart(6, '0');
  const text = new Date(Number(seconds) * 1000)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '');
  return { text, fraction };
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value < 0n && quotient * by !== value ? quotient - 1n : quotient;
}
