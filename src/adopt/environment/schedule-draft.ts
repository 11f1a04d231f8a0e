import { cron } from '../../config/schema/cron.ts';
import type { Carrier } from './carrier.ts';

/**
 * The cron text of a variable; the default where it is absent.
 *
 * @param key of the schedule that gets it
 */
export function scheduleOf(
  carrier: Carrier,
  name: string,
  key: string,
  otherwise: string | undefined,
): string | undefined {
  const text = carrier.value(name);
  if (text === undefined) return otherwise;
  const parsed = cron().safeParse(text);
  if (parsed.success) {
    carrier.moved(name, `schedule.${key}`);
    return parsed.data;
  }
  carrier.reject(name, 'is not a schedule of five fields, as cron has it, that ever comes due', {
    value: text,
    remedy: 'Write minute, hour, day of month, month and day of week, in quotes: "0 2 * * 0".',
  });
  return otherwise;
}
