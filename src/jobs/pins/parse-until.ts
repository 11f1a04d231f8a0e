import { parseDuration } from '../../model/duration.ts';
import { Failure } from '../../model/failure.ts';
import { parseAbsoluteTime } from '../../recovery/parse-time.ts';

const forms =
  'Write a time with its zone (2027-01-01 00:00:00+01, 2026-12-31T23:00:00Z), a duration from now (90d), or forever.';

/**
 * Reads `--until`: `forever`, a duration from now, or a time as restore targets are written, which names one moment.
 *
 * @param now epoch milliseconds
 * @returns epoch milliseconds, in the future
 * @throws Failure usage
 */
export function parseUntil(text: string, now: number): number | 'forever' {
  const trimmed = text.trim();
  if (trimmed === 'forever') return trimmed;
  const until = readTime(trimmed, now);
  // Year 9999: beyond it ISO 8601 needs more digits, and somebody means forever.
  if (until === undefined || until > Date.UTC(9999, 11, 31)) throw bad(text, 'is not a time', forms);
  if (until <= now) throw bad(text, 'is over already', 'Write a time in the future.');
  return until;
}

function readTime(text: string, now: number): number | undefined {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return now + seconds * 1000;
  try {
    const time = parseAbsoluteTime(text, undefined);
    return time === undefined ? undefined : Number(time.microseconds / 1000n);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw bad(text, `cannot be read: ${error.problem}`, forms);
  }
}

function bad(text: string, problem: string, hint: string): Failure {
  return new Failure('usage', {
    operation: 'read --until',
    problem: `${JSON.stringify(text)} ${problem}`,
    hint,
  });
}
