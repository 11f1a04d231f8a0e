import type { LintProject, LintRule } from '../../lint-rule.ts';
import { isAtLeast } from '../../../model/engine-version.ts';
import { scheduledBackups, type ScheduledBackup } from './scheduled-backups.ts';

/** A year of it is looked at, from a Thursday on; meetings of weekly and monthly schedules are in it. */
const start = new Date('2026-01-01T00:00:00Z');
const end = new Date('2027-01-01T00:00:00Z').getTime();
/** Runs of the rarer one that are looked at: a year of a daily one. */
const most = 400;

interface BackupRuns {
  readonly backup: ScheduledBackup;
  /** The first of them, in order. */
  readonly runs: readonly Date[];
}

export const backupsMeet: LintRule = {
  name: 'backups-meet',
  severity: 'warning',
  title: 'two backups of a stanza in the same minute',
  consequence:
    'One of them takes the lock; the other ends with [050] and is not tried again. Which one is chance: it may be the full that is ' +
    'left out, week after week. On two hosts the lock does not hold, and both write the same set.',
  correct:
    '0 2 * * 0 pgbackrest --stanza=main --type=full backup\n0 2 * * 1-6 pgbackrest --stanza=main --type=diff backup',
  reproduction: `pgBackRest 2.45, a full backup running:

\`\`\`
$ pgbackrest --stanza=main --type=incr backup
ERROR: [050]: unable to acquire lock on file '/tmp/pgbackrest/main-backup.lock': Resource temporarily unavailable
       HINT: is another pgBackRest process running?
\`\`\``,
  source: 'pgBackRest, src/common/lock.c; release notes 2.53 for several repositories',
  *judge(project) {
    const all = withRuns(scheduledBackups(project));
    for (const [index, first] of all.entries())
      for (const second of all.slice(index + 1)) {
        const [one, other] = [first.backup, second.backup];
        if (!areComparable(one, other, project)) continue;
        const at = firstMeeting(first, second);
        if (at === undefined) continue;
        yield {
          place: other.schedule.expressions[0] ?? other.schedule.place,
          problem: `the ${other.type} and the ${one.type} backup start together, first on ${at}`,
          remedy: 'move one of them by some minutes, or leave its days out where the other one runs.',
          engineError: 50,
        };
      }
  },
};

export const schedulersOverlap: LintRule = {
  name: 'schedulers-overlap',
  severity: 'warning',
  title: 'two schedulers for one stanza',
  consequence:
    'The lock of a backup is a file on one host. A scheduler in another container or pod does not see it, and from 2.53 on nothing ' +
    'else keeps two backups apart: the second takes the live set of the first for one that was left, removes files of it, and goes ' +
    'on in it. Both end with 0, under one label. Before 2.53 a lock in the cluster stops the second with [050].',
  correct: '# one scheduler for a stanza; the same lock-path for everything that may start a backup',
  reproduction: `pgBackRest 2.60; two runs at the same time with different lock-paths and compress-levels:

\`\`\`
$ pgbackrest --stanza=main --lock-path=/tmp/a --compress-level=1 --type=full backup; echo exit $?
exit 0
$ pgbackrest --stanza=main --lock-path=/tmp/b --compress-level=9 --type=full backup; echo exit $?
WARN: resumable backup 20261121-013151F of same type exists -- invalid files will be removed then the backup will resume
exit 0
$ ls repo/backup/main
20261121-013151F
\`\`\`

With 2.45 the second ends with [050] "unable to acquire pgBackRest advisory lock".`,
  source: 'pgBackRest, src/common/lock.c; release notes 2.53',
  *judge(project) {
    const backups = scheduledBackups(project).filter(({ stanza }) => stanza !== undefined);
    const first = new Map<string, ScheduledBackup>();
    for (const backup of backups) {
      // A document may show several ways, of which one is to be chosen.
      if (backup.schedule.place.document.root.kind === 'markdown') continue;
      const before = first.get(backup.stanza ?? '');
      if (before === undefined) first.set(backup.stanza ?? '', backup);
      else if (schedulerOf(before) !== schedulerOf(backup))
        yield {
          place: backup.schedule.place,
          problem: `${backup.stanza} is also backed up by the ${schedulerOf(before)} in ${before.schedule.place.document.file}`,
          remedy: 'let one scheduler make the backups of a stanza.',
          engineError: 50,
        };
    }
  },
};

function schedulerOf({ schedule }: ScheduledBackup): string {
  const { kind } = schedule.place.document;
  if (kind === 'systemd-unit') return 'timer';
  if (kind === 'kubernetes') return 'CronJob';
  return kind === 'compose' || kind === 'environment' ? 'container' : 'crontab';
}

/** Of one stanza, by one kind of scheduler, in one zone, into what one lock covers. */
function areComparable(one: ScheduledBackup, other: ScheduledBackup, project: LintProject): boolean {
  // The same schedule may be shown in two places; what runs twice is no meeting.
  if (one.type === other.type || one.stanza !== other.stanza || one.schedule.zone !== other.schedule.zone)
    return false;
  if (one.stanza === undefined && one.schedule.place.document.root !== other.schedule.place.document.root)
    return false;
  if (one.schedule.syntax !== other.schedule.syntax || schedulerOf(one) !== schedulerOf(other)) return false;
  const isOtherRepository =
    one.repository !== undefined && other.repository !== undefined && one.repository !== other.repository;
  return !(isOtherRepository && isAtLeast(project.engineVersion, 53));
}

/** Each run of the rarer one is held against the other, so that only as many are computed as are needed. */
function firstMeeting(one: BackupRuns, other: BackupRuns): string | undefined {
  const [rarer, busier] = lastOf(one) >= lastOf(other) ? [one, other] : [other, one];
  const found = rarer.runs.find(
    (at) => at.getTime() < end && busier.backup.times.some((times) => times.runsAt(at)),
  );
  return found?.toUTCString().slice(0, 22).replace(' 2026', '');
}

/** Runs of the same expressions are computed once: a file may have the same line for each of a thousand stanzas. */
function withRuns(backups: readonly ScheduledBackup[]): readonly BackupRuns[] {
  const known = new Map<string, readonly Date[]>();
  return backups.map((backup) => {
    const { expressions, syntax } = backup.schedule;
    const key = [syntax, ...expressions.map(({ value }) => value)].join('\n');
    const runs = known.get(key) ?? runsOf(backup);
    known.set(key, runs);
    return { backup, runs };
  });
}

function runsOf({ times }: ScheduledBackup): readonly Date[] {
  return times
    .flatMap((one) => one.runs(start, most))
    .toSorted((left, right) => left.getTime() - right.getTime());
}

function lastOf({ runs }: BackupRuns): number {
  return runs.length < most ? Infinity : (runs[most - 1]?.getTime() ?? 0);
}
