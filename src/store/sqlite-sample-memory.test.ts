import * as fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal } from './open-journal.ts';
import type { SampleMemory } from './sample-memory.ts';

const minute = 60_000;
const day = 1440 * minute;
const start = Date.UTC(2026, 10, 21);
const database = { systemIdentifier: 7_388_119_204_571_283_001n, timeline: 1, sequence: 1 };

function withMemory(work: (memory: SampleMemory) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'hf-c-samples-'));
  try {
    using journal = openJournal(directory, { owner: undefined, now: () => start });
    work(journal.samples);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('remembered measurements', () => {
  it('come back in order, by stanza and name, from a moment on', () => {
    withMemory((memory) => {
      memory.note('main', start + 2, { wal: 3, free: 9.5 });
      memory.note('main', start + 1, { wal: 2 });
      memory.note('other', start + 1, { wal: 7 });
      memory.note('main', start + 2, { wal: 4 });
      expect(memory.samples('main', 'wal', start)).toEqual([
        { at: start + 1, value: 2 },
        { at: start + 2, value: 4 },
      ]);
      expect(memory.samples('main', 'free', start + 2)).toEqual([{ at: start + 2, value: 9.5 }]);
      expect(memory.samples('main', 'wal', start + 3)).toEqual([]);
    });
  });
});

describe('remembered heartbeats', () => {
  it('are found by what WAL holds, also at positions beyond what a number can say', () => {
    withMemory((memory) => {
      const high = 0xfff_ffff_0000_0000n;
      for (const [at, lsn] of [
        [1, 0x9_0000n],
        [2, 0x10_0000n],
        [3, high],
      ] as const)
        memory.noteHeartbeat('main', { ...database, lsn, at: start + at });
      const before = (lsn: bigint) => memory.heartbeatBefore('main', database, lsn)?.at;
      expect([0x8_ffffn, 0x9_0000n, 0xf_ffffn, 0x10_0000n, high - 1n, high].map(before)).toEqual(
        [undefined, 1, 1, 2, 2, 3].map((at) => (at === undefined ? undefined : start + at)),
      );
      const other = { ...database, systemIdentifier: 1n };
      expect(memory.heartbeatBefore('main', other, high)).toBeUndefined();
      expect(memory.heartbeatBefore('main', { ...database, timeline: 2 }, high)).toBeUndefined();
      expect(memory.lastHeartbeat('main')).toEqual({ ...database, lsn: high, at: start + 3 });
      expect(memory.lastHeartbeat('other')).toBeUndefined();
    });
  });
});

describe('what is old', () => {
  const ages = fc.uniqueArray(fc.integer({ min: 0, max: 900 * 24 * 60 }), { minLength: 1, maxLength: 60 });
  /** Whether nothing younger lies in the same period. */
  const isLast = (age: number, all: readonly number[], period: number): boolean => {
    const of = (one: number): number => Math.floor((start - one * minute) / period);
    return !all.some((other) => other < age && of(other) === of(age));
  };

  it('becomes fewer heartbeats: all recent ones stay, and the last of each period', () => {
    fc.assert(
      fc.property(ages, (all) => {
        withMemory((memory) => {
          // Positions grow with time, as they do.
          for (const age of all) {
            const at = start - age * minute;
            memory.noteHeartbeat('main', { ...database, at, lsn: BigInt(at) });
          }
          memory.thin('main', start);
          for (const age of all) {
            const at = start - age * minute;
            // What the end of a window needs: one before it, never one behind it.
            const found = memory.heartbeatBefore('main', database, BigInt(at));
            if (found !== undefined) expect(found.at).toBeLessThanOrEqual(at);
            const old = age * minute;
            const period =
              old <= 2 * day ? 1 : old <= 8 * day ? 10 * minute : old <= 60 * day ? 60 * minute : day;
            if (isLast(age, all, period)) expect(found?.at).toBe(at);
          }
          expect(memory.thin('main', start)).toBe(0);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('becomes fewer samples, and then none', () => {
    fc.assert(
      fc.property(ages, (all) => {
        withMemory((memory) => {
          for (const age of all) memory.note('main', start - age * minute, { wal: age });
          memory.thin('main', start);
          const kept = new Set(memory.samples('main', 'wal', 0).map(({ at }) => at));
          for (const age of all) {
            const old = age * minute;
            const stays = old <= day || (old <= 32 * day && isLast(age, all, 60 * minute));
            if (stays || old > 32 * day) expect(kept.has(start - old)).toBe(stays);
          }
          expect(memory.thin('main', start)).toBe(0);
        });
      }),
      { numRuns: 20 },
    );
  });
});
