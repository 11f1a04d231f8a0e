import { openCron } from '../../model/cron-times.ts';
import { scalar } from './scalars.ts';
import type * as z from 'zod';

/** From where "does it ever happen" is asked: any fixed moment does, and the answer must not depend on today. */
const anyMoment = new Date(Date.UTC(2026, 0, 1));

/** Cron text of five fields, as crontab(5) has it, that happens at least once. */
export function cron(): z.ZodType<string, unknown> {
  return scalar({
    rule: 'bad-cron',
    expected: 'cron text of five fields (minute hour day month weekday) that comes to pass',
    remedy: 'Write five fields in quotes, such as "0 2 * * 0" for Sundays at 02:00.',
    json: { type: 'string', pattern: '^\\S+( \\S+){4}$' },
    read: (value) =>
      typeof value === 'string' && isCron(value) ? value.trim().replace(/\s+/g, ' ') : undefined,
  });
}

/** An IANA time zone. */
export function timezone(): z.ZodType<string, unknown> {
  return scalar({
    rule: 'bad-timezone',
    expected: 'a time zone such as Europe/Berlin or UTC',
    remedy: 'Write the IANA name of the zone.',
    json: { type: 'string', minLength: 1 },
    read: (value) => (typeof value === 'string' && isTimezone(value) ? value : undefined),
  });
}

function isCron(value: string): boolean {
  if (value.length > 200 || value.trim().split(/\s+/).length !== 5) return false;
  try {
    return openCron(value).nextRun(anyMoment) !== null;
  } catch (error) {
    // croner has no other way to say that a text is not cron than one of these two.
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
}

/** Intl is the only list of zones at hand, and it answers with a RangeError. */
function isTimezone(value: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
