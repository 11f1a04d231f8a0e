import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EngineVersion, parseEngineVersion } from '../../model/engine-version.ts';
import { readNumber } from './read-option-value.ts';

const old = parseEngineVersion('2.45') as EngineVersion;
const present = parseEngineVersion('2.60') as EngineVersion;

describe('readNumber', () => {
  it.each([
    ['4096', 4096n],
    ['4GiB', 4n * 1024n ** 3n],
    ['4gb', 4n * 1024n ** 3n],
    ['1k', 1024n],
    ['7B', 7n],
    ['4bb', 4n],
    ['4kk', undefined],
    ['4 GB', undefined],
    ['-1', undefined],
    ['1.5GB', undefined],
    ['99999999999999999999', undefined],
    ['8193PiB', undefined],
  ])('size %s', (text, expected) => {
    expect(readNumber('size', text, present)).toBe(expected);
  });

  it.each([
    ['60', 60_000n, 60_000n],
    ['5m', 5000n, 300_000n],
    ['100ms', 100_000n, 100n],
    ['0.1', 100n, undefined],
    ['1H', 1000n, 3_600_000n],
    ['0', 0n, 0n],
    ['0.0', undefined, undefined],
    ['0s', undefined, 0n],
    ['soon', undefined, undefined],
    ['5 m', 5000n, undefined],
  ])('time %s, before 2.53 and since', (text, before, since) => {
    expect(readNumber('time', text, old)).toBe(before);
    expect(readNumber('time', text, present)).toBe(since);
  });

  it('reads every whole number back, and none with something behind it', () => {
    assert(
      property(integer(), (number) => {
        expect(readNumber('integer', String(number), old)).toBe(BigInt(number));
        expect(readNumber('integer', `${number} `, old)).toBeUndefined();
        expect(readNumber('integer', `${number}x`, old)).toBeUndefined();
      }),
    );
  });
});
