import { backupJobs, type DueRun, type ScheduleLine } from '../../model/schedule-line.ts';

/**
 * In which repositories another run that begins at the same moment does the work of one: a full that of a diff and an
 * incr, a diff that of an incr, and of two lines of one job for the same members the first in the file.
 *
 * @param others what begins at the same moment, in the order of the file, `run` too
 * @returns the line that does it by the repository's name; by '' for jobs that do not work on repositories
 */
export function replacedRepositories(
  run: Pick<DueRun, 'line'>,
  others: readonly Pick<DueRun, 'line'>[],
): ReadonlyMap<string, ScheduleLine> {
  const replaced = new Map<string, ScheduleLine>();
  const { line } = run;
  const place = others.findIndex((other) => other.line.key === line.key);
  for (const [index, { line: other }] of others.entries()) {
    if (!isGreater(other, line, index < place)) continue;
    if (line.repositories.length === 0) return new Map([['', other]]);
    for (const name of line.repositories) {
      if (other.repositories.includes(name) && !replaced.has(name)) replaced.set(name, other);
    }
  }
  return replaced;
}

function isGreater(other: ScheduleLine, line: ScheduleLine, isEarlier: boolean): boolean {
  if (other.stanza !== line.stanza || other.key === line.key) return false;
  if (other.job === line.job) return isEarlier && other.on === line.on;
  const [rank, otherRank] = [backupJobs.indexOf(line.job), backupJobs.indexOf(other.job)];
  return rank >= 0 && otherRank >= 0 && otherRank < rank;
}

/** `the full at the same time does it in local, the diff at the same time does it in offsite`. */
export function describeReplacement(replaced: ReadonlyMap<string, ScheduleLine>): string {
  const places = new Map<string, string[]>();
  for (const [name, { job }] of replaced) places.set(job, [...(places.get(job) ?? []), name]);
  return [...places]
    .map(([job, names]) => {
      const where = names.filter((name) => name !== '');
      return `the ${job} at the same time does it${where.length === 0 ? '' : ` in ${where.join(' and ')}`}`;
    })
    .join(', ');
}
