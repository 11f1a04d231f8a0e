import type { Invocation } from '../../facts.ts';
import { isAtLeast } from '../../../model/engine-version.ts';
import type { LintRule } from '../../lint-rule.ts';
import { archiveCommands, usesEngine } from './archive-commands.ts';
import { archiveOutcomes } from './archive-outcomes.ts';

export const archiveCommandWithoutSegment: LintRule = {
  name: 'archive-command-without-segment',
  severity: 'critical',
  title: 'archive_command does not pass the path of the segment',
  consequence:
    'Only `%p` is the path of the segment that is to be archived. Without it archive-push ends with [043], with `%f` (the ' +
    'name alone) with [055]: nothing is archived and pg_wal grows.',
  correct: "archive_command = 'pgbackrest --stanza=main archive-push %p'",
  reproduction: `PostgreSQL 15, pgBackRest 2.45; the server's log:

\`\`\`
archive_command = 'pgbackrest --stanza=main archive-push'
  ERROR: [043]: WAL segment to push required
archive_command = 'pgbackrest --stanza=main archive-push %f'
  ERROR: [055]: unable to open missing file '/…/pg/00000001000000000000002B' for read
\`\`\`

\`'%p'\` and \`"%p"\` in quotes work.`,
  source: 'PostgreSQL 15, 20.5.3 archive_command; pgBackRest, src/command/archive/push/push.c',
  *judge(project) {
    for (const { setting, engineInvocations } of archiveCommands(project)) {
      for (const call of engineInvocations) {
        if (call.command?.value !== 'archive-push') continue;
        const words = call.parameters;
        const hasPath = words.some((word) => word.value.includes('%p') || /[$`{]/.test(word.value));
        if (hasPath || setting.value.value.includes('%p')) continue;
        yield {
          place: call.invocation.place,
          problem: words.some((word) => word.value.includes('%f'))
            ? 'archive-push is given %f, the name of the segment, instead of %p, its path'
            : 'archive-push is not given %p, the path of the segment',
          remedy: 'end the command with `archive-push %p`.',
          engineError: words.length === 0 ? 43 : 55,
        };
      }
    }
  },
};

export const archiveCommandNotTheEngine: LintRule = {
  name: 'archive-command-not-pgbackrest',
  severity: 'critical',
  title: 'archive_command does not contain the word pgbackrest, although pgbackrest makes the backups',
  consequence:
    'The WAL goes somewhere else than the backups. `check` and `backup` read the setting from the server and end with [068], ' +
    'also when a script of another name calls pgbackrest.',
  correct: "archive_command = 'pgbackrest --stanza=main archive-push %p'",
  reproduction: `PostgreSQL 15, pgBackRest 2.45, \`archive_command = 'cp %p /archive/%f'\`:

\`\`\`
$ pgbackrest --stanza=main check
ERROR: [068]: archive_command 'cp %p /archive/%f' must contain pgbackrest
\`\`\``,
  source: 'pgBackRest, src/db/db.c and src/command/check/common.c, checkArchiveCommand()',
  *judge(project) {
    if (!usesEngine(project)) return;
    for (const { setting } of archiveCommands(project)) {
      const { value } = setting;
      if (value.unknown || value.value.trim() === '' || value.value.includes('pgbackrest')) continue;
      // What archives nothing at all is told by its own rule.
      if (archiveOutcomes(value)?.some((outcome) => outcome.archived) !== true) continue;
      yield {
        place: value,
        problem: 'archive_command does not contain the word pgbackrest',
        remedy:
          'archive with `pgbackrest --stanza=NAME archive-push %p`; a script may stay if its name contains pgbackrest.',
        engineError: 68,
      };
    }
  },
};

export const archiveCommandHidesErrors: LintRule = {
  name: 'archive-command-hides-errors',
  severity: 'warning',
  title: 'archive_command throws the engine’s error messages away',
  consequence:
    'When archiving fails, the server’s log only says "archive command failed with exit code 37", again and again; the ' +
    'reason is lost. Up to 2.52 the engine writes it to standard error, from 2.53 on (log-level-stderr=off by default) to ' +
    'standard output.',
  correct: "archive_command = 'pgbackrest --stanza=main archive-push %p'",
  reproduction: `\`--stanza=wrong archive-push\` with one of its outputs thrown away:

\`\`\`
2.45  >/dev/null   ERROR: [037]: option 'pg1-path' must be specified when relative wal paths are used
2.45  2>/dev/null  (nothing)
2.60  >/dev/null   (nothing)
2.60  2>/dev/null  P00  ERROR: [037]: option 'pg1-path' must be specified when relative wal paths are used
\`\`\``,
  source:
    'pgBackRest, Release Notes 2.53: "Log errors to stdout by default"; Configuration Reference, log-level-stderr',
  *judge(project) {
    const onOutput = isAtLeast(project.engineVersion, 53);
    for (const { engineInvocations } of archiveCommands(project)) {
      for (const { invocation } of engineInvocations) {
        const hiding = invocation.redirections.find((part) => isHiding(part.value, onOutput, invocation));
        if (hiding === undefined) continue;
        yield {
          place: hiding,
          problem: `${hiding.value} throws the reason away when archive-push fails`,
          remedy: 'leave the redirection out: the server writes the messages into its log.',
        };
      }
    }
  },
};

function isHiding(redirection: string, onOutput: boolean, invocation: Invocation): boolean {
  const text = redirection.replaceAll(/\s/g, '');
  if (/^(?:&>{1,2}|>&)\/dev\/null$/.test(text)) return true;
  if (/^2>{1,2}\/dev\/null$/.test(text)) return !onOutput;
  if (!/^1?>{1,2}\/dev\/null$/.test(text)) return false;
  return onOutput || invocation.redirections.some((other) => other.value.replaceAll(/\s/g, '') === '2>&1');
}

export const archiveCommandOverwrites: LintRule = {
  name: 'archive-command-overwrites',
  severity: 'warning',
  title: 'archive_command copies with cp and overwrites what is there',
  consequence:
    'Two servers, or one restored server, that archive into one folder overwrite each other’s segments, and a crash in the ' +
    'middle of a copy leaves half a segment under its final name. cp does not sync either: after a power cut a segment ' +
    'that PostgreSQL already removed may be empty.',
  correct: "archive_command = 'pgbackrest --stanza=main archive-push %p'",
  reproduction: `PostgreSQL 15, \`archive_command = 'cp %p /archive/%f'\`, with a file of the segment's name already there:

\`\`\`
pg_stat_archiver: archived 2, failed 0      the file that was there is gone
\`\`\`

archive-push ends with [045] when a different segment of that name is in the repository.`,
  source:
    'PostgreSQL 15, 26.3.1: the archive command should generally be designed to refuse to overwrite any pre-existing archive ' +
    'file',
  *judge(project) {
    for (const { invocations } of archiveCommands(project)) {
      for (const invocation of invocations) {
        if (!['cp', 'mv', 'rsync', 'scp'].includes(invocation.program)) continue;
        if (!invocation.words.some((word) => word.value.includes('%p')) || isGuarded(invocation)) continue;
        yield {
          place: invocation.place,
          problem: `${invocation.program} overwrites a segment that is already there`,
          remedy: 'let archive-push do it; with cp, put `test ! -f DESTINATION/%f &&` in front.',
        };
      }
    }
  },
};

function isGuarded(invocation: Invocation): boolean {
  if (
    invocation.words.some(({ value }) => /^(-[a-z]*[in][a-z]*|--no-clobber|--ignore-existing)$/.test(value))
  )
    return true;
  const { commands } = invocation.script;
  return commands
    .slice(0, invocation.index)
    .some(({ program }) => ['test', '[', '[[', 'ls'].includes(program));
}
