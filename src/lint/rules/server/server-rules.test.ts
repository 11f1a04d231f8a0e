import { describe, expect, it } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import { archiveCommandOtherStanza, archiveCommandWithoutStanza } from './archive-command-stanza.ts';
import { archiveCommandSucceedsWithoutArchiving } from './archive-command-success.ts';
import {
  archiveCommandHidesErrors,
  archiveCommandNotTheEngine,
  archiveCommandOverwrites,
  archiveCommandWithoutSegment,
} from './archive-command-words.ts';
import {
  archiveLibrarySet,
  archiveModeAlways,
  archiveModeMissing,
  archiveModeOff,
  walLevelMinimal,
} from './archive-mode.ts';
import { archiveCommandEmpty, archiveSettingOverridden } from './archive-setting-source.ts';
import { archiveTimeoutAgainstObjective } from './archive-timeout.ts';
import { serverRules } from './server-rules.ts';

const push = 'pgbackrest --stanza=main archive-push %p';
const conf = (text: string) => ({ 'postgresql.conf': text });
const good = `archive_mode = on\narchive_command = '${push}'\nwal_level = replica\nrestore_command = 'pgbackrest --stanza=main archive-get %f "%p"'\n`;
const engine = { 'pgbackrest.conf': '[global]\nrepo1-path=/r\n[main]\npg1-path=/d\n' };

describe('rules about the settings of a server', () => {
  it.each(serverRules.rules.map((rule) => [rule.name, rule] as const))(
    '%s says nothing of what is right',
    (_, rule) => {
      expect(judgeRule(rule, { ...conf(good), ...engine })).toEqual([]);
      expect(
        judgeRule(rule, {
          'patroni.yml': `postgresql:\n  parameters:\n    archive_mode: "on"\n    archive_command: "{{ archive_command }}"\n`,
        }),
      ).toEqual([]);
    },
  );

  it.each<[string, LintRule, Record<string, string>, string[]]>([
    [
      'an empty command',
      archiveCommandEmpty,
      conf(`archive_mode = on\narchive_command = ''`),
      ['2: archive_command'],
    ],
    [
      'an empty command, archiving off',
      archiveCommandEmpty,
      conf(`archive_mode = off\narchive_command = ''`),
      [],
    ],
    [
      'an empty command that ALTER SYSTEM fills',
      archiveCommandEmpty,
      {
        ...conf(`archive_mode = on\narchive_command = ''`),
        'postgresql.auto.conf': `archive_command = '${push}'\n`,
      },
      [],
    ],
    [
      'a command that ALTER SYSTEM overrides',
      archiveSettingOverridden,
      { ...conf(`archive_command = '${push}'`), 'postgresql.auto.conf': `archive_command = '/bin/true'\n` },
      [`1: ${push}`],
    ],
    [
      'the same in both files',
      archiveSettingOverridden,
      { ...conf(`archive_command = '${push}'`), 'postgresql.auto.conf': `archive_command = '${push}'\n` },
      [],
    ],
    [
      'a guard that ends with 0',
      archiveCommandSucceedsWithoutArchiving,
      conf(`archive_mode = on\narchive_command = 'test ! -f /c && exit 0 || ${push}'`),
      [`2: test ! -f /c && exit 0 || ${push}`],
    ],
    [
      'a placeholder in the stanza',
      archiveCommandSucceedsWithoutArchiving,
      {
        'patroni.yml': `postgresql:\n  parameters:\n    archive_command: "${push.replace('main', '{{ s }}')} || true"\n`,
      },
      [`3: ${push.replace('main', '{{ s }}')} || true`],
    ],
    [
      'the other branch of a template',
      archiveCommandSucceedsWithoutArchiving,
      {
        'patroni.yml.j2': `postgresql:\n  parameters:\n    {% if backups %}\n    archive_command: '${push}'\n    {% else %}\n    archive_command: '/bin/true'\n    {% endif %}\n`,
      },
      [],
    ],
    [
      'a script that pushes',
      archiveCommandSucceedsWithoutArchiving,
      conf(`archive_command = '/usr/local/bin/pgbackrest-archive-push-wrapper.sh %p'`),
      [],
    ],
    [
      'archiving off',
      archiveCommandSucceedsWithoutArchiving,
      conf(`archive_mode = off\narchive_command = '/bin/true'`),
      [],
    ],
    [
      'no stanza',
      archiveCommandWithoutStanza,
      conf(`archive_command = 'pgbackrest archive-push %p'`),
      ['1: pgbackrest archive-push %p'],
    ],
    [
      'the stanza in the environment',
      archiveCommandWithoutStanza,
      { ...conf(`archive_command = 'pgbackrest archive-push %p'`), '.env': 'PGBACKREST_STANZA=main\n' },
      [],
    ],
    [
      'the stanza in front of the command',
      archiveCommandWithoutStanza,
      conf(`archive_command = 'PGBACKREST_STANZA=main pgbackrest archive-push %p'`),
      [],
    ],
    [
      'another stanza',
      archiveCommandOtherStanza,
      { ...conf(`archive_command = 'pgbackrest --stanza=demo archive-push %p'`), ...engine },
      ['1: demo'],
    ],
    [
      'another stanza, with the data directory given',
      archiveCommandOtherStanza,
      { ...conf(`archive_command = 'pgbackrest --stanza=demo --pg1-path=/d archive-push %p'`), ...engine },
      [],
    ],
    [
      'a stanza that is a placeholder in the configuration',
      archiveCommandOtherStanza,
      { ...conf(`archive_command = '${push}'`), 'pgbackrest.conf': '[{{ stanza }}]\npg1-path=/d\n' },
      [],
    ],
    [
      '%f for %p',
      archiveCommandWithoutSegment,
      conf(`archive_command = 'pgbackrest --stanza=main archive-push %f'`),
      ['1: pgbackrest --stanza=main archive-push %f'],
    ],
    [
      '"%p"',
      archiveCommandWithoutSegment,
      conf(`archive_command = 'pgbackrest --stanza=main archive-push "%p"'`),
      [],
    ],
    [
      'cp beside pgbackrest backups',
      archiveCommandNotTheEngine,
      { ...conf(`archive_command = 'cp %p /a/%f'`), ...engine },
      ['1: cp %p /a/%f'],
    ],
    ['cp without pgbackrest', archiveCommandNotTheEngine, conf(`archive_command = 'cp %p /a/%f'`), []],
    [
      'a script with the word in its name',
      archiveCommandNotTheEngine,
      { ...conf(`archive_command = '/usr/local/bin/pgbackrest-push.sh %p'`), ...engine },
      [],
    ],
    [
      'errors thrown away',
      archiveCommandHidesErrors,
      conf(`archive_command = '${push} 2>/dev/null'`),
      ['1: 2>/dev/null'],
    ],
    [
      'errors kept in a log',
      archiveCommandHidesErrors,
      conf(`archive_command = '${push} 2>>/var/log/p.log'`),
      [],
    ],
    ['a bare cp', archiveCommandOverwrites, conf(`archive_command = 'cp %p /a/%f'`), ['1: cp %p /a/%f']],
    ['cp -n', archiveCommandOverwrites, conf(`archive_command = 'cp -n %p /a/%f'`), []],
    [
      'the example of the manual',
      archiveCommandOverwrites,
      conf(`archive_command = 'test ! -f /a/%f && cp %p /a/%f'`),
      [],
    ],
    ['archive_mode off', archiveModeOff, conf(`archive_mode = off\narchive_command = '${push}'`), ['1: off']],
    ['archive_mode off and nothing to archive', archiveModeOff, conf(`archive_mode = off\n`), []],
    ['archive_mode not set', archiveModeMissing, conf(`archive_command = '${push}'`), ['1: archive_command']],
    [
      'archive_mode in a file that is included',
      archiveModeMissing,
      conf(`archive_command = '${push}'\ninclude_dir = 'conf.d'`),
      [],
    ],
    [
      'lines to be added, in a document',
      archiveModeMissing,
      { 'README.md': `\`\`\`ini\narchive_command = '${push}'\nwal_level = replica\n\`\`\`\n` },
      [],
    ],
    [
      'archive_mode always',
      archiveModeAlways,
      conf(`archive_mode = always\narchive_command = '${push}'`),
      ['1: always'],
    ],
    [
      'archive_mode always, the check switched off',
      archiveModeAlways,
      {
        ...conf(`archive_mode = always\narchive_command = '${push}'`),
        'pgbackrest.conf': '[global]\narchive-mode-check=n\n',
      },
      [],
    ],
    [
      'wal_level minimal',
      walLevelMinimal,
      conf(`wal_level = minimal\narchive_command = '${push}'`),
      ['1: minimal'],
    ],
    ['wal_level minimal without archiving', walLevelMinimal, conf(`wal_level = minimal\n`), []],
    [
      'a library beside the command',
      archiveLibrarySet,
      conf(`archive_library = 'basic_archive'\narchive_command = '${push}'`),
      ['1: basic_archive'],
    ],
    [
      'no library beside the command',
      archiveLibrarySet,
      conf(`archive_library = ''\narchive_command = '${push}'`),
      [],
    ],
    [
      'an objective of a minute, a timeout of a minute',
      archiveTimeoutAgainstObjective,
      {
        'README.md': `RPO: < 1 minute\n\n\`\`\`ini\narchive_mode = on\narchive_command = '${push}'\narchive_timeout = 60\n\`\`\`\n`,
      },
      ['6: 60'],
    ],
    [
      'an objective of five minutes, a timeout of a minute',
      archiveTimeoutAgainstObjective,
      {
        'README.md': `RPO: 5 minutes\n\n\`\`\`ini\narchive_mode = on\narchive_command = '${push}'\narchive_timeout = 1min\n\`\`\`\n`,
      },
      [],
    ],
    [
      'an objective and no timeout',
      archiveTimeoutAgainstObjective,
      {
        'README.md': `RPO: 5 minutes\n\n\`\`\`ini\narchive_mode = on\narchive_command = '${push}'\n\`\`\`\n`,
      },
      ['5: archive_command'],
    ],
    ['a long timeout and no promise', archiveTimeoutAgainstObjective, conf('archive_timeout = 3600'), []],
  ])('%s', (_, rule, files, expected) => {
    expect(judgeRule(rule, files)).toEqual(expected);
  });

  it('knows on which output the engine of a version writes its errors', () => {
    const files = conf(`archive_command = '${push} >/dev/null'`);
    expect(judgeRule(archiveCommandHidesErrors, files, { engine: '2.45' })).toEqual([]);
    expect(judgeRule(archiveCommandHidesErrors, files, { engine: '2.55' })).toEqual(['1: >/dev/null']);
    const both = conf(`archive_command = '${push} >/dev/null 2>&1'`);
    expect(judgeRule(archiveCommandHidesErrors, both, { engine: '2.45' })).toEqual(['1: >/dev/null']);
  });
});
