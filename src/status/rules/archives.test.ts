import { describe, expect, it } from 'vitest';
import { configuration, repository, stanza } from '../../../test/support/conf-parts.ts';
import type { TimelineInArchive, TimelineStanding } from '../../model/archive-timeline.ts';
import type { Finding } from '../../model/finding.ts';
import type { Hole, RepositoryWindows, WindowEdge } from '../../model/window.ts';
import type { ArchiveObservation } from '../archive-observation.ts';
import type { Sighting } from '../sighting.ts';
import { findMeaning } from '../findings/all-findings.ts';
import { assessArchives } from './archives.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const config = configuration([stanza('main', [], [repository(1)])]);

const edge: WindowEdge = {
  lsn: 1n,
  timeline: 1,
  segment: '000000010000000000000007',
  time: Date.parse('2026-11-21T10:00:00Z'),
  timeFrom: 'heartbeat',
};

const windows: RepositoryWindows = {
  claimed: undefined,
  contiguous: [{ set: '20261120-100000F', from: edge, to: edge }],
  holes: [],
  proven: [],
  unusable: [],
};

const hole: Hole = {
  timeline: 1,
  first: '000000010000000000000008',
  last: '000000010000000000000009',
  segments: 2,
  lostFrom: edge,
  lostTo: undefined,
  why: 'lost',
};

const good: ArchiveObservation = {
  archiveId: '15-1',
  segments: 7,
  storedBytes: 700,
  timelines: [],
  duplicates: [],
  duplicateCount: 0,
  partials: [],
  oldestLookAt: now,
  requests: 1,
  newest: undefined,
  windows,
  followed: { timeline: 1, from: 'primary' },
  foreign: [],
};

function judge(
  change: Partial<ArchiveObservation>,
  sighting: Partial<Sighting<ArchiveObservation>> = {},
): Finding[] {
  const archive = {
    observedAt: now,
    staleAfterMs: 60_000,
    value: { ...good, ...change },
    failure: undefined,
    ...sighting,
  };
  return assessArchives(config, [{ stanza: 'main', repository: 'r1', archive }], now);
}

const rulesOf = (findings: readonly Finding[]): string[] =>
  findings.map(({ rule, severity }) => `${rule} ${severity}`);

const timeline = (number: number, standing: TimelineStanding): TimelineInArchive => ({
  timeline: number,
  firstSegment: `0000000${number}0000000000000003`,
  lastSegment: `0000000${number}0000000000000003`,
  segments: 1,
  hasHistory: true,
  lastStoredAt: now,
  standing,
});

describe('what archives say', () => {
  it('is nothing when all is well, and each rule is documented', () => {
    expect(judge({})).toEqual([]);
    const all = [
      ...judge({ windows: { ...windows, holes: [hole] } }),
      ...judge({ foreign: [foreignOf('different-contents')], partials: ['x.partial'] }),
      ...judge({ windows: undefined, timelines: [timeline(2, 'unknown'), timeline(3, 'former')] }),
    ];
    for (const { rule } of all) expect(findMeaning(rule)?.rule).toBe(rule);
  });

  it('counts for nothing when it was not seen, or too long ago', () => {
    expect(rulesOf(judge({}, { failure: { at: now, problem: 'no route' } }))).toEqual([
      'archive-unknown critical',
    ]);
    expect(rulesOf(judge({}, { observedAt: now - 61_000 }))).toEqual(['archive-unknown critical']);
    expect(rulesOf(judge({}, { observedAt: undefined, value: undefined }))).toEqual([
      'archive-unknown critical',
    ]);
  });

  it('names a hole, from when on nothing is safe, and what to do', () => {
    const [found] = judge({ windows: { ...windows, holes: [hole] } });
    expect(found).toMatchObject({
      rule: 'wal-hole',
      severity: 'critical',
      subject: 'stanza main, repository r1, WAL from 000000010000000000000008',
      stanza: 'main',
      repository: 'r1',
    });
    expect(found?.problem).toContain('2026-11-21T10:00:00.000Z');
    expect(found?.evidence).toContain('000000010000000000000008 to 000000010000000000000009, 2 segments');
    expect(found?.remedy).toContain('holdfast backup --type full --stanza main --repo r1');
  });

  it('lets a hole be the past when a set behind it can be restored, and says nothing of what retention took', () => {
    const lostTo = { set: '20261121-110000F', time: Date.parse('2026-11-21T11:00:00Z') };
    const behind = judge({ windows: { ...windows, holes: [{ ...hole, lostTo }] } });
    expect(rulesOf(behind)).toEqual(['wal-hole-behind advice']);
    expect(behind[0]?.problem).toContain('between 2026-11-21T10:00:00.000Z and 2026-11-21T11:00:00.000Z');
    expect(judge({ windows: { ...windows, holes: [{ ...hole, why: 'expired' }] } })).toEqual([]);
  });

  it('names sets that cannot be restored, and is critical when none can', () => {
    const broken = { set: '20261120-100000F', problem: 'WAL is missing', why: 'broken' } as const;
    const other = { ...broken, why: 'other' } as const;
    expect(rulesOf(judge({ windows: { ...windows, unusable: [broken, other] } }))).toEqual([
      'set-unusable warning',
    ]);
    expect(rulesOf(judge({ windows: { ...windows, contiguous: [], unusable: [other] } }))).toEqual([
      'no-usable-set critical',
    ]);
    expect(judge({ windows: { ...windows, contiguous: [] } })).toEqual([]);
  });

  it('does not call sets from before a stanza-upgrade bad, and says when there are no others', () => {
    const former = { set: '20261120-100000F', problem: 'of an earlier database', why: 'former' } as const;
    const broken = { ...former, why: 'broken' } as const;
    expect(judge({ windows: { ...windows, unusable: [former] } })).toEqual([]);
    expect(rulesOf(judge({ windows: { ...windows, contiguous: [], unusable: [former] } }))).toEqual([
      'no-backup-since-upgrade critical',
    ]);
    expect(rulesOf(judge({ windows: { ...windows, contiguous: [], unusable: [former, broken] } }))).toEqual([
      'no-usable-set critical',
      'set-unusable warning',
    ]);
  });

  it('names the first foreign file, when it came, and the timeline that is safe', () => {
    const [found] = judge({ foreign: [foreignOf('timeline-unknown-to-production')] });
    expect(found).toMatchObject({
      rule: 'foreign-timeline',
      severity: 'critical',
      subject: 'stanza main, repository r1, timeline 2',
    });
    expect(found?.evidence).toContain('000000020000000000000003, stored at 2026-11-21T11:30:00.000Z');
    expect(found?.remedy).toContain('--target-timeline=1');
    expect(found?.remedy).toContain('archive/main/15-1/00000002.history');
    expect(rulesOf(judge({ foreign: [foreignOf('ahead-of-production')] }))).toEqual(['foreign-wal critical']);
    expect(rulesOf(judge({ foreign: [foreignOf('different-contents')] }))).toEqual([
      'wal-duplicate critical',
    ]);
    const history = { ...foreignOf('different-contents'), firstFile: '00000002.history' };
    expect(rulesOf(judge({ foreign: [history] }))).toEqual(['foreign-wal critical']);
  });

  it('tells what nobody knows from what production left behind', () => {
    expect(rulesOf(judge({ timelines: [timeline(1, 'production'), timeline(2, 'unknown')] }))).toEqual([
      'timeline-unknown warning',
    ]);
    expect(rulesOf(judge({ timelines: [timeline(2, 'former')] }))).toEqual(['newer-timeline-left advice']);
    const followed = { timeline: 3, from: 'primary' } as const;
    expect(judge({ followed, timelines: [timeline(2, 'former')] })).toEqual([]);
  });

  it('has windows unknown while production was never seen, and leaves a new repository to other rules', () => {
    expect(rulesOf(judge({ windows: undefined }))).toEqual(['windows-unknown critical']);
    expect(judge({ archiveId: undefined, windows: undefined })).toEqual([]);
  });
});

function foreignOf(why: ArchiveObservation['foreign'][number]['why']): ArchiveObservation['foreign'][number] {
  return {
    why,
    timeline: 2,
    firstFile: '000000020000000000000003',
    files: 4,
    firstStoredAt: Date.parse('2026-11-21T11:30:00Z'),
    safeTimeline: 1,
  };
}
