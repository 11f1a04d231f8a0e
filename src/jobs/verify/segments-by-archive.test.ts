import { expect, it } from 'vitest';
import { segmentsByArchive } from './segments-by-archive.ts';

it('keeps equal names of two archives apart, and passes over what is no whole segment', () => {
  const [one, two] = ['000000010000000000000006', '000000010000000000000007'];
  const sum = 'a'.repeat(40);
  const files = [
    'archive.info',
    '14-1',
    '14-1/00000002.history',
    `14-1/0000000100000000/${one}-${sum}.gz`,
    '15-2/0000000100000000',
    `15-2/0000000100000000/${two}-${sum}`,
    `15-2/0000000100000000/${one}.partial-${sum}.gz`,
    `15-2/0000000100000000/${one}-${sum}.gz.pgbackrest.tmp`,
  ];
  expect(segmentsByArchive(files)).toEqual(
    new Map([
      ['14-1', new Set([one])],
      ['15-2', new Set([two])],
    ]),
  );
});
