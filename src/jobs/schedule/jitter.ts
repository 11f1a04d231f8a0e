import { cronTimes } from '../../model/cron-times.ts';
import { backupJobs, type ScheduleLine } from '../../model/schedule-line.ts';

/**
 * The lines that may do the work of each other: all backups of a stanza, or all lines of another job of it. The greatest
 * is first: full, diff, incr, and otherwise the order of the file.
 *
 * @param lines in the order of the file
 */
export function companionsOf(lines: readonly ScheduleLine[], line: ScheduleLine): readonly ScheduleLine[] {
  const rank = (one: ScheduleLine): number => backupJobs.indexOf(one.job);
  return lines
    .filter(
      (other) => other.stanza === line.stanza && (rank(line) < 0 ? other.job === line.job : rank(other) >= 0),
    )
    .toSorted((one, other) => rank(one) - rank(other));
}

/**
 * How much later a run begins than its time: spread evenly over the line's jitter, the same on every call, other for
 * other lines, times and hosts. Never so late that the line's next time has come.
 *
 * Lines that have a time in common begin together then, with the jitter of the greatest: only so one of them can be seen
 * to do the work of the others.
 *
 * @param companions see `companionsOf`
 * @param seed what tells this host from others
 * @returns whole seconds, as milliseconds
 */
export function jitterOf(
  line: ScheduleLine,
  occurrence: number,
  companions: readonly ScheduleLine[],
  seed: string,
): number {
  if (companions.every(({ jitterMs }) => jitterMs === 0)) return 0;
  const greatest =
    companions.find((other) => other === line || cronTimes(other).previous(occurrence) === occurrence) ??
    line;
  if (greatest.jitterMs === 0) return 0;
  const following = cronTimes(greatest).next(occurrence);
  const room = following === undefined ? greatest.jitterMs : following - occurrence - 1000;
  const share = hash(`${seed}\n${greatest.key}\n${occurrence}`) / 2 ** 32;
  return Math.floor((share * Math.min(greatest.jitterMs, room)) / 1000) * 1000;
}

/** FNV-1a, 32 bits, with the last steps of MurmurHash3: neighbouring texts must come out far from each other. */
function hash(text: string): number {
  let value = 0x81_1c_9d_c5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01_00_01_93);
  value = Math.imul(value ^ (value >>> 16), 0x85_eb_ca_6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2_b2_ae_35);
  return (value ^ (value >>> 16)) >>> 0;
}
