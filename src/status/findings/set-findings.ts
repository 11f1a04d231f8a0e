import type { FindingMeaning } from './finding-meaning.ts';

/** Rules of rules/backups.ts, rules/sightings.ts and rules/verified.ts. */
export const setFindings: readonly FindingMeaning[] = [
  {
    rule: 'repository-unknown',
    seenBy: ['catalogue'],
    means: 'What is in the repositories could not be seen, or was seen too long ago to be believed.',
    matters: 'Backups may be there or not. Unknown is not ok.',
    seeYourself: [
      'pgbackrest --stanza=main info',
      '# a repository on another host or in an object store:',
      'pgbackrest --stanza=main --repo=1 --log-level-console=detail info',
    ],
    do: 'Look at the network, the credentials and the time of this host; the evidence has the words of the engine.',
  },
  {
    rule: 'repository-not-ok',
    seenBy: ['catalogue'],
    means:
      '`pgbackrest info` gives this repository a status that is neither ok nor "no valid backups": the stanza is not there, or its files cannot be read.',
    matters: 'Nothing can be backed up to it or restored from it as it is.',
    seeYourself: [
      'pgbackrest --stanza=main --repo=1 info',
      'pgbackrest --stanza=main --repo=1 repo-ls backup/main',
    ],
    do: 'When the stanza is missing, run `holdfast setup`. When files are damaged, see whether their copies (`backup.info.copy`) are good before you change anything.',
  },
  {
    rule: 'cipher-differs',
    seenBy: ['catalogue'],
    means: 'The repository is encrypted and holdfast.yaml says it is not, or the other way round.',
    matters:
      'pgBackRest refuses to work with it; an unencrypted repository may also be a promise that is broken.',
    seeYourself: ['pgbackrest --stanza=main --repo=1 info | grep cipher'],
    do: 'Encryption is fixed when a repository is made: correct holdfast.yaml, or use a new, empty repository.',
  },
  {
    rule: 'no-backup',
    seenBy: ['catalogue'],
    means: 'The repository has no backup of this stanza.',
    matters: 'WAL alone restores nothing: this repository is worth nothing until there is a full backup.',
    seeYourself: ['pgbackrest --stanza=main --repo=1 info'],
    do: 'Run `holdfast backup --type full --repo NAME`.',
  },
  {
    rule: 'backup-page-errors',
    seenBy: ['catalogue'],
    means: 'While this set was copied, pages of the cluster had wrong checksums.',
    matters:
      'The cluster itself is damaged there, and so is the copy. The pages were probably bad before the backup.',
    seeYourself: ['pgbackrest --stanza=main --set=LABEL info', 'pg_amcheck --all'],
    do: 'Find the relations with `pg_amcheck`, repair or restore them from an older set, then take a new full backup.',
  },
  {
    rule: 'backup-too-old',
    seenBy: ['catalogue'],
    means: 'The newest backup in this repository is older than `objectives.backupAge`.',
    matters: 'A restore has to replay all WAL since then: it takes longer, and more has to be right.',
    seeYourself: ['pgbackrest --stanza=main --repo=1 info'],
    do: 'Take a backup, then find out why the schedule did not: `holdfast schedule`, `holdfast journal`.',
  },
  {
    rule: 'backup-in-the-future',
    seenBy: ['catalogue'],
    means:
      'The newest backup in this repository ended more than five minutes after now, by the clock of the host that looks. It was taken while a clock was wrong, or this one is wrong now.',
    matters:
      'pgBackRest refuses every new backup whose label would not be later ("new backup label is not later than latest backup label"), until that time has come. How old the newest backup really is nobody knows, and retention in days keeps it too long.',
    seeYourself: [
      'date --utc; psql -c "SELECT clock_timestamp()"',
      'pgbackrest --stanza=main --repo=1 info',
      'pgbackrest --stanza=main --repo=1 --recurse repo-ls backup/main/backup.history',
    ],
    do: 'Put the clocks of the database server and of this host right. If the set is what is wrong, expire it (`pgbackrest --stanza=main --repo=1 --set=LABEL expire`), and move its manifest and those of the sets that depend on it out of `backup.history`, whose labels count too. Then take a full backup at once.',
  },
  {
    rule: 'verify-found-damage',
    seenBy: ['daemon'],
    means:
      'The last `holdfast verify` of this repository found files of sets or WAL that are not what was written. The evidence names the sets, and how many of their files are good. It ends with the next verify that finds nothing.',
    matters:
      "A restore of these sets fails, or gives wrong data. pgBackRest's own `verify` ends with 0 on it, and `info` and `check` do not look.",
    seeYourself: [
      'pgbackrest --stanza=main --repo=1 --verbose verify; echo "exit $?"',
      '# its text says "status: error", its exit code does not (up to 2.60)',
    ],
    do: 'Take a full backup now, to another repository if there is one. Then look for the cause: disk, file system, whoever copies the repository. Expire the damaged sets when newer ones are proven, and verify again.',
  },
];
