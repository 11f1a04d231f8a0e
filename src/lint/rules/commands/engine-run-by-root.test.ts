import { expect, test } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import { engineRunByRoot } from './engine-run-by-root.ts';

const backup = 'pgbackrest --stanza=main backup';
const engine = '2.60';

test.each([
  ['a system crontab', { 'etc/cron.d/pgbackrest': `0 2 * * * root ${backup}\n` }],
  ['a service without a user', { 'b.service': `[Service]\nExecStart=/usr/bin/${backup}\n` }],
  ['sudo', { 'a.sh': `sudo ${backup}\n` }],
  ['sudo with a lower priority', { 'a.sh': `sudo nice -n 19 ${backup}\n` }],
])('root by %s is found from 2.59 on', (_, files) => {
  expect(judgeRule(engineRunByRoot, files, { engine })).toHaveLength(1);
  expect(judgeRule(engineRunByRoot, files, { engine: '2.58' })).toEqual([]);
});

test.each([
  ['another user of a system crontab', { 'etc/cron.d/pgbackrest': `0 2 * * * postgres ${backup}\n` }],
  ['root becoming another', { 'etc/cron.d/pgbackrest': `0 2 * * * root su - postgres -c '${backup}'\n` }],
  ['a crontab without users', { crontab: `0 2 * * * ${backup}\n` }],
  ['a service with a user', { 'b.service': `[Service]\nUser=postgres\nExecStart=/usr/bin/${backup}\n` }],
  ['a unit of a user', { '.config/systemd/user/b.service': `[Service]\nExecStart=/usr/bin/${backup}\n` }],
  ['a drop-in', { 'b.service.d/x.conf': `[Service]\nExecStart=\nExecStart=/usr/bin/${backup}\n` }],
  ['sudo to another user', { 'a.sh': `sudo -u postgres ${backup}\nsudo -iu postgres ${backup}\n` }],
  ['a container', { 'a.sh': `sudo docker exec db ${backup}\n` }],
  ['restore', { 'a.sh': 'sudo pgbackrest --stanza=main --delta restore\n' }],
  ['where it is allowed', { 'a.sh': `sudo pgbackrest --allow-root --stanza=main backup\n` }],
])('%s is no root', (_, files) => {
  expect(judgeRule(engineRunByRoot, files, { engine })).toEqual([]);
});
