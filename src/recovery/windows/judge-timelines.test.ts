import { describe, expect, it } from 'vitest';
import { entryOf, lsnAt, minuteOf, nameOf, segmentSize } from '../../../test/support/synthetic-archive.ts';
import type { TimelineSwitch } from '../../model/wal.ts';
import type { KnownTimeline } from '../../store/timeline-memory.ts';
import { buildLedger, type ArchiveEntry } from '../wal/ledger.ts';
import { judgeTimelines, type ArchiveTimelines } from './judge-timelines.ts';

const history = (timeline: number): ArchiveEntry => ({
  name: `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`,
  size: 40,
  time: minuteOf(0) / 1000,
});

const left = (timeline: number, at: number): TimelineSwitch => ({
  timeline,
  switchLsn: lsnAt(at),
  reason: '',
});

const seenOn = (timeline: number, firstSeen: number, source: KnownTimeline['source'] = 'primary') => ({
  timeline,
  parent: undefined,
  beginLsn: undefined,
  firstSeen,
  lastSeen: firstSeen,
  source,
  note: undefined,
});

const entries = [
  ...[1, 2, 3, 4].map((number) => entryOf(1, number)),
  ...[3, 4, 5].map((number) => entryOf(2, number)),
  history(2),
];

function judge(change: Partial<ArchiveTimelines> = {}, files: readonly ArchiveEntry[] = entries) {
  return judgeTimelines({
    ledger: buildLedger(files, segmentSize),
    histories: new Map(),
    production: { timeline: 1, history: [], seenAfterwards: { insertLsn: lsnAt(5.2) } },
    known: [],
    ...change,
  });
}

const standings = (change: Partial<ArchiveTimelines>): string[] =>
  judge(change).timelines.map(({ standing }) => standing);

describe('a timeline in the archive', () => {
  it('that production, seen afterwards, is below and never was on is foreign from its first segment on', () => {
    const { timelines, foreign } = judge();
    expect(timelines).toMatchObject([
      { timeline: 1, standing: 'production', segments: 4, firstSegment: nameOf(1, 1), hasHistory: false },
      { timeline: 2, standing: 'foreign', lastSegment: nameOf(2, 5), hasHistory: true },
    ]);
    expect(foreign).toEqual([
      {
        why: 'timeline-unknown-to-production',
        timeline: 2,
        firstFile: nameOf(2, 3),
        files: 4,
        firstStoredAt: minuteOf(3),
        safeTimeline: 1,
      },
    ]);
  });

  it('is not called foreign before production was looked at again: it may have been promoted', () => {
    const change = { production: { timeline: 1, history: [], seenAfterwards: undefined } };
    expect(standings(change)).toEqual(['production', 'unknown']);
    expect(judge(change).foreign).toEqual([]);
    expect(standings({ production: undefined })).toEqual(['unknown', 'unknown']);
    const promoted = { timeline: 2, history: [left(1, 3.5)], seenAfterwards: { insertLsn: lsnAt(6.1) } };
    expect(standings({ production: promoted })).toEqual(['production', 'production']);
    expect(judge({ production: promoted }).foreign).toEqual([]);
  });

  it("is production's own when it was seen on it once, and fine when a person says so", () => {
    expect(standings({ known: [seenOn(2, 0, 'restore')] })).toEqual(['production', 'former']);
    expect(standings({ known: [seenOn(2, 0, 'accepted')] })).toEqual(['production', 'accepted']);
  });

  it('that is older than all that is remembered is unknown, and foreign when it came later', () => {
    const production = {
      timeline: 3,
      history: [left(1, 3.5)],
      seenAfterwards: { insertLsn: lsnAt(9) },
    };
    expect(standings({ production, known: [seenOn(3, minuteOf(60))] })).toEqual(['production', 'unknown']);
    expect(standings({ production, known: [seenOn(3, minuteOf(2))] })).toEqual(['production', 'foreign']);
    expect(standings({ production })).toEqual(['production', 'unknown']);
  });

  it('of which only the history is there is named by it', () => {
    expect(judge({}, [entryOf(1, 1), history(2)]).foreign).toMatchObject([
      { firstFile: '00000002.history', files: 1, firstStoredAt: undefined },
    ]);
  });
});

describe("WAL of production's timeline", () => {
  const only = [1, 2, 3, 4].map((number) => entryOf(1, number));
  const at = (place: number) => ({
    production: { timeline: 1, history: [], seenAfterwards: { insertLsn: lsnAt(place) } },
  });

  it('is foreign when production had not written it yet', () => {
    expect(judge(at(3.4), only).foreign).toMatchObject([
      { why: 'ahead-of-production', firstFile: nameOf(1, 3), files: 2, firstStoredAt: minuteOf(3) },
    ]);
    expect(judge(at(5), only).foreign).toEqual([]);
    expect(judge(at(5.1), only).foreign).toEqual([]);
  });

  it('is foreign when it is stored with two contents', () => {
    expect(judge(at(5.1), [...only, entryOf(1, 2, 'b')]).foreign).toMatchObject([
      { why: 'different-contents', timeline: 1, firstFile: nameOf(1, 2), files: 1 },
    ]);
  });

  it('is foreign when the history in the archive tells of another way', () => {
    const production = {
      timeline: 2,
      history: [left(1, 3.5)],
      seenAfterwards: { insertLsn: lsnAt(9) },
    };
    const same = new Map([[2, [left(1, 3.5)]]]);
    const other = new Map([[2, [left(1, 2.5)]]]);
    expect(judge({ production, histories: same }).foreign).toEqual([]);
    expect(judge({ production, histories: other }).foreign).toMatchObject([
      { why: 'different-contents', timeline: 2, firstFile: '00000002.history' },
    ]);
  });
});

describe('a timeline that production has left', () => {
  // Production left it in segment 5 at minute 10, having been seen in segment 8 a minute before.
  const production = {
    timeline: 2,
    history: [left(1, 5.2)],
    seenAfterwards: { insertLsn: lsnAt(20) },
  };
  const known = [seenOn(1, minuteOf(0)), seenOn(2, minuteOf(10))];
  const asked: unknown[] = [];
  const lastPosition = (...of: readonly number[]): bigint => {
    asked.push(of);
    return lsnAt(8.3);
  };
  const came = (numbers: readonly number[], minute: number) =>
    numbers.map((number) => ({ ...entryOf(1, number), time: minuteOf(minute) / 1000 }));
  const goingOn = (numbers: readonly number[], change: Partial<ArchiveTimelines> = {}, minute = 180) =>
    judge({ production, known, lastPosition, ...change }, came(numbers, minute)).goingOn;

  it('is not written on when a host that is repaired later hands over what it had written before', () => {
    expect(goingOn([6, 7, 8])).toEqual([]);
    expect(asked).toContainEqual([1, minuteOf(0), minuteOf(10)]);
  });

  it('is written on where anything comes that was not begun when it was seen last', () => {
    expect(goingOn([6, 7, 8, 9])).toMatchObject([
      { timeline: 1, leftFor: 2, firstSegment: nameOf(1, 9), segments: 1 },
    ]);
    // As soon as the minute for leftovers is over.
    expect(goingOn([9], {}, 11.1)).toHaveLength(1);
  });

  it('is judged by the place where it was left when nothing further is remembered', () => {
    const lost = { firstSegment: nameOf(1, 6), segments: 2 };
    expect(goingOn([6, 7], { lastPosition: undefined })).toMatchObject([lost]);
    expect(goingOn([6, 7], { lastPosition: () => undefined })).toMatchObject([lost]);
    expect(goingOn([6, 7], { lastPosition: () => lsnAt(4.9) })).toMatchObject([lost]);
  });
});
