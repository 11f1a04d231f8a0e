import { expect, it } from 'vitest';
import { readPostgresUnit } from './server-control.ts';

it.each([
  ['0::/system.slice/system-postgresql.slice/postgresql@15-main.service\n', 'postgresql@15-main.service'],
  ['0::/system.slice/postgresql-15.service\n', 'postgresql-15.service'],
  [
    '12:pids:/system.slice/postgresql.service\n1:name=systemd:/system.slice/postgresql.service\n',
    'postgresql.service',
  ],
  ['0::/system.slice/patroni.service\n', undefined],
  ['0::/user.slice/user-0.slice/session-3.scope\n', undefined],
  ['0::/\n', undefined],
])('reads the unit out of %j', (cgroup, unit) => {
  expect(readPostgresUnit(cgroup)).toBe(unit);
});
