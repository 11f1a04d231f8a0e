/** Formatters are costly to make (about 0.1 ms) and are asked for the same zone several times. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat | undefined {
  const known = formatters.get(zone);
  if (known) return known;
  try {
    const formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, formatter);
    return formatter;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** True for a name of the IANA time zone database (`Europe/Berlin`, `UTC`), as node's ICU knows it. */
export function isKnownZone(zone: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_+/-]*$/.test(zone) && formatterOf(zone) !== undefined;
}

/**
 * The offset of a zone at an instant.
 *
 * @param zone an IANA name or an offset as `+01:00`
 * @param milliseconds epoch milliseconds
 * @returns seconds east of UTC
 * @throws RangeError for a zone that is neither
 */
export function zoneOffset(zone: string, milliseconds: number): number {
  // The first formatter takes 10 ms (it loads ICU's data), and most hosts are in this zone.
  const fixed = zone === 'UTC' ? 0 : parseOffset(zone);
  if (fixed !== undefined) return fixed;
  const formatter = formatterOf(zone);
  if (!formatter) throw new RangeError(`unknown time zone ${zone}`);
  const parts: Record<string, string> = {};
  for (const part of formatter.formatToParts(milliseconds)) parts[part.type] = part.value;
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
  const local = new Date(0);
  local.setUTCFullYear(year, Number(parts['month']) - 1, Number(parts['day']));
  local.setUTCHours(Number(parts['hour']), Number(parts['minute']), Number(parts['second']), 0);
  return Math.round((local.getTime() - Math.floor(milliseconds / 1000) * 1000) / 1000);
}

/**
 * Reads an offset: `Z`, `+01`, `+0100`, `+01:00`, `-09:30`.
 *
 * @returns seconds east of UTC; undefined when it is none or is beyond 15:59 (PostgreSQL's own limit)
 */
export function parseOffset(text: string): number | undefined {
  if (/^z$/i.test(text)) return 0;
  const match = /^([+-])(\d{2})(?::?(\d{2}))?$/.exec(text);
  if (!match) return undefined;
  const hours = Number(match[2]);
  const minutes = Number(match[3] ?? 0);
  if (hours > 15 || minutes > 59) return undefined;
  return (match[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/** An offset as `+01:00`. */
export function formatOffset(seconds: number): string {
  const absolute = Math.abs(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const rest = absolute % 60 === 0 ? '' : `:${two(absolute % 60)}`;
  const sign = seconds < 0 ? '-' : '+';
  return `${sign}${two(Math.floor(absolute / 3600))}:${two(Math.floor((absolute % 3600) / 60))}${rest}`;
}
