import { expect, test } from 'vitest';
import { parseShell } from './parse-shell.ts';

test('what people nest is read', () => {
  const text = `${'$('.repeat(20)}pgbackrest info${')'.repeat(20)}`;
  expect(parseShell(text).commands).toHaveLength(1);
});

test.each([
  ['open', '$('.repeat(30_000)],
  ['closed', '$('.repeat(20_000) + ')'.repeat(20_000)],
])('text that is nested without sense and %s is nothing, at once', (_, text) => {
  const start = process.cpuUsage();
  expect(parseShell(text).commands).toEqual([]);
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(500);
});
