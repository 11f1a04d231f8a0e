import { describe, expect, it } from 'vitest';
import { parseHistory, parseLsn } from '../../model/wal.ts';
import { buildLedger, listDuplicates, listMissing, listPartials, listStretches } from './ledger.ts';
import { buildChain, isOnChain, segmentOnChain, timelineOfSegment } from './timeline-chain.ts';

const size = 16 * 1024 * 1024;
const history =
  parseHistory('1\t0/5000148\tno recovery target specified\n\n2\t0/8000000\tbefore a time\n') ?? [];
const chain = buildChain(3, history, size);

describe('a timeline with ancestors', () => {
  it('takes the segment of the switch from the newer timeline, as recovery does', () => {
    expect([4n, 5n, 7n, 8n].map((number) => timelineOfSegment(chain, number))).toEqual([1, 2, 2, 3]);
    expect(segmentOnChain(chain, 5n)).toBe('000000020000000000000005');
  });

  it('knows what was left behind', () => {
    const lsn = (text: string): bigint => parseLsn(text) ?? 0n;
    expect(isOnChain(chain, 1, lsn('0/5000148'))).toBe(true);
    expect(isOnChain(chain, 1, lsn('0/5000150'))).toBe(false);
    expect(isOnChain(chain, 3, lsn('F/0'))).toBe(true);
    expect(isOnChain(chain, 4, lsn('0/1'))).toBe(false);
  });
});

describe('a listed archive', () => {
  const file = (name: string, digest = 'a', time = 1): { name: string; size: number; time: number } => ({
    name: `${name.slice(0, 16)}/${name}-${digest.repeat(40)}.zst`,
    size: 10,
    time,
  });
  const ledger = buildLedger(
    [
      file('000000010000000000000003'),
      file('000000010000000000000004'),
      file('000000010000000000000005'),
      file('000000020000000000000005'),
      file('000000020000000000000007'),
      file('000000030000000000000008'),
      file('000000030000000000000008', 'b'),
      { name: '00000002.history', size: 40, time: 1 },
      {
        name: '0000000100000000/000000010000000000000006.partial-'.concat('c'.repeat(40), '.zst'),
        size: 1,
        time: 1,
      },
      { name: '0000000100000000/000000010000000000000003.00000028.backup', size: 1, time: 1 },
    ],
    size,
  );

  it('is cut into stretches at its holes', () => {
    expect(listStretches(ledger, chain)).toEqual([
      { first: 3n, last: 5n },
      { first: 7n, last: 8n },
    ]);
    expect(listMissing(ledger, chain, 3n, 8n)).toEqual(['000000020000000000000006']);
    const salvaged = [{ timeline: 2, number: 6n }];
    expect(listStretches(ledger, chain, salvaged)).toEqual([{ first: 3n, last: 8n }]);
  });

  it('tells segments that were stored with two contents, and the timelines there are', () => {
    expect(listDuplicates(ledger)).toEqual(['000000030000000000000008']);
    expect(listPartials(ledger)).toEqual(['000000010000000000000006.partial']);
    expect(ledger.histories).toEqual([2]);
    expect(ledger.highestTimeline).toBe(3);
  });
});
