import type { Configuration } from '../../config/configuration.ts';
import { scheduleLines } from '../../config/schedule-lines.ts';
import type { ScheduledJob } from '../../model/schedule.ts';
import { backupJobs, type ScheduleLine } from '../../model/schedule-line.ts';

/** One line of a schedule as something that a timer, a crontab or a CronJob begins. */
export interface ScheduledTask {
  /** Of letters, digits and dashes, the same as long as the file is: `main-full`, `main-full-2`. */
  readonly name: string;
  readonly line: ScheduleLine;
  /** Words after `holdfast`; the program does what the daemon would do for this line. */
  readonly words: readonly string[];
}

/** Every line of every schedule, in the order of the file. */
export function scheduledTasks(configuration: Pick<Configuration, 'stanzas'>): readonly ScheduledTask[] {
  const seen = new Map<string, number>();
  return scheduleLines(configuration).map((line) => {
    const base = `${line.stanza}-${line.job}`.replaceAll(/[^\w-]/g, '-').replaceAll('_', '-');
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    return { name: count === 1 ? base : `${base}-${count}`, line, words: wordsOf(line, configuration) };
  });
}

function wordsOf(line: ScheduleLine, { stanzas }: Pick<Configuration, 'stanzas'>): readonly string[] {
  const all = stanzas.find(({ name }) => name === line.stanza)?.repositories ?? [];
  const repositories =
    line.repositories.length === all.length ? [] : line.repositories.flatMap((name) => ['--repo', name]);
  const begun = needsLease.has(line.job) ? ['--line', line.key] : [];
  return [...verbOf(line), '--stanza', line.stanza, ...repositories, ...begun, '--yes', '--quiet'];
}

/** These wait for other runs, and other hosts may have done them: they are told which line they are. */
const needsLease: ReadonlySet<ScheduledJob> = new Set([...backupJobs, 'expire']);

function verbOf({ job, drill }: ScheduleLine): readonly string[] {
  if (job === 'full' || job === 'diff' || job === 'incr') return ['backup', '--type', job];
  if (job !== 'drill' || drill === undefined) return [job];
  // A schedule names one of the targets of drills, never a moment of its own.
  const target = typeof drill.target === 'string' ? ['--target', drill.target] : [];
  return ['drill', ...target, '--checks', drill.checks.join(',')];
}
