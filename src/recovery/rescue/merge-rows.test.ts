import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nullField, readField } from './copy-text.ts';
import {
  compareKeys,
  mergeRows,
  type RowDifference,
  type RowLayout,
  type StreamedRow,
} from './merge-rows.ts';

/** As the server writes a field: copyto.c, CopyAttributeOutText. */
function writeField(value: string | null): string {
  if (value === null) return nullField;
  const letters: Record<string, string> = {
    '\b': 'b',
    '\f': 'f',
    '\n': 'n',
    '\r': 'r',
    '\t': 't',
    '\v': 'v',
  };
  return value.replaceAll(/[\b\f\n\r\t\v\\]/g, (letter) => `\\${letters[letter] ?? letter}`);
}

/** Every other row comes with a delay, so that both ways of waiting are gone. */
function sourceOf(rows: readonly StreamedRow[]): {
  next: () => StreamedRow | undefined | Promise<StreamedRow | undefined>;
} {
  let index = -1;
  return {
    next: () => {
      index += 1;
      return index % 2 === 0 ? rows[index] : Promise.resolve(rows[index]);
    },
  };
}

const sorted = (rows: readonly StreamedRow[], layout: RowLayout): StreamedRow[] =>
  rows.toSorted((a, b) => compareKeys(a.fields, b.fields, layout.key));

async function merge(
  copy: readonly StreamedRow[],
  live: readonly StreamedRow[],
  layout: RowLayout,
): Promise<string[]> {
  const told: RowDifference[] = [];
  const counts = await mergeRows(
    sourceOf(sorted(copy, layout)),
    sourceOf(sorted(live, layout)),
    layout,
    (one) => void told.push(one),
  );
  expect([counts.copy, counts.live]).toEqual([copy.length, live.length]);
  expect(counts.missing + counts.changed + counts.new).toBe(told.length);
  return told.map(show).toSorted();
}

const show = (difference: RowDifference): string =>
  JSON.stringify([
    difference.kind,
    'was' in difference ? difference.was.fields : null,
    'is' in difference ? difference.is.fields : null,
  ]);

const text = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom('a', 'a\n', 'a\t', 'a\\', '\\N', ''))
  .map((value) => Buffer.from(value, 'utf8').toString('latin1'));

describe('the merge of two ordered streams', () => {
  it('tells the same as a look at each row by its key', async () => {
    const rows = fc
      .array(
        fc.record({
          number: fc.oneof(
            fc.bigInt({ min: -4n, max: 4n }),
            fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
          ),
          word: text,
          value: text,
          selected: fc.boolean(),
        }),
        { maxLength: 12 },
      )
      .map((found) => {
        const byKey = new Map<string, StreamedRow>();
        for (const { number, word, value, selected } of found) {
          const fields = [String(number), writeField(word), writeField(value)];
          byKey.set(JSON.stringify(fields.slice(0, 2)), { selected, fields });
        }
        return byKey;
      });
    const layout: RowLayout = { key: ['integer', 'text'], common: 3 };
    await fc.assert(
      fc.asyncProperty(rows, rows, async (copy, live) => {
        const expected: RowDifference[] = [];
        for (const [key, was] of copy) {
          const is = live.get(key);
          if (is === undefined && was.selected) expected.push({ kind: 'missing', was });
          if (is !== undefined && is.fields[2] !== was.fields[2] && (was.selected || is.selected))
            expected.push({ kind: 'changed', was, is });
        }
        for (const [key, is] of live) if (!copy.has(key) && is.selected) expected.push({ kind: 'new', is });
        expect(await merge([...copy.values()], [...live.values()], layout)).toEqual(
          expected.map(show).toSorted(),
        );
      }),
    );
  });

  it('counts equal rows of a table without a key', async () => {
    const value = fc
      .oneof(fc.constantFrom('a', 'b', 'NULL'), text)
      .map((one) => (one === 'NULL' ? null : one));
    const rows = fc
      .array(fc.record({ a: value, b: value }), { maxLength: 10 })
      .map((found) =>
        found.map(({ a, b }): StreamedRow => ({ selected: true, fields: [writeField(a), writeField(b)] })),
      );
    const layout: RowLayout = { key: ['text', 'text'], common: 2 };
    await fc.assert(
      fc.asyncProperty(rows, rows, async (copy, live) => {
        const left = [...live];
        const missing = copy.filter((was) => {
          const index = left.findIndex(({ fields }) => fields.join('\t') === was.fields.join('\t'));
          if (index >= 0) left.splice(index, 1);
          return index < 0;
        });
        const expected: RowDifference[] = [
          ...missing.map((was) => ({ kind: 'missing', was }) as const),
          ...left.map((is) => ({ kind: 'new', is }) as const),
        ];
        expect(await merge(copy, live, layout)).toEqual(expected.map(show).toSorted());
      }),
    );
  });

  it('refuses a stream that is not in order', async () => {
    const rows = ['2', '1'].map((id): StreamedRow => ({ selected: true, fields: [id] }));
    const wrong = mergeRows(sourceOf(rows), sourceOf([]), { key: ['integer'], common: 1 }, () => {});
    await expect(wrong).rejects.toThrow(/not in order/);
  });

  it('reads what the server escaped', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        expect(readField(writeField(value))).toBe(value);
      }),
    );
    expect(readField(nullField)).toBeUndefined();
  });
});
