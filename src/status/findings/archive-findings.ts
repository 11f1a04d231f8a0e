import type { FindingMeaning } from './finding-meaning.ts';

const listArchive = 'pgbackrest --stanza=main --repo=1 repo-ls --recurse archive/main/15-1';

/** Rules of rules/archives.ts, rules/holes.ts and rules/foreign-wal.ts. */
export const archiveFindings: readonly FindingMeaning[] = [
  {
    rule: 'archive-unknown',
    seenBy: ['archive'],
    means:
      'The WAL archive of a repository could not be listed, or was not listed for too long. Nothing that was seen before is believed any more.',
    matters: 'Whether WAL is missing, and from whom the WAL is, cannot be told while this lasts.',
    seeYourself: ['holdfast windows', listArchive],
    do: 'Look at the repository and its access: network, credentials, the file system. The evidence has what pgBackRest said.',
  },
  {
    rule: 'windows-unknown',
    seenBy: ['archive', 'primary'],
    means:
      'Production was never seen by this Holdfast, so that nobody knows which of the timelines in the archive are its own.',
    matters: 'Without that it cannot be told from when to when can be restored.',
    seeYourself: ['psql -Atc "SELECT timeline_id FROM pg_control_checkpoint()"', 'holdfast timelines'],
    do: 'Let Holdfast reach the primary once: check the addresses of the nodes in holdfast.yaml, then `holdfast check`.',
  },
  {
    rule: 'wal-hole',
    seenBy: ['archive'],
    means:
      'WAL segments are missing in the archive, and no backup set that can be restored begins behind them. PostgreSQL has handed them over, so that they are not on their way. The finding names the first one and what is lost.',
    matters:
      'A restore ends before the hole: everything committed since is lost with the primary. `pgbackrest verify`, `check` and `info` do not see it, and a plain restore to the latest state ends there silently and with exit code 0.',
    seeYourself: [
      'holdfast windows',
      `${listArchive}   # the names must follow each other`,
      'pgbackrest --stanza=main info   # says ok all the same',
    ],
    do: 'Take a backup at once (`holdfast backup --type full`): a new window begins with it. If the segment is still in pg_wal of a server (not yet recycled) or in another repository, keep it. Find out who removed it: a lifecycle rule of the store, `archive-push-queue-max`, somebody who cleaned up.',
  },
  {
    rule: 'wal-hole-behind',
    seenBy: ['archive'],
    means:
      'WAL is missing between two windows of a repository. A backup set behind the hole can be restored, and the WAL since is whole.',
    matters: 'The times in the hole cannot be restored from this repository; all later ones can.',
    seeYourself: ['holdfast windows', listArchive],
    do: 'Nothing for the present. It ends when the sets before the hole are expired. Until then a restore to a time in it is refused and names the nearest points on both sides.',
  },
  {
    rule: 'set-unusable',
    seenBy: ['archive'],
    means: 'WAL that a backup set needs to become consistent is not in the archive.',
    matters:
      'The set cannot be restored at all, although `pgbackrest info` lists it. Sets that are built on it have WAL of their own and are judged for themselves.',
    seeYourself: ['pgbackrest --stanza=main info --set=LABEL   # wal start/stop', listArchive],
    do: 'Take a new full backup, then expire this one.',
  },
  {
    rule: 'no-usable-set',
    seenBy: ['archive'],
    means:
      'Every backup set of the repository lacks WAL of its own, has page errors, or is not on a timeline of production.',
    matters: 'Nothing can be restored from this repository.',
    seeYourself: ['holdfast windows', 'pgbackrest --stanza=main info', listArchive],
    do: 'Take a new full backup into it. Until it is there, restore from another repository.',
  },
  {
    rule: 'no-backup-since-upgrade',
    seenBy: ['archive'],
    means:
      'The stanza was upgraded (`stanza-upgrade`, after pg_upgrade or a new initdb), and no backup was taken since. All sets in the repository are of the former database; `holdfast windows` lists them as such.',
    matters:
      'WAL of the present database is archived, and there is nothing that it could be replayed upon: everything since the upgrade is lost with the primary. `info` says ok, and the age of the newest backup may look fine.',
    seeYourself: ['pgbackrest --stanza=main info   # "db (prior)" has backups, "db (current)" has none'],
    do: 'Take a full backup now. Sets of the former version stay good: with its programs they are restored by `pgbackrest restore --set=LABEL` into another directory.',
  },
  {
    rule: 'stanza-upgrade-needed',
    seenBy: ['archive', 'primary'],
    means:
      'The primary is of a newer major version than the database that the repository knows, and has another system identifier: it was upgraded with pg_upgrade, and pgBackRest was not told. The primary was looked at after the repository.',
    matters:
      'archive-push refuses its WAL (error 44) and backups are refused (error 51). Nothing since the upgrade can be restored, pg_wal grows, and when its file system is full PostgreSQL stops.',
    seeYourself: [
      'psql -Atc "SELECT system_identifier FROM pg_control_system()"; psql -Atc "SHOW server_version"',
      'pgbackrest --stanza=main --repo=1 repo-get backup/main/backup.info | grep -A9 "^.db"',
    ],
    do: 'See that the node in holdfast.yaml has the path (and `bin`) of the new cluster. `holdfast setup --stanza-upgrade` shows what it will do, tells every repository of the new version, and takes a full backup. Sets of the former version stay.',
  },
  {
    rule: 'wrong-cluster',
    seenBy: ['archive', 'primary'],
    means:
      'The primary has another system identifier than the database whose WAL the repository takes, and no newer major version: it is another cluster. Either it was made anew (initdb, a dump that was read in) at the same place, or the address in holdfast.yaml leads to the wrong server.',
    matters:
      'archive-push refuses its WAL (error 44) and backups are refused (error 51): nothing of this cluster can be restored. What is said of windows is of the former one.',
    seeYourself: [
      'psql -Atc "SELECT system_identifier FROM pg_control_system()"',
      'pgbackrest --stanza=main --repo=1 repo-get backup/main/backup.info | grep system-id',
    ],
    do: 'When the address is wrong, correct it. When the cluster was made anew on purpose, `holdfast setup --stanza-upgrade` lets the stanza learn of it and takes a full backup. When both live, give the other one a stanza of its own: never upgrade the stanza of a cluster that is still there.',
  },
  {
    rule: 'foreign-timeline',
    seenBy: ['archive', 'primary'],
    means:
      "A timeline is in the archive on which production never was: neither its present one, nor an ancestor, nor one that Holdfast has seen it on. The primary was looked at after the archive, so that a failover is no such case. Mostly it is a copy of production that was restored with production's configuration (a drill, a cloned machine) and archives into production's repository.",
    matters:
      'A plain `pgbackrest restore` follows the highest timeline: it brings the copy back, without what production committed since the copy branched off. `check`, `info` and `verify` say ok. A later promotion of production may also want the same number, and then archiving stops.',
    seeYourself: [
      'holdfast timelines',
      `${listArchive}   # names that begin with another timeline, *.history`,
      'psql -Atc "SELECT pg_walfile_name(pg_current_wal_lsn())"   # the first 8 digits are production\'s timeline',
    ],
    do: "First stop the copy, or set `archive_mode = off` there. Until its WAL is gone restore only with the timeline named: `holdfast restore` does so always; by hand `pgbackrest restore --type=default --target-timeline=N` with production's number (tried: it brings production's rows back). Then, when nobody needs what the copy wrote, keep a copy of its files elsewhere and take them away with `pgbackrest repo-rm --recurse archive/STANZA/15-1/0000000200000000` for each directory and `pgbackrest repo-rm archive/STANZA/15-1/00000002.history` (both are commands of pgBackRest that its help does not list; they work with every kind of repository, and what they remove is gone). If it is production's own after all, `holdfast timelines --accept N --because \"…\"`, which the audit trail keeps.",
  },
  {
    rule: 'two-primaries',
    seenBy: ['archive'],
    means:
      'Production has left a timeline (a standby was promoted), and WAL of the old timeline, from behind the point at which it was left and behind the segment that was being written when Holdfast saw production on it last, came into the archive more than a minute after production was seen on the new one. Within the last hour: the former primary is alive and archives.',
    matters:
      'Two servers take writes. What is written on the former one is not in the new timeline: no standby and no restore of production has it. `check`, `info` and `verify` say ok.',
    seeYourself: [
      'psql -h FORMER -Atc "SELECT pg_is_in_recovery(), pg_walfile_name(pg_current_wal_lsn())"   # f, and the old timeline',
      `${listArchive} | sort | tail -5`,
    ],
    do: 'Stop the former primary, or cut applications off from it. See what was committed there since (its WAL is in the archive; a restore beside production with `--target-timeline` of the old one shows it) before it is rewound with `pg_rewind` or made anew. What a repaired host hands over late is passed over as far as Holdfast saw it written; what was written after that look shows only once, and the finding ends an hour after the last of it.',
  },
  {
    rule: 'foreign-wal',
    seenBy: ['archive', 'primary'],
    means:
      "WAL of production's own timeline is in the archive that production, looked at afterwards, had not written yet; or the archive's history of one of its timelines tells of another way than its own.",
    matters:
      "Two servers write one timeline. A restore goes on into WAL that is not production's. When production comes to these positions, archive-push refuses its segments with error 45, pg_wal fills, and the server stops.",
    seeYourself: [
      'psql -Atc "SELECT pg_walfile_name(pg_current_wal_insert_lsn())"',
      `${listArchive}   # nothing behind that name can be production's`,
    ],
    do: 'Stop the other server. Take a full backup into another repository. Restore only to times before the first foreign segment. Let somebody who knows both servers decide which files are taken away.',
  },
  {
    rule: 'wal-duplicate',
    seenBy: ['archive'],
    means: 'A segment is stored under one name with two different contents (checksums).',
    matters:
      "Two servers archived into one place. Which of both a restore gets is not certain; with the wrong one it ends there, or brings the other server's data.",
    seeYourself: [`${listArchive} | sed 's/-.*//' | sort | uniq -d`],
    do: 'Stop the other server, take a full backup. Restores to times behind the first such segment begin with that backup.',
  },
  {
    rule: 'timeline-unknown',
    seenBy: ['archive', 'primary'],
    means:
      "A timeline is in the archive, and it is not known whether production made it: it is older than Holdfast's memory and no ancestor of production's, or the primary was not seen after the archive.",
    matters:
      "It may be an abandoned end of production's own history (a restore by hand long ago), or WAL of a copy. Restores of Holdfast name production's timeline and do not follow it.",
    seeYourself: [
      'holdfast timelines',
      'pgbackrest --stanza=main --repo=1 repo-get archive/main/15-1/00000002.history',
    ],
    do: 'Let Holdfast reach the primary. If it stays, find out who made it, and say so: `holdfast timelines --accept N --because "…"`.',
  },
  {
    rule: 'newer-timeline-left',
    seenBy: ['archive', 'primary'],
    means:
      "The archive has a timeline with a higher number than production's, and it is known: production was on it and went back (an undone restore), or a person accepted it.",
    matters:
      "A plain `pgbackrest restore` follows the highest timeline, and with it not production's present.",
    seeYourself: ['holdfast timelines'],
    do: 'Nothing, as long as restores name their timeline, as `holdfast restore` does. By hand add `--target-timeline=N`.',
  },
  {
    rule: 'partial-segments',
    seenBy: ['archive'],
    means:
      'The archive has `….partial` files: a server that was promoted keeps what it had of the segment in which its timeline was left.',
    matters: 'They are normal after a failover, and no restore reads them.',
    seeYourself: [`${listArchive} | grep partial`],
    do: 'Nothing. They are expired with the WAL around them.',
  },
  {
    rule: 'info-copy-damaged',
    seenBy: ['archive'],
    means:
      'pgBackRest keeps `backup.info` and `archive.info` twice, each with a `.copy` beside it. One of the two is missing, cannot be read, or is not what was written: its own checksum says so. Holdfast reads all four through the engine once an hour, and with each look while one is bad.',
    matters:
      'pgBackRest uses the good one and says nothing: `info`, `check` and `verify` end well, with 2.45 as with 2.60. When the other one is damaged too, no backup, restore or archive-push works with this repository any more. In an encrypted one the keys of everything in it are lost with them.',
    seeYourself: [
      'for f in backup/main/backup.info archive/main/archive.info; do',
      '  for c in "" .copy; do pgbackrest --stanza=main --repo=1 repo-get "$f$c" | sha1sum; done',
      'done   # the two of a pair must be the same',
    ],
    do: 'Take a backup (`holdfast backup --type incr`): it writes both copies of both files anew from the good ones, whichever is bad (tried with 2.45, 2.55 and 2.60). `expire` of 2.60 does not, nor does `stanza-create` for `archive.info`. Then look for the cause: a disk, a file system, somebody who copies or cleans up the repository. `holdfast verify` looks at everything else.',
  },
  {
    rule: 'info-copies-differ',
    seenBy: ['archive'],
    means:
      'Both copies of `backup.info` or `archive.info` are whole and say different things: pgBackRest was killed between writing the one and the other, or one was put back from elsewhere. The evidence names the sets that only one of them has.',
    matters:
      'pgBackRest goes by the first. When that is the older one, the newest sets are not listed, and a restore does not find them, although all of their files are there.',
    seeYourself: [
      'pgbackrest --stanza=main --repo=1 repo-get backup/main/backup.info > /tmp/a',
      'pgbackrest --stanza=main --repo=1 repo-get backup/main/backup.info.copy | diff /tmp/a -',
    ],
    do: 'Take a backup (`holdfast backup --type incr`): pgBackRest takes up what lies in the repository and is not listed (`found in repository added to backup.info`), and writes both anew (tried with 2.45, 2.55 and 2.60). Annotations and pins that only the other copy had are lost: set them again.',
  },
];
