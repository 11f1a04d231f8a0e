import { cronTimes } from '../../model/cron-times.ts';
import type { LineMemory } from '../../store/schedule-memory.ts';
import { judgeOccurrence } from './judge-occurrence.ts';
import { decidedUntil } from './pending-times.ts';
import type { ScheduleLine } from './schedule-line.ts';

/** A run that is about to be. */
export interface ComingRun {
  readonly line: ScheduleLine;
  readonly occurrence: number;
}

/** Greatest first: what each has in it, the later ones have not to make again at the same time. */
const backups = ['full', 'diff', 'incr'];

/**
 * Which lines do the work of another when both are to run: a full replaces a diff and an incr, a diff an incr, and of
 * two lines of one job on the same members the first in the file.
 *
 * @param lines in the order of the file
 * @returns the lines that replace `line` in one repository at least
 */
export function greaterLines(lines: readonly ScheduleLine[], line: ScheduleLine): readonly ScheduleLine[] {
  const index = lines.indexOf(line);
  const rank = backups.indexOf(line.job);
  return lines.filter((other, place) => {
    if (other.stanza !== line.stanza || place === index) return false;
    const otherRank = backups.indexOf(other.job);
    if (rank >= 0 && otherRank >= 0 && otherRank !== rank) return otherRank < rank;
    return other.job === line.job && other.on === line.on && place < index;
  });
}

/**
 * Whether a line has a run of its own at the very time of another line's, though it may begin sooner or later within its
 * jitter.
 */
export function runsAtSameTime(
  other: ScheduleLine,
  occurrence: number,
  known: {
    readonly memory: LineMemory | undefined;
    readonly now: number;
    readonly seed: string;
    readonly running: boolean;
  },
): boolean {
  if (cronTimes(other).previous(occurrence) !== occurrence) return false;
  const { base } = decidedUntil(known.memory, known.now);
  if (occurrence <= (known.memory?.knownSince ?? known.now)) return false;
  // Its turn is still to come, and will be skipped because the one before goes on.
  if (occurrence > base && known.running) return false;
  return judgeOccurrence(other, occurrence, known.seed).kind === 'run';
}
