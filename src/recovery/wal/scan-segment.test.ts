import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { synthesizeSegment } from '../../../test/support/synthetic-wal.ts';
import { crc32cFinish, crc32cStart, crc32cUpdate } from './crc32c.ts';
import { scanSegment } from './scan-segment.ts';

const time = 1_790_000_000_000_000n;

describe('crc32c', () => {
  it('gives the check value of the CRC catalogue', () => {
    const bytes = Buffer.from('123456789');
    expect(crc32cFinish(crc32cUpdate(crc32cStart, bytes, 0, bytes.length))).toBe(0xe3069283);
  });

  it('does not depend on how the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(64), (bytes, cut) => {
        const at = Math.min(cut, bytes.length);
        const whole = crc32cUpdate(crc32cStart, bytes, 0, bytes.length);
        expect(crc32cUpdate(crc32cUpdate(crc32cStart, bytes, 0, at), bytes, at, bytes.length)).toBe(whole);
      }),
    );
  });
});

describe('scanSegment', () => {
  const bytes = synthesizeSegment(1, 7n, [
    { time, xid: 900 },
    { time: time + 1n, name: 'here' },
  ]);

  it('reads commits and restore points and sees the switch', () => {
    const scan = scanSegment(bytes);
    expect(scan?.events.map((event) => [event.kind, event.xid, event.time, event.name])).toEqual([
      ['commit', 900, time, undefined],
      ['restore-point', 0, time + 1n, 'here'],
    ]);
    expect(scan).toMatchObject({ ending: 'switched', beheaded: false, partial: undefined });
  });

  it('never fails on damaged or foreign bytes, and never reports what is not there', () => {
    const known = new Set(
      scanSegment(bytes)?.events.map((event) => `${event.kind} ${event.xid} ${event.time}`),
    );
    const damage = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(damage, fc.boolean(), (changes, checkAll) => {
        const damaged = Buffer.from(bytes.subarray(0, 16_384));
        for (const [at, value] of changes) damaged[at] = value;
        for (const event of scanSegment(damaged, { checkAll })?.events ?? []) {
          expect(known).toContain(`${event.kind} ${event.xid} ${event.time}`);
        }
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (noise) => {
        expect(scanSegment(Buffer.from(noise))?.events ?? []).toEqual([]);
      }),
    );
  });
});
