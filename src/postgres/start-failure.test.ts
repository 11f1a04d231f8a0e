import { expect, it } from 'vitest';
import { classifyStartFailure } from './start-failure.ts';

it.each([
  [
    'parameter-too-low',
    'FATAL:  hot standby is not possible because max_connections = 10 is a lower setting than on the master server (its value was 100)',
    { max_connections: 100 },
  ],
  [
    'parameter-too-low',
    'DETAIL:  max_worker_processes = 4 is a lower setting than on the primary server, where its value was 8.',
    { max_worker_processes: 8 },
  ],
  [
    'target-not-reached',
    '2026-11-20 10:00:00 UTC [7] FATAL:  recovery ended before configured recovery target was reached',
    {},
  ],
  ['lock-file', 'FATAL:  lock file "postmaster.pid" already exists', {}],
  ['port-in-use', 'FATAL:  lock file "/tmp/.s.PGSQL.5432.lock" already exists', {}],
  ['version', 'FATAL:  database files are incompatible with server', {}],
  ['disk-full', 'FATAL:  could not write lock file "postmaster.pid": No space left on device', {}],
  ['unknown', 'PANIC:  something new', {}],
])('recognises %s', (cause, line, parameters) => {
  const found = classifyStartFailure([
    'LOG:  starting PostgreSQL',
    line,
    'LOG:  database system is shut down',
  ]);
  expect(found).toMatchObject({ cause, parameters });
  expect(found.line).toMatch(/^(FATAL|DETAIL|PANIC):/);
});

it('has nothing to say of an empty log', () => {
  expect(classifyStartFailure([])).toEqual({ cause: 'unknown', line: undefined, parameters: {} });
});
