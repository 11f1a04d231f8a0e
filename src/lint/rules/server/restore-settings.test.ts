import { describe, expect, it } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import {
  recoverySettingRemoved,
  recoveryTargetWithoutAction,
  recoveryTargetWithoutZone,
  restoreCommandIncomplete,
  restoreCommandStanza,
} from './restore-settings.ts';

const conf = (text: string) => ({ 'postgresql.conf': text });
const engine = { 'pgbackrest.conf': '[global]\nrepo1-path=/r\n[main]\npg1-path=/d\n' };

describe('rules about recovery settings', () => {
  it.each<[string, LintRule, Record<string, string>, string[]]>([
    [
      'restore_command without a stanza',
      restoreCommandStanza,
      conf(`restore_command = 'pgbackrest archive-get %f "%p"'`),
      ['1: pgbackrest archive-get %f "%p"'],
    ],
    [
      'restore_command with another stanza',
      restoreCommandStanza,
      { ...conf(`restore_command = 'pgbackrest --stanza=demo archive-get %f "%p"'`), ...engine },
      ['1: demo'],
    ],
    [
      'restore_command with a variable for the stanza',
      restoreCommandStanza,
      { ...conf(`restore_command = 'pgbackrest --stanza=$STANZA archive-get %f "%p"'`), ...engine },
      [],
    ],
    [
      'restore_command without %p',
      restoreCommandIncomplete,
      conf(`restore_command = 'pgbackrest --stanza=main archive-get %f'`),
      ['1: pgbackrest --stanza=main archive-get %f'],
    ],
    [
      'a target without a zone',
      recoveryTargetWithoutZone,
      conf(`recovery_target_time = '2026-11-20 10:30:00'`),
      ['1: 2026-11-20 10:30:00'],
    ],
    [
      'a target with a zone',
      recoveryTargetWithoutZone,
      conf(`recovery_target_time = '2026-11-20 10:30:00+00'`),
      [],
    ],
    [
      'a target without an action',
      recoveryTargetWithoutAction,
      conf(`recovery_target_lsn = '0/1'`),
      ['1: recovery_target_lsn'],
    ],
    [
      'a target with an action',
      recoveryTargetWithoutAction,
      conf(`recovery_target_lsn = '0/1'\nrecovery_target_action = 'promote'`),
      [],
    ],
    ['standby_mode', recoverySettingRemoved, conf('standby_mode = on'), ['1: standby_mode']],
    ['hot_standby', recoverySettingRemoved, conf('hot_standby = on'), []],
  ])('%s', (_, rule, files, expected) => {
    expect(judgeRule(rule, files)).toEqual(expected);
  });
});
