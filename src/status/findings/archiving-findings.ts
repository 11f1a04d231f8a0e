import type { FindingMeaning } from './finding-meaning.ts';

/** Rules of rules/archiving.ts and rules/arrival.ts. */
export const archivingFindings: readonly FindingMeaning[] = [
  {
    rule: 'archive-not-arriving',
    seenBy: ['check'],
    means: '`holdfast check` ended a segment of WAL and waited; it did not come to this repository in time.',
    matters:
      'Nothing that is written now can be restored from there, and WAL piles up in `pg_wal` until the disk is full.',
    seeYourself: [
      "psql -XAtc 'select pg_walfile_name(pg_switch_wal())'",
      '# some seconds later:',
      'pgbackrest --stanza=main --repo=1 repo-ls archive/main --recurse | tail',
      "psql -Xc 'select * from pg_stat_archiver'",
    ],
    do: 'Read the log of `archive-push` (`/var/log/pgbackrest/main-archive-push.log`) and the server log, remove what they name, and run `holdfast check` again.',
  },
  {
    rule: 'archive-not-proven',
    seenBy: ['check'],
    means: 'It could not even be tried whether WAL arrives: the server does not answer, or archiving is off.',
    matters: 'Whether anything written now could be restored is not known.',
    seeYourself: ["psql -XAtc 'show archive_mode'", 'pg_isready'],
    do: 'Remove the cause that the finding names, then run `holdfast check` again.',
  },
  {
    rule: 'engine-check-failed',
    seenBy: ['check'],
    means: "pgBackRest's own `check` failed.",
    matters:
      'Either WAL does not arrive, or the stanza and the cluster do not fit together; backups will fail too.',
    seeYourself: ['pgbackrest --stanza=main --log-level-console=info check'],
    do: 'Read the number in brackets and its text: docs/failures.md says what they mean for Holdfast, pgbackrest.org what they mean for the engine.',
  },
  {
    rule: 'wal-level-minimal',
    seenBy: ['check'],
    means: '`wal_level` is `minimal`: WAL does not hold what a recovery from a backup needs.',
    matters: 'Neither backups nor point-in-time recovery work.',
    seeYourself: ["psql -XAtc 'show wal_level'"],
    do: 'Run `holdfast setup --restart`.',
  },
  {
    rule: 'archive-library',
    seenBy: ['check'],
    means: '`archive_library` is set, and PostgreSQL then does not run `archive_command`.',
    matters: 'WAL goes wherever that library takes it, not to pgBackRest.',
    seeYourself: ["psql -XAtc 'show archive_library'"],
    do: 'Reset it and run `holdfast setup --replace-archive-command`, unless something else is to archive on purpose.',
  },
  {
    rule: 'archive-command-empty',
    seenBy: ['check'],
    means: '`archive_command` is empty.',
    matters: 'WAL stays in `pg_wal` for ever, and the disk fills.',
    seeYourself: ["psql -XAtc 'show archive_command'"],
    do: 'Run `holdfast setup`.',
  },
  {
    rule: 'archive-command-foreign',
    seenBy: ['check'],
    means: "`archive_command` is not pgBackRest's.",
    matters: 'pgBackRest refuses backups then (error 068), and its repositories get no WAL.',
    seeYourself: ["psql -XAtc 'show archive_command'"],
    do: 'Run `holdfast setup --replace-archive-command` when pgBackRest is to archive.',
  },
  {
    rule: 'archive-command-stanza',
    seenBy: ['check'],
    means: '`archive_command` names another stanza, or none.',
    matters:
      'The WAL of this cluster goes to the archive of another one, or is refused; neither can be restored.',
    seeYourself: ["psql -XAtc 'show archive_command'"],
    do: 'Run `holdfast setup --replace-archive-command`, then take a full backup.',
  },
  {
    rule: 'archive-command-hides-errors',
    seenBy: ['check'],
    means: "Behind `;`, `|`, `||` or `&` the exit code of `archive_command` is no longer pgBackRest's.",
    matters:
      'PostgreSQL takes WAL for archived that is not, and removes it. That is a hole which nothing reports.',
    seeYourself: ["psql -XAtc 'show archive_command'"],
    do: 'Run `holdfast setup --replace-archive-command`. A wrapper must end with the exit code of pgBackRest.',
  },
  {
    rule: 'archive-command-differs',
    seenBy: ['check'],
    means:
      '`archive_command` runs pgBackRest in another way than holdfast.yaml leads to: another configuration file, another program.',
    matters: 'What Holdfast checks and what archives may be two different configurations.',
    seeYourself: ["psql -XAtc 'show archive_command'"],
    do: 'Run `holdfast setup --replace-archive-command`, or write into holdfast.yaml what is meant.',
  },
  {
    rule: 'archive-timeout-off',
    seenBy: ['check'],
    means: '`archive_timeout` is 0: a segment is archived when it is full.',
    matters: 'On a quiet server the last commits are in no archive for hours: they are lost with the server.',
    seeYourself: ["psql -XAtc 'show archive_timeout'"],
    do: 'Run `holdfast setup`, which sets it.',
  },
  {
    rule: 'archiver-unknown',
    seenBy: ['check'],
    means: '`pg_stat_archiver` could not be read.',
    matters: 'Whether archiving fails is not known.',
    seeYourself: ["psql -Xc 'select * from pg_stat_archiver'"],
    do: 'Run the check as root or as the owner of the server.',
  },
];
