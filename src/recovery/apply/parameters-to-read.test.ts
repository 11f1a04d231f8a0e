import { expect, it } from 'vitest';
import { parametersToRead } from './parameters-to-read.ts';

const needs = { max_connections: 100, max_worker_processes: 8, max_prepared_transactions: 0 };

it('reads only what a file says or what needs more than is built in', () => {
  const text = "max_connections = 20\n#max_worker_processes = 4\n  MAX_WAL_SENDERS='3'\n";
  expect(parametersToRead(needs, [text])).toEqual(['max_connections']);
  expect(parametersToRead({ ...needs, max_worker_processes: 9 }, [''])).toEqual(['max_worker_processes']);
  expect(parametersToRead({ max_wal_senders: 10 }, ['', text])).toEqual(['max_wal_senders']);
});

it('reads none that is plainly high enough wherever it stands', () => {
  const enough = 'max_connections = 100\t\t# (change requires restart)\nmax_connections 200\n';
  expect(parametersToRead(needs, [enough])).toEqual([]);
  expect(parametersToRead(needs, [enough, 'max_connections = 99\n'])).toEqual(['max_connections']);
  expect(parametersToRead(needs, ["max_connections = '100' # enough\n"])).toEqual([]);
  expect(parametersToRead(needs, ["max_connections = '100\n"])).toEqual(['max_connections']);
  expect(parametersToRead(needs, ['max_connections = 1e3\n'])).toEqual(['max_connections']);
});

it('reads everything that is needed where other files may say something', () => {
  const all = ['max_connections', 'max_worker_processes'];
  expect(parametersToRead(needs, [undefined])).toEqual(all);
  expect(parametersToRead(needs, ["include_dir = 'conf.d'\n"])).toEqual(all);
});
