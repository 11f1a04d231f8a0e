import { Cron } from 'croner';

/**
 * The next times of a cron entry, strictly after a moment.
 *
 * @param timezone IANA name; undefined: the zone of this host
 * @returns at most `count`; fewer where the cron text comes to an end
 */
export function nextRuns(
  entry: { readonly cron: string; readonly timezone: string | undefined },
  after: Date,
  count: number,
): readonly Date[] {
  const zone = entry.timezone === undefined ? {} : { timezone: entry.timezone };
  return new Cron(entry.cron, { mode: '5-part', paused: true, ...zone }).nextRuns(count, after);
}
