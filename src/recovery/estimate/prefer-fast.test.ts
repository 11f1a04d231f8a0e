import { describe, expect, it } from 'vitest';
import { preferFast } from './prefer-fast.ts';
import type { RestoreSample } from './restore-sample.ts';

const local = { name: 'local', key: 1 };
const vault = { name: 'vault', key: 2 };
const offsite = { name: 'offsite', key: 3 };
const sets = new Map([1, 2, 3].map((key) => [key, { size: 1e9 }]));

function took(repository: string, seconds: number): RestoreSample {
  return {
    repository,
    mode: 'into',
    endedAt: 1,
    restoredBytes: 1e9,
    restoreMs: seconds * 1000,
    segments: 0,
    replayMs: 0,
    otherMs: 0,
    estimatedSeconds: undefined,
  };
}

const names = (samples: readonly RestoreSample[], likely = sets): readonly string[] =>
  preferFast([local, vault, offsite], likely, samples).map(({ name }) => name);

describe('the order of repositories', () => {
  it('is that of the file as long as one of them was never restored from', () => {
    expect(names([])).toEqual(['local', 'vault', 'offsite']);
    expect(names([took('local', 100), took('vault', 1)])).toEqual(['local', 'vault', 'offsite']);
  });

  it('puts the one first that is clearly the fastest', () => {
    expect(names([took('local', 100), took('vault', 50), took('offsite', 10)])).toEqual([
      'offsite',
      'local',
      'vault',
    ]);
    expect(names([took('local', 100), took('vault', 90), took('offsite', 300)])).toEqual([
      'local',
      'vault',
      'offsite',
    ]);
  });

  it('passes over one that has no set', () => {
    const likely = new Map([
      [1, { size: 1e9 }],
      [3, { size: 1e9 }],
    ] as const);
    expect(names([took('local', 100), took('offsite', 10)], likely)).toEqual(['offsite', 'local', 'vault']);
  });
});
