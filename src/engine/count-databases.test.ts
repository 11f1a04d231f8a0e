import { expect, it } from 'vitest';
import { parseDatabases } from './count-databases.ts';

it('counts the databases of a set, none when the set has none, and knows that a set has gone', () => {
  const answer = (backup: unknown): string => JSON.stringify([{ name: 'main', backup }]);
  expect(
    parseDatabases(
      answer([
        {
          'database-ref': [
            { name: 'a', oid: 1 },
            { name: 'b', oid: 2 },
          ],
        },
      ]),
    ),
  ).toBe(2);
  expect(parseDatabases(answer([{ 'database-ref': null }]))).toBe(0);
  expect(parseDatabases(answer([]))).toBeUndefined();
  expect(parseDatabases('[]')).toBeUndefined();
});
