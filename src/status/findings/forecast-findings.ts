import type { FindingMeaning } from './finding-meaning.ts';

const free = 'df -h /var/lib/postgresql/15/main/pg_wal /var/lib/pgbackrest';
const waiting = 'ls /var/lib/postgresql/15/main/pg_wal/archive_status | grep -c ready';

/** Rules of rules/forecasts.ts: what comes if all goes on as it does now. */
export const forecastFindings: readonly FindingMeaning[] = [
  {
    rule: 'forecast-wal-full',
    seenBy: ['primary'],
    means:
      'WAL waits longer and longer to be archived, or the archiver fails, and at the measured rate the file system of pg_wal will be full at the time that the evidence names. A warning three days before, critical eight hours before.',
    matters: 'PostgreSQL stops (PANIC) when it cannot write WAL, and does not start until there is room.',
    seeYourself: [free, waiting, 'psql -xc "SELECT * FROM pg_stat_archiver"'],
    do: 'Remove what keeps WAL from being archived; the other findings name it. Or enlarge the file system. Never delete anything in pg_wal by hand.',
  },
  {
    rule: 'forecast-queue-drops',
    seenBy: ['primary'],
    means:
      'WAL waits longer and longer to be archived, and at the measured rate it reaches `archive-push-queue-max` at the time that the evidence names.',
    matters:
      'From then on pgBackRest throws WAL away and reports success: a hole, behind which nothing can be restored until there is a new backup.',
    seeYourself: [waiting, 'grep -r archive-push-queue-max /etc/pgbackrest'],
    do: 'Remove what keeps WAL from being archived, or remove `archive-push-queue-max` while there is room in pg_wal.',
  },
  {
    rule: 'queue-drops-wal',
    seenBy: ['primary'],
    means: 'More WAL waits in pg_wal than `archive-push-queue-max` allows: pgBackRest drops it now.',
    matters:
      'Every segment that is handed over now is lost, and reported as archived. `archived_count` grows.',
    seeYourself: [waiting, 'grep -h "dropped WAL file" /var/log/pgbackrest/main-archive-push*.log'],
    do: 'Remove `archive-push-queue-max` at once, and what keeps WAL from being archived. Then take a backup: `holdfast backup --type full`.',
  },
  {
    rule: 'forecast-repository-full',
    seenBy: ['archive'],
    means:
      'At the rate of the last days (measured over at least six hours, at most two weeks) the file system of the repository will be full at the time that the evidence names. Only where the repository is a directory of this host.',
    matters: 'Then neither backups nor WAL get in, and pg_wal fills.',
    seeYourself: [free, 'pgbackrest --stanza=main info'],
    do: 'Enlarge the file system, keep fewer backups (`retention`), or see what else grows there.',
  },
  {
    rule: 'forecast-expire-undercuts',
    seenBy: ['catalogue'],
    means:
      'The retention is in days, and unless a full backup is taken before the time that the evidence names, an expire would leave fewer good full backups than `retention.minimum` says. Holdfast stops there; an expire that somebody else calls (pgBackRest itself after a backup that is taken by hand) does not.',
    matters: 'The next backup may be the only one, and it may be the damaged one.',
    seeYourself: ['pgbackrest --stanza=main info', 'pgbackrest --stanza=main --repo=1 --dry-run expire'],
    do: 'Take a full backup before then: `holdfast backup --type full`. Find out why the schedule did not.',
  },
];
