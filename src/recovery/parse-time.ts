import { Failure } from '../model/failure.ts';
import { formatInstant } from './format-instant.ts';
import { formatOffset, isKnownZone, parseOffset, zoneOffset } from '../model/zone-offset.ts';

export interface ParsedTime {
  /** Microseconds since 1970. */
  readonly microseconds: bigint;
  /** An IANA name or an offset as `+01:00`. */
  readonly zone: string;
}

/** What the user should write instead; part of every refusal of a time. */
export const timeForms =
  'Write a time with its zone, as 2026-11-20 10:30:00+01, 2026-11-20T09:30:00Z or "10 minutes ago", or give a local time together with --timezone Europe/Berlin.';

const unitSeconds: Readonly<Record<string, bigint>> = {
  second: 1n,
  sec: 1n,
  s: 1n,
  minute: 60n,
  min: 60n,
  m: 60n,
  hour: 3600n,
  h: 3600n,
  day: 86_400n,
  d: 86_400n,
  week: 604_800n,
  w: 604_800n,
};

/** `10 minutes ago`, `90s ago`, `2 hours ago`. Undefined when the text is not of this form. */
export function parseRelativeTime(
  text: string,
  now: Date,
  timezone: string | undefined,
): ParsedTime | undefined {
  const match = /^(an?|\d{1,9})\s*([a-z]+?)s?\s+ago$/i.exec(text);
  if (!match) return undefined;
  const unit = (match[2] as string).toLowerCase();
  const seconds = unitSeconds[unit === '' ? 's' : unit];
  if (seconds === undefined) return undefined;
  const amount = /^an?$/i.test(match[1] as string) ? 1n : BigInt(match[1] as string);
  return {
    microseconds: BigInt(now.getTime()) * 1000n - amount * seconds * 1_000_000n,
    zone: timezone ?? 'UTC',
  };
}

/**
 * Reads an absolute time. PostgreSQL keeps microseconds, so more digits of a fraction are an error rather than rounded.
 *
 * @throws Failure target-invalid when the zone is missing, the date does not exist, or the local time is skipped or
 *   ambiguous because the clocks change
 */
export function parseAbsoluteTime(text: string, timezone: string | undefined): ParsedTime | undefined {
  const match =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ]\s*(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?\s*([A-Za-z+-].*)?$/.exec(
      text,
    );
  if (!match) return undefined;
  if (match[4] === undefined) throw invalid(text, 'a date without a time of day is not one moment');
  const local = localMicroseconds(text, match);
  const zone = match[8]?.trim();
  if (zone === undefined) return fromLocal(text, local, timezone);
  const offset = parseOffset(zone);
  if (offset === undefined) {
    const abbreviation = `"${zone}" is not an offset; abbreviations and names of zones are not taken here, because several zones share them`;
    throw invalid(text, abbreviation);
  }
  return {
    microseconds: local - BigInt(offset) * 1_000_000n,
    zone: timezone ?? (offset === 0 ? 'UTC' : formatOffset(offset)),
  };
}

function localMicroseconds(text: string, match: RegExpExecArray): bigint {
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((group) =>
    Number(match[group] ?? 0),
  ) as [number, number, number, number, number, number];
  const fraction = match[7] ?? '';
  if (fraction.length > 6)
    throw invalid(text, 'PostgreSQL keeps microseconds: at most six digits of a second');
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists || year < 1970) throw invalid(text, 'there is no such date');
  if (hour > 23 || minute > 59 || second > 59) throw invalid(text, 'there is no such time of day');
  const seconds = BigInt(date.getTime() / 1000 + hour * 3600 + minute * 60 + second);
  return seconds * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

/** A local time of a zone: every instant that shows this time on the wall there. */
function fromLocal(text: string, local: bigint, timezone: string | undefined): ParsedTime {
  if (timezone === undefined) throw invalid(text, 'the time has no zone, so it could mean several moments');
  const wall = Number(local / 1000n);
  // No zone changes its clock by more than a day, so the offsets of the days around name all that can apply.
  const offsets = new Set([-86_400_000, 0, 86_400_000].map((shift) => zoneOffset(timezone, wall + shift)));
  const instants = [...offsets]
    .map((offset) => ({ offset, microseconds: local - BigInt(offset) * 1_000_000n }))
    .filter(({ offset, microseconds }) => zoneOffset(timezone, Number(microseconds / 1000n)) === offset);
  const only = instants[0];
  if (instants.length === 1 && only) return { microseconds: only.microseconds, zone: timezone };
  const candidates = (instants.length > 0 ? instants.map((one) => one.microseconds) : skipped(local, offsets))
    .toSorted((left, right) => (left < right ? -1 : 1))
    .map((microseconds) => formatInstant(microseconds, timezone));
  const what =
    instants.length > 1
      ? `happened twice in ${timezone} because the clocks were set back`
      : `was skipped in ${timezone} because the clocks were set forward`;
  throw new Failure('target-invalid', {
    operation: 'read the restore target',
    place: text,
    problem: `this local time ${what}`,
    hint: `Give the one that is meant with its offset: ${candidates.join(' or ')}.`,
    details: { candidates },
  });
}

/** A skipped time read with the offset before and the one after the change. */
function skipped(local: bigint, offsets: ReadonlySet<number>): bigint[] {
  return [...offsets].map((offset) => local - BigInt(offset) * 1_000_000n);
}

/** Refuses a `--timezone` that is not known. */
export function requireZone(timezone: string | undefined): void {
  if (timezone === undefined || isKnownZone(timezone)) return;
  throw new Failure('target-invalid', {
    operation: 'read the restore target',
    place: `--timezone ${timezone}`,
    problem: 'this time zone is not known',
    hint: 'Give a name of the IANA time zone database, such as Europe/Berlin or UTC.',
  });
}

function invalid(text: string, problem: string): Failure {
  return new Failure('target-invalid', {
    operation: 'read the restore target',
    place: text,
    problem,
    hint: timeForms,
  });
}
