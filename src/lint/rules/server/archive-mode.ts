import type { ServerSetting } from '../../facts.ts';
import type { LintProject, LintRule } from '../../lint-rule.ts';
import { isOff } from './archive-command-success.ts';
import { archiveCommands, settingsNamed } from './archive-commands.ts';

export const archiveModeOff: LintRule = {
  name: 'archive-mode-off',
  severity: 'critical',
  title: 'archive_mode is off although archive_command is set',
  consequence:
    'The server never calls archive_command: no WAL is archived, and no backup can be made consistent. `check` and `backup` ' +
    'end with [087]. archive_mode only changes with a restart of the server, a reload is not enough.',
  correct: "archive_mode = on\narchive_command = 'pgbackrest --stanza=main archive-push %p'",
  reproduction: `PostgreSQL 15, pgBackRest 2.45, \`archive_mode = off\`:

\`\`\`
$ pgbackrest --stanza=main check
ERROR: [087]: archive_mode must be enabled
$ pgbackrest --stanza=main backup
ERROR: [087]: archive_mode must be enabled
\`\`\``,
  source: 'PostgreSQL 15, 20.5.3 archive_mode; pgBackRest, src/command/check/common.c',
  *judge(project) {
    for (const mode of settingsNamed(project, 'archive_mode')) {
      if (mode.value.unknown || !isOff(mode.value.value)) continue;
      const others = settingsNamed(project, 'archive_mode').filter((other) => isSameDocument(other, mode));
      if (others.some((other) => !isOff(other.value.value)) || !archivesHere(project, mode)) continue;
      yield {
        place: mode.value,
        problem: `archive_mode is ${mode.value.value}, so that archive_command is never called`,
        remedy: 'set archive_mode = on and restart the server.',
        engineError: 87,
      };
    }
  },
};

export const archiveModeMissing: LintRule = {
  name: 'archive-mode-missing',
  severity: 'warning',
  title: 'archive_command is set, archive_mode is not',
  consequence:
    'archive_mode is off by default, and then archive_command is never called. `check` and `backup` end with [087]. It may be ' +
    'set in a file that was not read; then read that too.',
  correct: "archive_mode = on\narchive_command = 'pgbackrest --stanza=main archive-push %p'",
  reproduction: `PostgreSQL 15, pgBackRest 2.45, no archive_mode anywhere:

\`\`\`
$ pgbackrest --stanza=main check
ERROR: [087]: archive_mode must be enabled
\`\`\``,
  source: 'PostgreSQL 15, 20.5.3 archive_mode: the default is off',
  *judge(project) {
    if (settingsNamed(project, 'archive_mode').length > 0 || hasUnreadSettings(project)) return;
    for (const { setting } of archiveCommands(project)) {
      if (!isWholeConfiguration(setting) || setting.value.value.trim() === '') continue;
      yield {
        place: setting.name,
        problem: 'archive_command is set, but archive_mode is not',
        remedy: 'add archive_mode = on and restart the server.',
        engineError: 87,
      };
    }
  },
};

export const archiveModeAlways: LintRule = {
  name: 'archive-mode-always',
  severity: 'critical',
  title: 'archive_mode is always, which pgbackrest refuses',
  consequence:
    'Standbys push the segments that they received as well. Those are logically the same but may differ in their bytes, and ' +
    'the first one that comes wins. `check` and `backup` end with [067] unless archive-mode-check is switched off.',
  correct: 'archive_mode = on',
  reproduction: `PostgreSQL 15, pgBackRest 2.45, \`archive_mode = always\`:

\`\`\`
$ pgbackrest --stanza=main check
ERROR: [067]: archive_mode=always not supported
\`\`\``,
  source: 'pgBackRest, Configuration Reference, archive-mode-check',
  *judge(project) {
    const allowed = project.engineFiles
      .flatMap((file) => file.settings)
      .some(({ name, value }) => name.value === 'archive-mode-check' && value.value === 'n');
    if (allowed) return;
    for (const mode of settingsNamed(project, 'archive_mode')) {
      if (mode.value.value.toLowerCase() !== 'always' || !archivesHere(project, mode)) continue;
      yield {
        place: mode.value,
        problem: 'archive_mode = always is not supported by pgbackrest',
        remedy: 'set archive_mode = on: the primary archives, and so does a standby once it is promoted.',
        engineError: 67,
      };
    }
  },
};

export const walLevelMinimal: LintRule = {
  name: 'wal-level-minimal',
  severity: 'critical',
  title: 'wal_level is minimal',
  consequence:
    'With archiving on, the server does not start. With archiving off, the WAL lacks what recovery needs and no online backup ' +
    'can be made.',
  correct: 'wal_level = replica',
  reproduction: `PostgreSQL 15 with archive_mode = on:

\`\`\`
$ pg_ctl -o "-c wal_level=minimal -c max_wal_senders=0" start
FATAL:  WAL archival cannot be enabled when wal_level is "minimal"
\`\`\``,
  source: 'PostgreSQL 15, 20.5.1 wal_level',
  *judge(project) {
    for (const level of settingsNamed(project, 'wal_level')) {
      if (level.value.value.toLowerCase() !== 'minimal' || !archivesHere(project, level)) continue;
      yield {
        place: level.value,
        problem: 'wal_level = minimal cannot be archived',
        remedy: 'set wal_level = replica (or logical) and restart the server.',
      };
    }
  },
};

export const archiveLibrarySet: LintRule = {
  name: 'archive-library-set',
  severity: 'critical',
  title: 'archive_library and archive_command are both set',
  consequence:
    'PostgreSQL 15 uses the library and never calls archive_command; from 16 on the archiver refuses to work with both. ' +
    'Nothing reaches the repository, and `check` ends with [082].',
  correct: "archive_library = ''\narchive_command = 'pgbackrest --stanza=main archive-push %p'",
  reproduction: `PostgreSQL 15, pgBackRest 2.45, \`archive_library = 'basic_archive'\` beside the command:

\`\`\`
pg_stat_archiver: archived 0, failed 0
$ pgbackrest --stanza=main check
ERROR: [082]: WAL segment 000000010000000000000033 was not archived before the 3000ms timeout
\`\`\``,
  source: 'PostgreSQL 15, 20.5.3 archive_library',
  *judge(project) {
    for (const library of settingsNamed(project, 'archive_library')) {
      if (library.value.unknown || library.value.value.trim() === '' || !archivesHere(project, library))
        continue;
      yield {
        place: library.value,
        problem: `archive_library = ${library.value.value} takes the place of archive_command`,
        remedy: "set archive_library = '' when pgbackrest archives.",
        engineError: 82,
      };
    }
  },
};

function archivesHere(project: LintProject, setting: ServerSetting): boolean {
  return archiveCommands(project).some(
    (command) => command.engineInvocations.length > 0 && isSameDocument(command.setting, setting),
  );
}

function isSameDocument(left: ServerSetting, right: ServerSetting): boolean {
  return left.value.document === right.value.document;
}

/** A file of its own, not a part of a document that only shows the lines to be added. */
function isWholeConfiguration({ value, via }: ServerSetting): boolean {
  return via === 'postgresql-conf' && value.document.container === undefined;
}

/** `include`, `include_dir`: what they name was perhaps not given. */
function hasUnreadSettings(project: LintProject): boolean {
  return project.documents.some(
    ({ document }) =>
      document.kind === 'postgresql-conf' && /^[ \t]*include(_dir|_if_exists)?\b/m.test(document.text),
  );
}
