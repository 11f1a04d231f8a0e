import { assert, array, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDamage } from './check-amcheck.ts';
import { meets } from './check-queries.ts';
import { quoteDatabase, share } from './check-read.ts';
import { compareCounts, describeChanges } from './compare-counts.ts';
import { readMessages } from './wal-heartbeat.ts';

describe('what pg_amcheck prints', () => {
  it('is each damaged relation once, with its first problem', () => {
    const text = [
      'heap table "app.public.orders", block 0, offset 2:',
      '    xmin 4026531839 precedes oldest valid transaction ID 0:726',
      'heap table "app.public.orders", block 1, offset 7:',
      '    line pointer points past the end of the page',
      'btree index "app.public.orders_pkey":',
      '    ERROR:  item order invariant violated for index "orders_pkey"',
      '    DETAIL:  Lower index tid=(1,2)',
    ].join('\n');
    expect(readDamage(text)).toEqual([
      {
        relation: 'app.public.orders',
        problem: 'xmin 4026531839 precedes oldest valid transaction ID 0:726 (block 0, offset 2)',
        problems: 2,
      },
      {
        relation: 'app.public.orders_pkey',
        problem: 'item order invariant violated for index "orders_pkey"',
        problems: 1,
      },
    ]);
    expect(readDamage('')).toEqual([]);
  });
});

describe('what a query was to give', () => {
  it.each([
    ['1.10', '1.10', true],
    ['1.1', '1.10', false],
    ['12', '> 0', true],
    ['0', '> 0', false],
    ['', '>= 0', false],
    [null, '<> 1', false],
    ['-2', '<= -2', true],
    ['x', '> 0', false],
    ['> zero', '> zero', true],
  ] as const)('%s for %s: %s', (value, wanted, met) => {
    expect(meets(value, wanted)).toBe(met);
  });
});

describe('tables dealt out to readers', () => {
  it('are all there, and no reader has more than one table above an equal share', () => {
    const tables = array(record({ bytes: integer({ min: 0, max: 1e9 }) }), { maxLength: 50 });
    assert(
      property(tables, integer({ min: 1, max: 8 }), (items, count) => {
        const shares = share(items, count);
        expect(shares.flat()).toHaveLength(items.length);
        expect(new Set(shares.flat())).toEqual(new Set(items));
        const total = items.reduce((sum, { bytes }) => sum + bytes, 0);
        const largest = Math.max(0, ...items.map(({ bytes }) => bytes));
        for (const own of shares)
          expect(own.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(total / count + largest);
      }),
    );
  });

  it('are asked for in databases of any name', () => {
    expect(quoteDatabase(String.raw`it's = a\b`)).toBe(String.raw`dbname='it\'s = a\\b'`);
  });
});

describe('counts of two drills', () => {
  const rows = (count: number, exact = true) => ({ rows: count, exact, bytes: 0 });

  it('tell losses, and take estimates as rough as they are', () => {
    const earlier = {
      a: rows(100),
      b: rows(100, false),
      c: rows(5),
      d: rows(0),
      e: { ...rows(0), rows: null },
    };
    const later = { a: rows(99), b: rows(91, false), d: rows(3), e: rows(7), f: rows(1) };
    const changes = compareCounts(earlier, later, undefined);
    expect(changes).toEqual({
      vanished: ['c'],
      appeared: 1,
      shrunk: [{ table: 'a', from: 100, to: 99 }],
      grown: 1,
      tooMuch: [],
    });
    expect(describeChanges(changes)).toBe('c vanished; less rows in a (100 to 99)');
    expect(compareCounts(earlier, later, 0.5).tooMuch).toEqual(['c']);
    expect(compareCounts(earlier, later, 0).tooMuch).toEqual(['c', 'a']);
  });
});

describe('messages in WAL', () => {
  const line = (content: string, prefix = 'holdfast'): string =>
    `rmgr: LogicalMessage len (rec/tot):    250/   250, tx:        745, lsn: 0/03000148, prev 0/03000110, desc: MESSAGE transactional, prefix "${prefix}"; payload (${content.length} bytes): ${Buffer.from(content).toString('hex').toUpperCase().replaceAll(/../g, '$& ').trim()}`;

  it('are heartbeats of this stanza, and nothing else is', () => {
    const own = line('{"stanza":"main","at":1790000000000}');
    expect(readMessages(own, 'main')).toEqual([{ xid: 745, lsn: 0x3000148n, at: 1_790_000_000_000 }]);
    expect(readMessages(own, 'other')).toEqual([]);
    expect(readMessages(line('{"stanza":"main","at":1}', 'theirs'), 'main')).toEqual([]);
    expect(readMessages(line('{"stanza":'), 'main')).toEqual([]);
    expect(readMessages(line('{"stanza":"main"}'), 'main')).toEqual([]);
    expect(readMessages('pg_waldump: error: invalid record length', 'main')).toEqual([]);
  });
});
