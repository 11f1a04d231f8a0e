import type { FindingMeaning } from './finding-meaning.ts';

const archiver = 'psql -xc "SELECT * FROM pg_stat_archiver"';
const listNewest =
  'pgbackrest --stanza=main --repo=1 repo-ls --recurse archive/main/15-1 | sort | tail -3   # what is really there';
const position =
  'psql -Atc "SELECT pg_walfile_name(pg_current_wal_insert_lsn()), pg_current_wal_insert_lsn()"';
const waiting = 'ls /var/lib/postgresql/15/main/pg_wal/archive_status | grep -c ready';

/** Rules of rules/primaries.ts and rules/position.ts; archive-mode-off, archiver-failing and clock-differs are of checks too. */
export const positionFindings: readonly FindingMeaning[] = [
  {
    rule: 'primary-unknown',
    seenBy: ['primary'],
    means:
      'No server of the stanza was found that is the primary and answers. The evidence names every place that was tried and what it said.',
    matters:
      'Where production is, whether it archives and what would be lost is not known. What was seen before counts for nothing.',
    seeYourself: [
      'psql -h HOST -p 5432 -Atc "SELECT pg_is_in_recovery()"   # f: a primary',
      'curl -s http://127.0.0.1:8008/cluster   # with Patroni',
    ],
    do: 'Is the server running? Can the user of Holdfast log in (pg_hba.conf, .pgpass)? Name the primary as a node with its `host`, or give `patroni.url`.',
  },
  {
    rule: 'archive-mode-off',
    seenBy: ['primary'],
    means: 'archive_mode is off: PostgreSQL hands no WAL over, whatever archive_command says.',
    matters: 'Nothing after the last backup can be restored, and backups themselves fail.',
    seeYourself: ['psql -Atc "SHOW archive_mode"'],
    do: 'Run `holdfast setup --restart`, in a moment in which the server may restart.',
  },
  {
    rule: 'archiver-failing',
    seenBy: ['primary'],
    means: 'The last attempt of PostgreSQL to archive a segment failed, and it is trying again.',
    matters:
      'New WAL stays on the server alone. pg_wal grows until its file system is full; then PostgreSQL stops.',
    seeYourself: [archiver, 'tail /var/log/pgbackrest/main-archive-push*.log'],
    do: 'Read the log of archive-push: the repository cannot be reached, is full, or does not take the credentials. Nothing is lost yet; never delete anything in pg_wal by hand.',
  },
  {
    rule: 'wal-directory-unknown',
    seenBy: ['primary'],
    means:
      'pg_wal or its archive_status of a server of this host cannot be listed by the user that Holdfast runs as (and PostgreSQL itself could not list it either, or may not be asked).',
    matters:
      'How much WAL waits to be archived and when the file system of pg_wal is full is not known: `wal-waiting` and the forecasts of it say nothing while this lasts. When PostgreSQL may not list archive_status either, it archives nothing any more, without counting that as a failure.',
    seeYourself: [
      'ls -ld /var/lib/postgresql/15/main/pg_wal /var/lib/postgresql/15/main/pg_wal/archive_status',
    ],
    do: 'Both belong to the owner of the data directory, with mode 0700: `chown -R postgres: …/pg_wal && chmod 700 …/pg_wal …/pg_wal/archive_status`. Run Holdfast as that user, or as root.',
  },
  {
    rule: 'wal-waiting',
    seenBy: ['primary'],
    means: 'Ten or more segments have waited to be archived for five minutes or longer.',
    matters: 'What waits is not safe yet. When it goes on, pg_wal fills.',
    seeYourself: [waiting, archiver],
    do: 'Is archiving slow or does it stand still? Where it is only slow: `archive-async=y` with more processes, or a faster way to the repository.',
  },
  {
    rule: 'clock-differs',
    seenBy: ['primary'],
    means: "The server's clock and the clock of this host are more than two seconds apart.",
    matters:
      'Restore targets are times of the server; schedules, ages and measured losses are times of this host. What is read off one is wrong on the other.',
    seeYourself: ['psql -Atc "SELECT clock_timestamp()"; date -u +%FT%T.%3NZ', 'chronyc tracking'],
    do: 'Synchronize both with NTP (chrony, systemd-timesyncd).',
  },
  {
    rule: 'heartbeat-failing',
    seenBy: ['primary'],
    means:
      'The heartbeat, a tiny marked commit, was due and could not be written. The evidence has what the server said.',
    matters:
      'While nobody writes, it is no longer known to the second up to when can be restored. A server that takes no heartbeat may take no other commit either.',
    seeYourself: [
      "psql -c \"SELECT pg_logical_emit_message(true, 'holdfast', 'by hand')\"",
      'psql -c "SELECT * FROM holdfast.heartbeat"   # where heartbeats are rows',
    ],
    do: 'With `form: table` run `holdfast setup`, which makes the table. Otherwise the evidence names it: a full disk, a lock on the table, a role without the right. `heartbeat: off` switches it off.',
  },
  {
    rule: 'archive-behind',
    seenBy: ['primary', 'archive'],
    means:
      'The primary wrote WAL that should be in the repository by now and is not: full segments, or a segment that archive_timeout should have ended. The position of the primary is compared with what is really listed in the repository. A cluster in which nobody writes is not behind.',
    matters:
      'What is not there cannot be restored from this repository. It is a warning first, and critical once it lasts longer than `objectives.rpo` (an hour where there is none).',
    seeYourself: [position, listNewest, archiver, waiting],
    do: 'Read the server log and the log of archive-push. One repository that cannot be reached keeps WAL from all of them unless `archive-async=y` is set.',
  },
  {
    rule: 'archived-but-missing',
    seenBy: ['primary', 'archive'],
    means:
      'PostgreSQL was told that a segment is archived (pg_stat_archiver), and the segment is not in the repository. An archive_command that ends with 0 without archiving does that (`… || true`, a script that swallows the error), and so does `archive-push-queue-max`, which drops WAL and reports success.',
    matters:
      'PostgreSQL removes what it takes for archived: that WAL is lost. `archived_count` grows and looks healthy; `pgbackrest check` and `verify` are green afterwards. Restores end before the first segment that is missing.',
    seeYourself: [
      archiver,
      listNewest,
      'psql -Atc "SHOW archive_command"',
      'grep -h "dropped WAL file" /var/log/pgbackrest/main-archive-push*.log',
    ],
    do: 'Let archive_command be plain `pgbackrest archive-push` (`holdfast setup --replace-archive-command`), and remove `archive-push-queue-max`. Then take a backup: `holdfast backup --type full`. What lies between the last segment that is there and that backup cannot be restored.',
  },
];
