import { describe, expect, it } from 'vitest';
import { columnsWithoutValue, type ComparedTable, matchTable, rowsQuery } from './match-table.ts';
import type { ColumnFacts, TableFacts } from './table-facts.ts';

const column = (name: string, more: Partial<ColumnFacts> = {}): ColumnFacts => ({
  name,
  type: 'integer',
  bareType: 'integer',
  baseType: 'int4',
  notNull: false,
  hasDefault: false,
  identity: undefined,
  generated: false,
  ...more,
});

const table = (more: Partial<TableFacts> = {}): TableFacts => ({
  schema: 'public',
  name: 't',
  kind: 'r',
  persistence: 'p',
  hasRules: false,
  columns: [column('v'), column('id', { notNull: true })],
  keys: [['id']],
  uniqueIndexes: 1,
  foreignKeys: [],
  referredBy: [],
  triggers: [],
  sequences: [],
  partitions: [],
  heirs: [],
  partOf: undefined,
  ...more,
});

const match = (copy: TableFacts, live: TableFacts | undefined): ReturnType<typeof matchTable> =>
  matchTable({ copy, live, liveRoot: undefined, detached: [] });

function compare(copy: TableFacts, live: TableFacts): ComparedTable {
  const item = match(copy, live);
  if (item.kind !== 'compare') throw new Error(`not compared: ${JSON.stringify(item)}`);
  return item;
}

describe('what is done about a table', () => {
  it('is refused with a reason, or it comes back whole', () => {
    expect(match(table({ persistence: 'u' }), table())).toMatchObject({ kind: 'refuse' });
    expect(match(table({ kind: 'v' }), undefined)).toMatchObject({ kind: 'refuse' });
    expect(match(table(), table({ kind: 'p' }))).toMatchObject({ kind: 'refuse' });
    expect(match(table(), table({ hasRules: true }))).toMatchObject({ kind: 'refuse' });
    expect(match(table(), undefined)).toMatchObject({ kind: 'create', shown: 'public.t' });
  });

  it('takes a key only when both have it, and puts it first', () => {
    const both = compare(table(), table());
    expect(both.key).toEqual(['id']);
    expect(both.common.map(({ live }) => live.name)).toEqual(['id', 'v']);
    expect(rowsQuery(both, 'live', undefined)).toBe(
      'SELECT true, t."id", t."v" FROM ONLY "public"."t" AS t ORDER BY t."id"',
    );
    const lost = compare(table(), table({ keys: [] }));
    expect(lost).toMatchObject({ key: undefined, keyOrders: ['text', 'text'] });
    expect(lost.notes.join()).toContain('whole rows were compared');
  });

  it('maps columns by their names and says what became of the others', () => {
    const was = table({
      columns: [column('id', { notNull: true }), column('gone'), column('kind', { type: 'text' })],
    });
    const needed = column('needed', { notNull: true });
    const now = table({
      columns: [
        column('id', { notNull: true }),
        column('kind', { type: 'character varying(5)' }),
        needed,
        column('filled', { notNull: true, hasDefault: true }),
        column('computed', { generated: true }),
      ],
    });
    const item = compare(was, now);
    expect(item.extras.map(({ name }) => name)).toEqual(['needed', 'filled']);
    expect(columnsWithoutValue(item)).toEqual(['needed']);
    expect(item.notes).toEqual([
      expect.stringContaining('column gone is gone'),
      expect.stringContaining('column needed came since'),
      expect.stringContaining('column filled came since'),
      expect.stringContaining('column kind was text and is character varying(5)'),
    ]);
    expect(rowsQuery(item, 'copy', 'id > 1')).toBe(
      'SELECT ((id > 1\n) IS TRUE), t."id", (t."kind")::character varying(5) FROM ONLY "public"."t" AS t ORDER BY t."id"',
    );
  });
});
