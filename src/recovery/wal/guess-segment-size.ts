import type { BackupSet } from '../../model/backup-set.ts';
import { defaultSegmentSize } from '../../model/wal.ts';
import { type ArchiveDirectory, countRows, lowAt } from './archive-directory.ts';

/** `initdb --wal-segsize`: powers of two from 1 MiB to 1 GiB. */
const sizes = Array.from({ length: 11 }, (_, index) => 2 ** (20 + index));

/**
 * The size of WAL segments, where nobody can be asked: each set says in which segment a position lies, and no directory
 * has a segment with a higher number than fits into 4 GiB.
 *
 * @returns bytes; 16 MiB where several fit
 */
export function guessSegmentSize(
  directories: readonly ArchiveDirectory[],
  sets: readonly Pick<BackupSet, 'archiveStart' | 'startLsn'>[],
): number {
  const highest = directories.reduce((most, directory) => {
    const count = countRows(directory);
    return count === 0 ? most : Math.max(most, lowAt(directory, count - 1));
  }, 0);
  const fitting = sizes.filter((size) => highest < 2 ** 32 / size && sets.every((set) => fits(set, size)));
  const full = guessFromFull(directories);
  if (full !== undefined && fitting.includes(full)) return full;
  if (fitting.length === 0 || fitting.includes(defaultSegmentSize)) return defaultSegmentSize;
  return fitting.at(-1) as number;
}

/** Two directories at least that are followed by another one of their timeline, and end with the same number. */
function guessFromFull(directories: readonly ArchiveDirectory[]): number | undefined {
  const names = new Set(directories.map(({ timeline, high }) => `${timeline} ${high}`));
  const ends = new Map<number, number>();
  for (const directory of directories) {
    const count = countRows(directory);
    if (count === 0 || !names.has(`${directory.timeline} ${directory.high + 1}`)) continue;
    const end = lowAt(directory, count - 1);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  const highest = Math.max(-1, ...ends.keys());
  if ((ends.get(highest) ?? 0) < 2) return undefined;
  return sizes.find((size) => size * (highest + 1) === 2 ** 32);
}

function fits(
  { archiveStart, startLsn }: Pick<BackupSet, 'archiveStart' | 'startLsn'>,
  size: number,
): boolean {
  if (archiveStart === undefined || startLsn === undefined) return true;
  const low = Number.parseInt(archiveStart.slice(16), 16);
  return Math.floor(Number(startLsn & 0xffff_ffffn) / size) === low;
}
