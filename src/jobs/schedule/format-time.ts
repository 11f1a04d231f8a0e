import { segmentsOf } from '../../model/zone-segments.ts';
import { formatOffset } from '../../model/zone-offset.ts';

/**
 * A time of a schedule for people, as the clock of its zone shows it: `2026-10-25 02:30 +02:00`.
 *
 * @param at epoch milliseconds
 * @param timezone IANA name; undefined: the zone of this host
 */
export function formatTime(at: number, timezone: string | undefined): string {
  const { offset } = segmentsOf(timezone)(at);
  const local = new Date(at + offset).toISOString();
  const seconds = local.slice(16, 19) === ':00' ? '' : local.slice(16, 19);
  return `${local.slice(0, 10)} ${local.slice(11, 16)}${seconds} ${formatOffset(offset / 1000)}`;
}
