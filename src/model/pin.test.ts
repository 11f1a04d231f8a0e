import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describePin, formatPin, parsePin, pinBinds, pinOf } from './pin.ts';

const time = Date.UTC(2027, 0, 1);

describe('a pin', () => {
  it('is written as short text and read back', () => {
    const pin = { until: time, by: 'root@db1', because: 'before the upgrade to 17' };
    const text = 'until=2027-01-01T00:00:00Z by=root@db1 because=before the upgrade to 17';
    expect(formatPin(pin)).toBe(text);
    expect(parsePin(text)).toEqual(pin);
    expect(describePin(pin)).toBe('until 2027-01-01T00:00:00Z (before the upgrade to 17)');
  });

  it('survives its form whatever is in it', () => {
    const word = fc.stringMatching(/^[^\s\p{C}]{1,30}$/u);
    const pins = fc.record({
      until: fc.oneof(
        fc.constant('forever' as const),
        fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
      ),
      by: word,
      because: fc.option(word, { nil: undefined }),
    });
    fc.assert(
      fc.property(pins, (pin) => {
        expect(parsePin(formatPin(pin))).toEqual(pin);
      }),
    );
  });

  it('puts a user with spaces into one word', () => {
    const by = 'root (sudo: anna)@db1';
    expect(parsePin(formatPin({ until: 'forever', by, because: undefined })).by).toBe(
      'root-(sudo:-anna)@db1',
    );
  });

  it('binds until its time, and for ever when it cannot be read', () => {
    expect(pinBinds(parsePin('until=2027-01-01T00:00:00Z'), time - 1)).toBe(true);
    expect(pinBinds(parsePin('until=2027-01-01T00:00:00Z'), time)).toBe(false);
    for (const text of ['keep me', 'until=soon', 'until=', 'forever'])
      expect(pinBinds(parsePin(text), Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  it('is none where the annotation is empty', () => {
    expect(pinOf({ annotations: { 'holdfast-pin': '' } })).toBeUndefined();
    expect(pinOf({ annotations: {} })).toBeUndefined();
  });
});
