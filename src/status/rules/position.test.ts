import { describe, expect, it } from 'vitest';
import { configuration, given, repository, stanza } from '../../../test/support/conf-parts.ts';
import {
  archiveOf,
  atMinute,
  lsnAt,
  primaryAt,
  seenAt,
  segmentSize,
  type PlainPoint,
} from '../../../test/support/position-parts.ts';
import type { Objectives } from '../../model/stanza.ts';
import type { Finding } from '../../model/finding.ts';
import { assess } from '../assess.ts';
import type { RunObservation } from '../health-observations.ts';
import type { PrimaryObservation } from '../primary-observation.ts';
import type { Sighting } from '../sighting.ts';

const none: Objectives = { rpo: undefined, rto: undefined, backupAge: undefined, drillAge: undefined };

interface Case {
  readonly primary?: Partial<Omit<PrimaryObservation, 'track'>>;
  readonly track?: readonly PlainPoint[];
  readonly archive?: Partial<Parameters<typeof archiveOf>[0]>;
  readonly archiveAt?: number;
  readonly proven?: readonly number[];
  readonly objectives?: Partial<Objectives>;
  readonly queueMax?: string;
  readonly restores?: readonly RunObservation[];
  readonly failed?: 'primary' | 'archive';
}

function judge(given_: Case): readonly Finding[] {
  const {
    track = [
      [-10, 7.5],
      [-1, 7.9],
      [0, 8],
    ],
    archiveAt = 0,
    queueMax,
    objectives,
  } = given_;
  const options = queueMax === undefined ? [] : [given('archive-push-queue-max', queueMax)];
  const main = { ...stanza('main', [], [repository(1)]), objectives: { ...none, ...objectives } };
  const archive = archiveOf({ newest: 7, ...given_.archive });
  const proven = (given_.proven ?? []).map((at) => ({
    set: 'F',
    at: atMinute(at),
    until: undefined,
    text: '',
  }));
  const windows = archive.windows && { ...archive.windows, proven };
  const fail = <Value>(sighting: Sighting<Value>, isFailed: boolean): Sighting<Value> =>
    isFailed ? { ...sighting, failure: { at: atMinute(0), problem: 'no route' } } : sighting;
  const primary = seenAt(0, primaryAt({ track, ...given_.primary }));
  return assess(
    configuration([main], options),
    {
      primaries: [{ stanza: 'main', primary: fail(primary, given_.failed === 'primary') }],
      archives: [
        {
          stanza: 'main',
          repository: 'r1',
          archive: fail(seenAt(archiveAt, { ...archive, windows }), given_.failed === 'archive'),
        },
      ],
      ...(given_.restores === undefined ? {} : { restores: given_.restores }),
    },
    atMinute(0),
  );
}

const rulesOf = (case_: Case): string[] => judge(case_).map(({ severity, rule }) => `${severity} ${rule}`);

const behind: readonly PlainPoint[] = [
  [-30, 7.5],
  [-20, 8.5],
  [-10, 9.5],
  [0, 11.25],
];
const archiver = { lastArchived: 'A', lastArchivedAt: atMinute(-9), failedCount: 1, lastFailed: 'B' };
const wal = { segments: 9, bytes: 1, ready: 12, availableBytes: 60 * segmentSize, totalBytes: 1e12 };
const waiting = Array.from({ length: 8 }, (_, index): PlainPoint => [index - 7, 7.9, { ready: 10 + index }]);
const restore: RunObservation = {
  id: 'restore-1',
  kind: 'restore',
  stanza: 'main',
  repository: undefined,
  startedAt: atMinute(-100),
  endedAt: atMinute(-60),
  result: 'ok',
  problem: undefined,
  alive: undefined,
};

describe('a primary and its archive', () => {
  it('are well when everything was seen to be well, with every objective measured', () => {
    const objectives = { rpo: 60, rto: 3600, drillAge: 86_400 };
    expect(rulesOf({ objectives, proven: [-500], restores: [restore] })).toEqual([]);
  });

  it.each<readonly [string, Case]>([
    ['critical primary-unknown', { failed: 'primary' }],
    ['critical archive-mode-off', { primary: { archiveMode: 'off' } }],
    ['critical archiver-failing', { primary: { archiver: { ...archiver, lastFailedAt: atMinute(-1) } } }],
    ['warning clock-differs', { primary: { clockAheadMs: -2001 } }],
    [
      'warning heartbeat-failing',
      { primary: { heartbeatFailure: { at: atMinute(0), problem: 'permission denied' } } },
    ],
    ['warning archive-behind', { track: behind }],
    [
      'critical archive-behind',
      {
        track: [
          [-90, 7.5],
          [-80, 8.5],
          [-70, 9.5],
          [0, 11.25],
        ],
      },
    ],
    [
      'critical archive-behind',
      { track: behind, archive: { newest: undefined, restorableTo: undefined }, objectives: { rpo: 60 } },
    ],
  ])('%s', (rule, case_) => {
    expect(rulesOf(case_)).toContain(rule);
  });

  it('is not failing where a later attempt succeeded', () => {
    expect(rulesOf({ primary: { archiver: { ...archiver, lastFailedAt: atMinute(-10) } } })).toEqual([]);
  });

  it('says by how much it is behind, and as of when', () => {
    const [finding] = judge({ track: behind });
    expect(finding).toMatchObject({
      subject: 'stanza main, repository r1',
      evidence:
        'the newest is 000000010000000000000007; the primary was at 0/B400000, timeline 1: 3 full segments, 52.0 MiB, for 20 min 0 s (as of 2026-11-21T12:00:00.000Z)',
    });
  });
});

describe('WAL that waits', () => {
  it('is a warning when it does so for minutes', () => {
    expect(rulesOf({ track: waiting, primary: { walDirectory: wal } })).toContain('warning wal-waiting');
    const short = waiting.slice(4);
    expect(rulesOf({ track: short, primary: { walDirectory: wal } })).not.toContain('warning wal-waiting');
    expect(rulesOf({ track: waiting, primary: { walDirectory: { ...wal, ready: 9 } } })).not.toContain(
      'warning wal-waiting',
    );
  });

  it('is forecast to fill pg_wal, and to be dropped', () => {
    const case_: Case = { track: waiting, primary: { walDirectory: wal } };
    expect(rulesOf(case_)).toContain('critical forecast-wal-full');
    expect(rulesOf({ ...case_, queueMax: '4GiB' })).toContain('critical forecast-queue-drops');
    const dropping = rulesOf({ ...case_, queueMax: '128MiB' });
    expect(dropping).toContain('critical queue-drops-wal');
    expect(dropping).not.toContain('critical forecast-queue-drops');
  });

  it('is forecast less loudly when there is time', () => {
    const walDirectory = { ...wal, availableBytes: 1000 * segmentSize };
    expect(rulesOf({ track: waiting, primary: { walDirectory } })).toContain('warning forecast-wal-full');
    const more = { ...wal, availableBytes: 10_000 * segmentSize };
    expect(rulesOf({ track: waiting, primary: { walDirectory: more } })).not.toContain(
      'warning forecast-wal-full',
    );
  });
});

describe('an archiver that lies', () => {
  const claims = (end: number, minute: number): readonly PlainPoint[] => [
    [minute, end, { claimedEnd: lsnAt(end) }],
    [0, end + 0.2, { claimedEnd: lsnAt(end + 0) }],
  ];

  it('is told by what is not in the repository', () => {
    const [finding] = judge({ track: claims(9, -5) }).filter(({ rule }) => rule === 'archived-but-missing');
    expect(finding).toMatchObject({
      severity: 'critical',
      evidence:
        'pg_stat_archiver at 2026-11-21T11:55:00.000Z: 000000010000000000000008 was archived; in the repository at 2026-11-21T12:00:00.000Z: 000000010000000000000007, 1 segments before it',
    });
  });

  it('is believed where what it says is there', () => {
    expect(rulesOf({ track: claims(8, -5) })).toEqual([]);
  });

  it('is not judged by a listing that began before it spoke', () => {
    expect(rulesOf({ track: claims(9, -5), archiveAt: -6 })).not.toContain('critical archived-but-missing');
    expect(rulesOf({ track: claims(9, -0.02) })).not.toContain('critical archived-but-missing');
  });

  it('is not judged by what another database of the stanza said', () => {
    const track: readonly PlainPoint[] = [
      [-9, 90, { claimedEnd: lsnAt(90) }],
      [-1, 7.5],
      [0, 7.6],
    ];
    expect(rulesOf({ track })).toEqual([]);
  });

  it('is not judged by what the primary before a promotion archived of the old timeline', () => {
    // A standby that lagged is promoted within segment 14, and has written past the old position by the next look.
    const claim = (timeline: number | undefined) => ({ timeline, claimedEnd: lsnAt(16) });
    const trackOf = (timeline: number | undefined): readonly PlainPoint[] => [
      [-9, 15.1, { timeline, claimedEnd: lsnAt(15) }],
      [-5, 16.1, claim(timeline)],
      [0, 16.6, { claimedEnd: undefined }],
    ];
    const history = [{ timeline: 1, switchLsn: lsnAt(14.2), reason: '' }];
    const judged = (timeline: number | undefined) =>
      rulesOf({
        track: trackOf(timeline),
        primary: { timeline: 2, history },
        archive: { newest: 13 },
      });
    const rule = 'critical archived-but-missing';
    expect(judged(1)).not.toContain(rule);
    // Remembered by a version that did not note timelines.
    expect(judged(undefined)).not.toContain(rule);
    expect(judged(2)).toContain(rule);
  });
});

describe('objectives', () => {
  it.each<readonly [string, Case]>([
    ['critical rpo-exceeded', { track: behind, objectives: { rpo: 600 } }],
    ['critical rpo-exceeded', { archive: { restorableTo: undefined }, objectives: { rpo: 600 } }],
    ['critical rpo-exceeded', { archive: { restorableTo: 6, heartbeatAt: -50 }, objectives: { rpo: 300 } }],
    ['critical rpo-unknown', { failed: 'archive', objectives: { rpo: 600 } }],
    ['critical rpo-unknown', { failed: 'primary', objectives: { rpo: 600 } }],
    ['critical rpo-unknown', { track: [[0, 8.5]], objectives: { rpo: 600 } }],
    ['advice rto-not-measured', { objectives: { rto: 600 }, restores: [] }],
    ['warning rto-exceeded', { objectives: { rto: 600 }, restores: [restore] }],
    ['advice drill-not-measured', { objectives: { drillAge: 600 } }],
    ['warning drill-too-old', { objectives: { drillAge: 600 }, proven: [-500, -11] }],
  ])('%s', (rule, case_) => {
    expect(rulesOf(case_)).toContain(rule);
  });

  it('are not judged where there are none, nor a loss by what may only have been written', () => {
    expect(rulesOf({ archive: { restorableTo: undefined }, restores: [] })).toEqual([]);
    // The last look at which all was there is two minutes ago; that anything was written since a minute and a half is not known.
    const track: readonly PlainPoint[] = [
      [-2, 7.9],
      [-0.5, 8.2],
      [0, 8.3],
    ];
    expect(rulesOf({ track, objectives: { rpo: 60 } })).toEqual([]);
    expect(rulesOf({ track, objectives: { rpo: 20 } })).toEqual(['critical rpo-exceeded']);
  });

  it('leave what nobody looked at unsaid', () => {
    expect(rulesOf({ objectives: { rto: 600 } })).toEqual([]);
    expect(rulesOf({ failed: 'archive', objectives: { drillAge: 600 } })).not.toContain(
      'advice drill-not-measured',
    );
  });
});

describe('room in a repository', () => {
  it('is forecast to end', () => {
    const track = Array.from({ length: 49 }, (_, hour) => ({
      at: atMinute((hour - 48) * 60),
      value: 500e9 - hour * 1e9,
    }));
    const space = { availableBytes: 20e9, totalBytes: 1e12, track };
    expect(rulesOf({ archive: { space } })).toEqual(['critical forecast-repository-full']);
    expect(rulesOf({ archive: { space: { ...space, availableBytes: 200e9 } } })).toEqual([
      'warning forecast-repository-full',
    ]);
  });
});
