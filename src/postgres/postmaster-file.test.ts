import { assert, property, string } from 'fast-check';
import { expect, it } from 'vitest';
import { parsePostmasterFile } from './postmaster-file.ts';

it('reads what a running server writes', () => {
  const text = '4711\n/data\n1700000000\n5433\n/run/postgresql\nlocalhost\n  5432001   98765\nready   \n';
  expect(parsePostmasterFile(text)).toEqual({
    pid: 4711,
    dataDirectory: '/data',
    startTime: 1_700_000_000,
    port: 5433,
    socketDirectory: '/run/postgresql',
    sharedMemoryId: 98_765,
    status: 'ready',
  });
});

it('reads a standalone backend, and nothing out of an empty or foreign file', () => {
  expect(parsePostmasterFile('-42\n/data\n')?.pid).toBe(42);
  expect(parsePostmasterFile('')).toBeUndefined();
  assert(
    property(string(), (text) => {
      const file = parsePostmasterFile(text);
      return file === undefined || file.pid > 0;
    }),
  );
});
