import { describe, expect, it } from 'vitest';
import { findingPlace } from '../../model/finding.ts';
import { judgeGoingOn } from './going-on.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const left = {
  timeline: 1,
  leftFor: 2,
  firstSegment: '000000010000000000000009',
  segments: 2,
  lastStoredAt: now - 5 * 60_000,
};
const judge = (goingOn?: readonly (typeof left)[]): ReturnType<typeof judgeGoingOn> =>
  judgeGoingOn(findingPlace('main', 'r1'), { goingOn }, now);

describe('a timeline that production left and somebody still writes', () => {
  it('is two primaries, as long as its WAL comes', () => {
    expect(judge([left])).toMatchObject([
      {
        rule: 'two-primaries',
        severity: 'critical',
        subject: 'stanza main, repository r1, timeline 1',
        evidence: expect.stringContaining('2 segments from 000000010000000000000009 on'),
      },
    ]);
    expect(judge([{ ...left, lastStoredAt: now - 61 * 60_000 }])).toEqual([]);
    expect(judge()).toEqual([]);
  });
});
