import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { LineSplitter } from './line-splitter.ts';

test('gives the lines back however the bytes were cut', () => {
  const lines = fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', '')));
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 9 }), (texts, size) => {
      const splitter = new LineSplitter(10_000);
      const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
      const found: (string | undefined)[] = [];
      for (let at = 0; at < bytes.length; at += size)
        found.push(...splitter.push(bytes.subarray(at, at + size)));
      expect(found).toEqual(texts);
    }),
  );
});

test('a line that is too long is told at once, complete or not', () => {
  expect(new LineSplitter(3).push(Buffer.from('abc\nabcd\n'))).toEqual(['abc', undefined]);
  const splitter = new LineSplitter(3);
  expect(splitter.push(Buffer.from('abc'))).toEqual([]);
  expect(splitter.push(Buffer.from('d'))).toEqual([undefined]);
});
