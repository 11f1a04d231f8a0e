import { judgeOccurrence } from '../jobs/schedule/judge-occurrence.ts';
import { companionsOf } from '../jobs/schedule/jitter.ts';
import { replacedRepositories } from '../jobs/schedule/replaced-repositories.ts';
import type { BackupType } from '../model/backup-set.ts';
import { cronTimes } from '../model/cron-times.ts';
import { backupJobs, type ScheduleLine } from '../model/schedule-line.ts';

/** Something that schedules let happen in a repository. */
export interface ScheduledEvent {
  /** When it begins, epoch milliseconds. */
  readonly at: number;
  readonly job: BackupType | 'expire';
}

/**
 * When backups and expires of a repository begin, by the same rules as the daemon's: of several at one time the greatest
 * does the work, blackouts move or leave out. Without jitter, which moves each by minutes.
 *
 * @param lines of its stanza, in the order of the file
 * @param span of time, epoch milliseconds; its end is not part of it
 * @returns in the order of time
 */
export function scheduledEvents(
  lines: readonly ScheduleLine[],
  repository: string,
  span: { readonly from: number; readonly to: number },
): readonly ScheduledEvent[] {
  const plain = lines
    .filter(({ job }) => job === 'expire' || backupJobs.includes(job))
    .map((line) => ({ ...line, jitterMs: 0 }));
  const starts = new Map<number, Set<ScheduleLine>>();
  for (const line of plain) {
    const rules = { companions: companionsOf(plain, line), seed: '' };
    const { next } = cronTimes(line);
    for (let at = next(span.from - 1); at !== undefined && at < span.to; at = next(at)) {
      const verdict = judgeOccurrence(line, at, rules);
      if (verdict.kind !== 'run' || verdict.startAt >= span.to) continue;
      const beside = starts.get(verdict.startAt) ?? new Set();
      starts.set(verdict.startAt, beside.add(line));
    }
  }
  return [...starts]
    .toSorted(([left], [right]) => left - right)
    .flatMap(([at, beside]) =>
      eventsAt(
        at,
        plain.filter((line) => beside.has(line)),
        repository,
      ),
    );
}

function eventsAt(at: number, lines: readonly ScheduleLine[], repository: string): readonly ScheduledEvent[] {
  const runs = lines.map((line) => ({ line }));
  return lines
    .filter(
      (line) =>
        line.repositories.includes(repository) && !replacedRepositories({ line }, runs).has(repository),
    )
    .flatMap(({ job }) => (job === 'expire' || isBackup(job) ? [{ at, job }] : []))
    .toSorted((left, right) => Number(left.job === 'expire') - Number(right.job === 'expire'));
}

function isBackup(job: ScheduleLine['job']): job is BackupType {
  return backupJobs.includes(job);
}

/**
 * When other work of a repository begins, such as drills. Each line's own times, without jitter and blackouts.
 *
 * @param span its end is not part of it
 */
export function scheduledTimes(
  lines: readonly ScheduleLine[],
  job: ScheduleLine['job'],
  repository: string,
  span: { readonly from: number; readonly to: number },
): readonly number[] {
  const times = new Set<number>();
  for (const line of lines) {
    if (line.job !== job || !line.repositories.includes(repository)) continue;
    const { next } = cronTimes(line);
    for (let at = next(span.from - 1); at !== undefined && at < span.to; at = next(at)) times.add(at);
  }
  return [...times].toSorted((left, right) => left - right);
}
