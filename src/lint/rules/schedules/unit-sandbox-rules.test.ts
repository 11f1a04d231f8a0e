import { expect, test } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import { unitPrivateLockPath } from './unit-sandbox-rules.ts';

const service = (line: string, program = 'pgbackrest --stanza=main backup') => ({
  'b.service': `[Service]\nUser=postgres\n${line}\nExecStart=/usr/bin/${program}\n`,
});
const conf = (line: string) => ({ 'pgbackrest.conf': `[global]\nrepo1-path=/b\n${line}\n` });

test('a private /tmp with the locks in it is found', () => {
  expect(judgeRule(unitPrivateLockPath, service('PrivateTmp=yes'))).toEqual(['3: PrivateTmp']);
  expect(judgeRule(unitPrivateLockPath, { ...service('PrivateTmp=true'), ...conf('') })).toHaveLength(1);
});

test.each([
  ['no private /tmp', service('PrivateTmp=no')],
  ['locks elsewhere', { ...service('PrivateTmp=yes'), ...conf('lock-path=/run/pgbackrest') }],
  ['another program', service('PrivateTmp=yes', 'pgbackrest_exporter')],
])('%s is left alone', (_, files) => {
  expect(judgeRule(unitPrivateLockPath, files)).toEqual([]);
});
