import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteIdentifier } from '../../postgres/query.ts';
import { parseTableName } from './parse-table-name.ts';

describe('the name of a table', () => {
  it('is read as SQL reads it', () => {
    expect(parseTableName('Orders')).toEqual({ schema: undefined, name: 'orders' });
    expect(parseTableName('sales."Orders"')).toEqual({ schema: 'sales', name: 'Orders' });
    expect(parseTableName('größe')).toEqual({ schema: undefined, name: 'größe' });
    for (const wrong of ['', 'a.b.c', 'a b', '"a', 'a.', '.a', '""', 'a"b']) {
      expect(() => parseTableName(wrong), wrong).toThrow(/no name of a table/);
    }
  });

  it('comes back from its quoted form', () => {
    const word = fc.string({ minLength: 1, unit: 'grapheme' });
    fc.assert(
      fc.property(word, word, (schema, name) => {
        expect(parseTableName(`${quoteIdentifier(schema)}.${quoteIdentifier(name)}`)).toEqual({
          schema,
          name,
        });
      }),
    );
  });
});
