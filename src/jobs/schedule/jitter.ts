import { cronTimes } from '../../model/cron-times.ts';
import type { ScheduleLine } from './schedule-line.ts';

/**
 * How much later a run begins than its time: spread evenly over the line's jitter, the same on every call, other for
 * other lines, times and hosts. Never so late that the line's next time has come.
 *
 * @param seed what tells this host from others
 * @returns whole seconds, as milliseconds
 */
export function jitterOf(
  line: Pick<ScheduleLine, 'key' | 'jitterMs' | 'cron' | 'timezone'>,
  occurrence: number,
  seed: string,
): number {
  if (line.jitterMs === 0) return 0;
  const following = cronTimes(line).next(occurrence);
  const room = following === undefined ? line.jitterMs : following - occurrence - 1000;
  const share = hash(`${seed}\n${line.key}\n${occurrence}`) / 2 ** 32;
  return Math.floor((share * Math.min(line.jitterMs, room)) / 1000) * 1000;
}

/** FNV-1a, 32 bits, with the last steps of MurmurHash3: neighbouring texts must come out far from each other. */
function hash(text: string): number {
  let value = 0x81_1c_9d_c5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01_00_01_93);
  value = Math.imul(value ^ (value >>> 16), 0x85_eb_ca_6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2_b2_ae_35);
  return (value ^ (value >>> 16)) >>> 0;
}
