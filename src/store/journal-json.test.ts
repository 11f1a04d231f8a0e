import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJson, encodeJson } from './journal-json.ts';

describe('journal JSON', () => {
  it('keeps bigints that a double could not', () => {
    const value = { lsn: 2n ** 63n, deep: [{ negative: -1n }], text: '12' };
    expect(decodeJson(encodeJson(value))).toEqual(value);
  });

  it('gives back whatever JSON can hold, and bigints', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.bigInt());
    const tree = fc.letrec((tie) => ({
      node: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('node')), fc.dictionary(fc.string(), tie('node'))),
    })).node;
    fc.assert(
      fc.property(tree, (value) => {
        // The two names that no fact of ours has.
        fc.pre(!/"(\$bigint|__proto__)"/.test(encodeJson(value).replaceAll(/\{"\$bigint":"-?\d+"\}/g, '0')));
        expect(decodeJson(encodeJson(value))).toEqual(value);
      }),
    );
  });

  it('leaves an object alone that only looks alike', () => {
    const value = { $bigint: 'twelve' };
    expect(decodeJson(encodeJson(value))).toEqual(value);
  });
});
