import { expect, test } from 'vitest';
import { Failure } from './failure.ts';
import { readFailure } from './read-failure.ts';

test('what toJSON wrote is read again', () => {
  const failure = new Failure('lease-held', {
    operation: 'back up',
    place: 'main',
    problem: 'db2 backs it up',
    hint: 'Wait.',
    details: { host: 'db2' },
  });
  expect(readFailure(JSON.parse(JSON.stringify(failure)))?.toJSON()).toEqual(failure.toJSON());
  const short = new Failure('usage', { operation: 'x', problem: 'y' });
  expect(readFailure(short.toJSON())?.toJSON()).toEqual(short.toJSON());
});

test('what is no failure of the list is none', () => {
  for (const value of [undefined, null, 'x', {}, { kind: 'bug' }, { kind: 'toString' }, { kind: 7 }])
    expect(readFailure(value)).toBeUndefined();
});
