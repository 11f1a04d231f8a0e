import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Commit, CommitList } from './commit-list.ts';

it('keeps what it was given, and finds the last commit before any position', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 3000 }),
      fc.nat(2_000_000),
      (gaps, at) => {
        const list = new CommitList();
        let position = 0x7000_0000_0000n;
        const given: Commit[] = gaps.map((gap, index) => {
          position += BigInt(gap);
          const lsn = position;
          position += 40n;
          return { lsn, endLsn: position, xid: 0xffff_fff0 - index, time: BigInt(index) - 5n };
        });
        for (const commit of given) list.push(commit);
        expect(list.length).toBe(given.length);
        const asked = 0x7000_0000_0000n + BigInt(at);
        const last = given.findLastIndex(({ endLsn }) => endLsn <= asked);
        expect(list.lastEndingBy(asked)).toBe(last);
        expect(list.at(last)).toEqual(given[last]);
        expect(list.at(given.length)).toBeUndefined();
      },
    ),
    { numRuns: 30 },
  );
});
