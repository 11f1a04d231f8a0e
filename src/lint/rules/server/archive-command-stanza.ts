import type { LintRule } from '../../lint-rule.ts';
import { archiveCommands } from './archive-commands.ts';
import { lacksStanza, otherStanza } from './stanza-of-command.ts';

export const archiveCommandWithoutStanza: LintRule = {
  name: 'archive-command-without-stanza',
  severity: 'critical',
  title: 'archive_command does not name the stanza',
  consequence:
    'archive-push ends with [037] for every segment. Nothing is archived, pg_wal grows until the disk is full, and then the ' +
    'server stops.',
  correct: "archive_command = 'pgbackrest --stanza=main archive-push %p'",
  reproduction: `PostgreSQL 15, pgBackRest 2.45, \`archive_command = 'pgbackrest archive-push %p'\`; the server's log:

\`\`\`
ERROR: [037]: archive-push command requires option: stanza
LOG:  archive command failed with exit code 37
\`\`\``,
  source: 'pgBackRest, Command Reference, archive-push: --stanza is required; it cannot be given in the file',
  *judge(project) {
    for (const { engineInvocations } of archiveCommands(project)) {
      for (const call of engineInvocations) {
        if (call.command?.value !== 'archive-push' || !lacksStanza(project, call)) continue;
        yield {
          place: call.invocation.place,
          problem: 'archive_command calls archive-push without --stanza',
          remedy:
            'write `pgbackrest --stanza=NAME archive-push %p`, with the name of the section in pgbackrest.conf.',
          engineError: 37,
        };
      }
    }
  },
};

export const archiveCommandOtherStanza: LintRule = {
  name: 'archive-command-other-stanza',
  severity: 'critical',
  title: 'archive_command names a stanza that the configuration does not have',
  consequence:
    'archive-push looks for a section of that name, finds no pg1-path and ends with [037] for every segment: nothing is ' +
    'archived.',
  correct: "archive_command = 'pgbackrest --stanza=main archive-push %p'   # with [main] in pgbackrest.conf",
  reproduction: `PostgreSQL 15, pgBackRest 2.45, \`[main]\` in pgbackrest.conf, \`--stanza=other\` in archive_command; the server's log:

\`\`\`
ERROR: [037]: option 'pg1-path' must be specified when relative wal paths are used
LOG:  archive command failed with exit code 37
\`\`\``,
  source: 'pgBackRest, src/command/archive/common.c, walPath()',
  *judge(project) {
    for (const { engineInvocations } of archiveCommands(project)) {
      for (const call of engineInvocations) {
        const other = otherStanza(project, call);
        if (call.command?.value !== 'archive-push' || other === undefined) continue;
        yield {
          place: other.given,
          problem: `archive_command names the stanza ${other.given.value}, the configuration has ${other.configured.join(', ')}`,
          remedy: 'use one name in archive_command, in pgbackrest.conf and in the schedules.',
          engineError: 37,
        };
      }
    }
  },
};
