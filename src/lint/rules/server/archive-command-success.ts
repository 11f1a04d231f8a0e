import type { RuleFinding } from '../../lint-finding.ts';
import type { LintRule } from '../../lint-rule.ts';
import { archiveCommands, settingsNamed, usesEngine, type ServerCommand } from './archive-commands.ts';
import { archiveOutcomes } from './archive-outcomes.ts';

/** Integration 4's `test ! -f … && exit 0 || …` and everything like it. */
export const archiveCommandSucceedsWithoutArchiving: LintRule = {
  name: 'archive-command-succeeds-without-archiving',
  severity: 'critical',
  title: 'archive_command can report success although nothing was archived',
  consequence:
    'PostgreSQL takes exit code 0 for "this segment is safe" and removes it. Whatever the command did not store is gone: ' +
    'no backup from then on can be recovered past the hole. pg_stat_archiver counts a success and no failure, so ' +
    'nothing shows it; only `check` and `backup` end with [082] when the segment they wait for does not come.',
  correct: "archive_command = 'pgbackrest --stanza=main archive-push %p'",
  reproduction: `PostgreSQL 15, pgBackRest 2.45; two segments were switched with \`pg_switch_wal()\` under each command:

\`\`\`
archive_command = 'test ! -f /etc/pgbackrest/conf.d/repo.conf && exit 0 || pgbackrest --stanza=main archive-push %p'
  pg_stat_archiver: archived 2, failed 0      new segments in the repository: 0
archive_command = 'pgbackrest --stanza=wrong archive-push %p || true'
  pg_stat_archiver: archived 2, failed 0      new segments in the repository: 0
archive_command = 'pgbackrest --stanza=wrong archive-push %p 2>&1 | tee -a push.log'
  pg_stat_archiver: archived 2, failed 0      new segments in the repository: 0
archive_command = 'pgbackrest --stanza=wrong archive-push %p &'
  pg_stat_archiver: archived 2, failed 0      new segments in the repository: 0
$ pgbackrest --stanza=main check
ERROR: [082]: WAL segment 000000010000000000000024 was not archived before the 3000ms timeout
\`\`\``,
  source:
    'PostgreSQL 15, 26.3.1 "Setting Up WAL Archiving": the archive command must return zero exit status if and only if it ' +
    'succeeds',
  *judge(project) {
    const commands = archiveCommands(project);
    for (const command of commands) {
      if (isArchivingOff(command, settingsNamed(project, 'archive_mode'))) continue;
      if (isAlternative(command, commands)) continue;
      const finding = judgeCommand(command, usesEngine(project));
      if (finding !== undefined) yield finding;
    }
  },
};

function judgeCommand({ setting }: ServerCommand, usesPgbackrest: boolean): RuleFinding | undefined {
  const { value } = setting;
  if (value.value.trim() === '') return undefined;
  const outcomes = archiveOutcomes(value);
  const lie = outcomes?.find((outcome) => outcome.status === 'zero' && !outcome.archived);
  if (lie === undefined) return undefined;
  // `/bin/true` where nothing makes backups is meant so: archive_mode can then be used later without a restart.
  const isSwitchedOff = !usesPgbackrest && outcomes?.every((outcome) => !outcome.archived) === true;
  return {
    place: value,
    severity: isSwitchedOff ? 'warning' : undefined,
    problem: `archive_command can end with 0 and nothing archived: ${lie.trace.join(', then ')}`,
    remedy:
      'let archive-push stand alone, so that its exit code is the one PostgreSQL sees: ' +
      "'pgbackrest --stanza=NAME archive-push %p'. To pause archiving, let the command fail: PostgreSQL keeps the WAL.",
    engineError: 82,
  };
}

/** The `{% else %}` of a template whose other branch archives: which one is used depends on more than the file. */
function isAlternative({ setting }: ServerCommand, commands: readonly ServerCommand[]): boolean {
  const { document } = setting.value;
  if (!document.text.includes('{%')) return false;
  const archives = commands.some(
    (other) => other.setting.value.document === document && other.engineInvocations.length > 0,
  );
  return archives && archiveOutcomes(setting.value)?.every((outcome) => !outcome.archived) === true;
}

/** With archiving off in the same file the command is never called. */
function isArchivingOff(command: ServerCommand, modes: ReturnType<typeof settingsNamed>): boolean {
  const here = modes.filter((mode) => mode.value.document === command.setting.value.document);
  return here.length > 0 && here.every((mode) => isOff(mode.value.value));
}

/** As PostgreSQL reads a boolean that is off. */
export function isOff(value: string): boolean {
  return /^(off|no|false|0)$/i.test(value.trim());
}
