import type { LintRule } from '../../lint-rule.ts';
import { archiveCommands, settingsNamed, usesEngine } from './archive-commands.ts';

export const archiveCommandEmpty: LintRule = {
  name: 'archive-command-empty',
  severity: 'critical',
  title: 'archive_mode is on and archive_command is empty',
  consequence:
    'Nothing is archived and nothing is lost yet: the server keeps every segment in pg_wal until the disk is full, and then ' +
    'stops. `check` and `backup` end with [068].',
  correct: "archive_mode = on\narchive_command = 'pgbackrest --stanza=main archive-push %p'",
  reproduction: `PostgreSQL 15, pgBackRest 2.45, \`archive_command = ''\`, two segments switched:

\`\`\`
WARNING:  archive_mode enabled, yet archiving is not configured
$ ls pg_wal/archive_status | grep -c ready
2
$ pgbackrest --stanza=main check
ERROR: [068]: archive_command '' must contain pgbackrest
\`\`\``,
  source: 'PostgreSQL 15, 20.5.3 archive_command',
  *judge(project) {
    const commands = archiveCommands(project);
    if (commands.some(({ setting }) => setting.value.value.trim() !== '')) return;
    const modes = settingsNamed(project, 'archive_mode');
    for (const { setting } of commands) {
      const { document } = setting.value;
      const isOn = modes.some(
        (mode) => mode.value.document === document && /^(on|always)$/i.test(mode.value.value),
      );
      if (!isOn || settingsNamed(project, 'archive_library').some(({ value }) => value.value.trim() !== ''))
        continue;
      yield {
        place: setting.name,
        severity: usesEngine(project) ? undefined : 'warning',
        problem: 'archive_command is empty although archive_mode is on: WAL piles up',
        remedy: "set it to 'pgbackrest --stanza=NAME archive-push %p', or archive_mode = off.",
        engineError: 68,
      };
    }
  },
};

export const archiveSettingOverridden: LintRule = {
  name: 'archive-setting-overridden',
  severity: 'warning',
  title: 'ALTER SYSTEM overrides an archiving setting of postgresql.conf',
  consequence:
    'postgresql.auto.conf is read last and wins. Whoever corrects postgresql.conf changes nothing, and sees in it a command that ' +
    'does not run.',
  correct: 'ALTER SYSTEM RESET archive_command;   -- and one value, in postgresql.conf',
  reproduction: `PostgreSQL 15, archive-push in postgresql.conf and \`ALTER SYSTEM SET archive_command = '/bin/true'\`:

\`\`\`
show archive_command;   -- /bin/true
select sourcefile from pg_settings where name = 'archive_command';   -- …/postgresql.auto.conf
\`\`\``,
  source: 'PostgreSQL 15, 20.1.2: postgresql.auto.conf overrides postgresql.conf',
  *judge(project) {
    const names = [
      'archive_mode',
      'archive_command',
      'archive_timeout',
      'archive_library',
      'restore_command',
    ];
    const settings = settingsNamed(project, ...names).filter(
      ({ value }) => value.document.container === undefined,
    );
    const written = settings.filter(
      ({ via, value }) => via === 'postgresql-conf' && !isAutomatic(value.document.file),
    );
    const altered = settings.filter(
      ({ via, value }) => via === 'alter-system' || isAutomatic(value.document.file),
    );
    for (const setting of written) {
      const winner = altered.findLast(
        ({ name }) => name.value.toLowerCase() === setting.name.value.toLowerCase(),
      );
      if (winner === undefined || winner.value.value === setting.value.value) continue;
      if (winner.value.unknown || setting.value.unknown) continue;
      yield {
        place: setting.value,
        problem: `${setting.name.value} is overridden in ${winner.value.document.file}`,
        remedy: `decide for one: ALTER SYSTEM RESET ${setting.name.value} lets this one count.`,
      };
    }
  },
};

function isAutomatic(file: string): boolean {
  return file.endsWith('postgresql.auto.conf');
}
