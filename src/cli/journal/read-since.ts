import { parseDuration } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import { parseAbsoluteTime, parseRelativeTime } from '../../recovery/parse-time.ts';

/** A time in the past: a duration, `2 hours ago`, a date, or a date with a time. @returns epoch milliseconds */
export function readSince(text: string, now: number): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return now - seconds * 1000;
  const withTime = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text} 00:00:00` : text;
  const parsed = parseRelativeTime(text, new Date(now), 'UTC') ?? parseAbsoluteTime(withTime, 'UTC');
  if (parsed !== undefined) return Number(parsed.microseconds / 1000n);
  throw new Failure('usage', {
    operation: 'read --since',
    problem: `${JSON.stringify(text)} is no time`,
    hint: "Write it as --since 24h, --since 2026-11-20 or --since '2026-11-20 10:30:00+01:00'.",
  });
}
