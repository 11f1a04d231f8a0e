import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archiveOf, atMinute, primaryAt, seenAt, segmentSize } from '../../test/support/position-parts.ts';
import { comparePosition, type PositionComparison } from './compare-position.ts';

const minute = 60_000;

function compare(
  primary: Parameters<typeof primaryAt>[0],
  archive: Parameters<typeof archiveOf>[0],
  archiveAt = 0,
): PositionComparison {
  const judged = comparePosition(
    seenAt(0, primaryAt(primary)),
    seenAt(archiveAt, archiveOf(archive)),
    atMinute(0),
  );
  if (!judged.known) throw new Error(judged.because);
  return judged.comparison;
}

describe('an archive that has everything', () => {
  it('is complete where the primary stands at the end of its newest segment', () => {
    expect(compare({ track: [[0, 8]] }, { newest: 7 })).toMatchObject({
      state: 'complete',
      behindBytes: 0,
      behindSegments: 0,
      loss: { atMostMs: 0, atLeastMs: 0, restorableUntil: atMinute(0) },
    });
  });

  it('is complete where WAL came between the two looks', () => {
    // The archive was listed before the primary wrote on.
    expect(
      compare(
        {
          track: [
            [-5, 8],
            [0, 12],
          ],
        },
        { newest: 7 },
        -4,
      ),
    ).toMatchObject({
      at: atMinute(-4),
      state: 'complete',
    });
  });
});

describe('an idle cluster', () => {
  const still = [
    [-9, 7.9],
    [-7, 8.001],
    [-5, 8.001],
    [0, 8.001],
  ] as const;

  it('is not behind, whatever raw bytes say', () => {
    expect(compare({ track: still }, { newest: 7 })).toMatchObject({
      state: 'idle',
      behindMs: undefined,
      loss: { atMostMs: 0 },
    });
  });

  it('is not behind when it stands still before archive_timeout is over', () => {
    expect(
      compare(
        {
          track: [
            [-1, 7.9],
            [-0.5, 8.2],
            [0, 8.2],
          ],
        },
        { newest: 7 },
      ),
    ).toMatchObject({
      state: 'waiting',
      behindSegments: 0,
    });
  });

  it('is one only if looks lie around all of that time', () => {
    expect(
      compare(
        {
          track: [
            [-0.2, 8.001],
            [0, 8.001],
          ],
        },
        { newest: 7 },
      ).state,
    ).toBe('waiting');
  });

  it('has lost something where a hole lies before it', () => {
    const { loss } = compare({ track: still }, { newest: 7, restorableTo: 5, heartbeatAt: -30 });
    expect(loss).toEqual({
      restorableUntil: atMinute(-30),
      atMostMs: 30 * minute,
      // It was behind the hole at the first look already.
      atLeastMs: 9 * minute,
    });
  });
});

describe('a cluster that writes', () => {
  it('is not behind while its present segment is not over', () => {
    expect(
      compare(
        {
          track: [
            [-2, 7.9],
            [-1, 8.2],
            [0, 8.7],
          ],
        },
        { newest: 7 },
      ),
    ).toMatchObject({
      state: 'waiting',
      behindSegments: 0,
      behindMs: minute,
    });
  });

  it('is behind when archive_timeout should have ended its segment', () => {
    const track = [
      [-6, 7.9],
      [-5, 8.1],
      [-3, 8.2],
      [-1, 8.3],
      [0, 8.4],
    ] as const;
    expect(compare({ track }, { newest: 7 })).toMatchObject({ state: 'behind', behindMs: 5 * minute });
    // Without a timeout a segment may last for ever; what that costs the measured loss tells.
    expect(compare({ track, archiveTimeout: 0 }, { newest: 7 })).toMatchObject({
      state: 'waiting',
      loss: { atMostMs: 6 * minute, atLeastMs: 5 * minute },
    });
  });

  it('is behind by the segments that are full and not there, since the first of them was begun', () => {
    const track = [
      [-10, 7.5],
      [-8, 8.5],
      [-6, 9.5],
      [0, 11.25],
    ] as const;
    expect(compare({ track }, { newest: 7 })).toMatchObject({
      state: 'behind',
      behindSegments: 3,
      behindBytes: 3.25 * segmentSize,
      behindMs: 8 * minute,
      isAtLeast: false,
      loss: { atMostMs: 10 * minute, atLeastMs: 8 * minute, restorableUntil: atMinute(-10) },
    });
  });

  it('waits for a segment that was filled a moment ago', () => {
    expect(
      compare(
        {
          track: [
            [-1, 7.5],
            [-0.5, 9.1],
            [0, 9.2],
          ],
        },
        { newest: 7 },
      ).state,
    ).toBe('waiting');
  });

  it('waits for it also where it took long to be filled', () => {
    const track = [
      [-50, 7.5],
      [-40, 8.1],
      [-0.5, 9.1],
      [0, 9.2],
    ] as const;
    expect(compare({ track, archiveTimeout: 0 }, { newest: 7 })).toMatchObject({
      state: 'waiting',
      behindSegments: 1,
      behindMs: 40 * minute,
    });
  });

  it('is behind for longer than is remembered', () => {
    expect(
      compare(
        {
          track: [
            [-3, 9.5],
            [0, 11],
          ],
        },
        { newest: 7 },
      ),
    ).toMatchObject({
      state: 'behind',
      behindMs: 3 * minute,
      isAtLeast: true,
    });
  });

  it('is behind at the first look where more than one segment is not there', () => {
    expect(compare({ track: [[0, 9.5]] }, { newest: 7 }).state).toBe('waiting');
    expect(compare({ track: [[0, 10.5]] }, { newest: 7 }).state).toBe('behind');
    expect(compare({ track: [[0, 10.5]] }, { newest: undefined })).toMatchObject({
      state: 'behind',
      behindSegments: 10,
      loss: undefined,
    });
  });

  it('has no past beyond the moment at which its position went back', () => {
    const track = [
      [-10, 90],
      [-9, 95],
      [-2, 7],
      [-1, 8.4],
      [0, 8.5],
    ] as const;
    expect(compare({ track }, { newest: 7 })).toMatchObject({ state: 'waiting', behindMs: minute });
  });
});

describe('what would be lost', () => {
  it('is told by a heartbeat where nobody looked', () => {
    const { loss } = compare({ track: [[0, 8.5]] }, { newest: 7, heartbeatAt: -3 });
    expect(loss).toEqual({ restorableUntil: atMinute(-3), atMostMs: 3 * minute, atLeastMs: 0 });
  });

  it('is told by our clock: that of the server may be ahead', () => {
    const seen = compare({ track: [[0, 8.5]], clockAheadMs: minute }, { newest: 7, heartbeatAt: -2 });
    expect(seen.loss?.restorableUntil).toBe(atMinute(-3));
  });

  it('is told by the end of the backup, but not by the moment at which a segment was stored', () => {
    const archive = { newest: 7, heartbeatAt: -1, timeFrom: 'stored' } as const;
    expect(compare({ track: [[0, 8.5]] }, archive).loss).toEqual({
      restorableUntil: atMinute(-90),
      atMostMs: 90 * minute,
      atLeastMs: 0,
    });
  });

  it('is not known where there is no window', () => {
    expect(compare({ track: [[0, 8]] }, { newest: 7, restorableTo: undefined }).loss).toBeUndefined();
  });
});

describe('what is not known', () => {
  it.each([
    ['the primary: not looked at yet', undefined, seenAt(0, archiveOf({ newest: 7 }))],
    ['the archive: not looked at yet', seenAt(0, primaryAt({ track: [[0, 8]] })), undefined],
    [
      'the archive: last seen',
      seenAt(0, primaryAt({ track: [[0, 8]] })),
      seenAt(-600, archiveOf({ newest: 7 })),
    ],
  ] as const)('makes nothing known: %s', (because, primary, archive) => {
    const judged = comparePosition(primary, archive, atMinute(0));
    expect(judged.known ? 'known' : judged.because).toContain(because);
  });

  it('is an archive of segments of another size', () => {
    const primary = { ...primaryAt({ track: [[0, 8]] }), segmentSize: 1024 * 1024 };
    const archive = archiveOf({ newest: 7 });
    const odd = { ...archive, newest: { segment: '0000000100000000FFFFFFFF', storedAt: 0 } };
    expect(comparePosition(seenAt(0, primary), seenAt(0, odd), atMinute(0)).known).toBe(false);
  });
});

describe('whatever a cluster writes', () => {
  /** Positions at each minute, never going back, and a commit at each of them. */
  const writes = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3, noNaN: true })), {
    minLength: 2,
    maxLength: 40,
  });

  it('what is called restorable is, and what is called lost is not', () => {
    fc.assert(
      fc.property(writes, fc.nat(60), fc.nat(40), (steps, archived, looksFrom) => {
        let place = 3;
        const all = steps.map((step, index) => {
          place += step;
          return [index - steps.length + 1, Math.floor(place * 1000) / 1000] as const;
        });
        const track = all.slice(Math.min(looksFrom, all.length - 1));
        const newest = Math.min(archived, Math.floor(place) - 1);
        const seen = compare({ track }, { newest });
        if (seen.loss === undefined) return;
        const isThere = ([, position]: readonly [number, number]): boolean => position <= newest + 1;
        for (const point of all.filter(([at]) => atMinute(at) <= (seen.loss?.restorableUntil ?? 0)))
          expect(isThere(point) || seen.state === 'idle').toBe(true);
        const lost = track.find((point) => !isThere(point));
        if (seen.state !== 'idle')
          expect(seen.loss.atLeastMs).toBe(lost === undefined ? 0 : atMinute(0) - atMinute(lost[0]));
        expect(seen.loss.atLeastMs).toBeLessThanOrEqual(seen.loss.atMostMs);
      }),
    );
  });

  it('an archive that gets each segment within a minute is never behind', () => {
    fc.assert(
      fc.property(writes, (steps) => {
        let place = 3;
        const track = steps.map((step, index) => {
          place += step;
          return [index - steps.length + 1, place] as const;
        });
        const before = track.at(-2)?.[1] ?? place;
        const recent = track.filter(([at]) => at >= -2);
        // archive_timeout: what was begun more than its minute and a half ago was ended.
        const ended = recent.length < 3 ? before : (recent[0]?.[1] ?? before);
        const newest = Math.max(Math.floor(before) - 1, Math.ceil(ended) - 1);
        expect(compare({ track }, { newest }).state).not.toBe('behind');
      }),
    );
  });
});
