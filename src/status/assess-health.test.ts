import { describe, expect, it } from 'vitest';
import { configuration, repository, stanza } from '../../test/support/conf-parts.ts';
import { assess, judgeHealth } from './assess.ts';
import type { DaemonObservation } from './daemon-observation.ts';
import type { HealthObservations, LineObservation, RunObservation } from './health-observations.ts';

const now = Date.UTC(2026, 10, 20, 12);
const hour = 3_600_000;

const daemon: DaemonObservation = {
  version: '1.0.0',
  startedAt: now - hour,
  sinceTickMs: 500,
  tickEveryMs: 10_000,
  journalOpen: true,
  schedulerRunning: true,
  stopping: false,
  configuration: { loadedAt: now - hour, refused: undefined },
  jobs: [],
  holds: [],
};

const sighting: HealthObservations['sightings'][number] = {
  stanza: 'main',
  catalogue: {
    observedAt: now - 60_000,
    staleAfterMs: hour,
    failure: undefined,
    value: {
      whole: {
        stanza: 'main',
        code: 0,
        message: 'ok',
        repositories: [],
        databases: [],
        sets: [],
        archives: [],
        backupRunning: false,
      },
      repositories: [
        {
          name: 'r1',
          code: 0,
          message: 'ok',
          cipher: 'none',
          configuredCipher: 'none',
          sets: [{ label: 'F', type: 'full', stopTime: now / 1000 - 3600, repositorySize: 1, error: false }],
        },
      ],
    },
  },
};

const run: RunObservation = {
  id: 'backup-1',
  kind: 'backup',
  stanza: 'main',
  repository: 'r1',
  startedAt: now - hour,
  endedAt: now - hour / 2,
  result: 'ok',
  problem: undefined,
  alive: undefined,
};

const line: LineObservation = {
  line: 'main/full',
  stanza: 'main',
  occurrence: now - hour,
  decision: 'run',
  reason: undefined,
  detail: undefined,
  run,
};

const good: HealthObservations = {
  daemon,
  sightings: [sighting],
  archives: [],
  primaries: [],
  channels: [],
  lastRuns: [run],
  unfinished: [],
  lines: [line],
};

function judge(change: Partial<HealthObservations>, backupAge: number | undefined = 7200) {
  const main = stanza('main', [], [repository(1)]);
  const watched = configuration([{ ...main, objectives: { ...main.objectives, backupAge } }]);
  const findings = assess(watched, { ...good, ...change }, now);
  return {
    status: judgeHealth(findings),
    rules: findings.map(({ severity, rule }) => `${severity} ${rule}`),
    findings,
  };
}

const withSighting = (change: Partial<(typeof sighting)['catalogue']>): Partial<HealthObservations> => ({
  sightings: [{ ...sighting, catalogue: { ...sighting.catalogue, ...change } }],
});
const withDaemon = (change: Partial<DaemonObservation>): Partial<HealthObservations> => ({
  daemon: { ...daemon, ...change },
});

describe('the health of a running Holdfast', () => {
  it('is good when all of it was seen to be good, and says when the repositories were seen', () => {
    expect(judge({})).toMatchObject({ status: 'healthy', rules: [] });
    const { findings } = judge({}, 1800);
    expect(findings[0]?.evidence).toContain('(seen at 2026-11-20T11:59:00.000Z)');
  });

  it.each([
    ['critical', 'critical backup-too-old', {}, 1800],
    ['critical', 'critical daemon-not-ready', withDaemon({ journalOpen: false }), 7200],
    ['critical', 'critical daemon-not-ready', withDaemon({ schedulerRunning: false }), 7200],
    ['critical', 'critical daemon-not-ready', withDaemon({ sinceTickMs: undefined }), 7200],
    ['critical', 'critical daemon-not-ready', withDaemon({ sinceTickMs: 30_001 }), 7200],
    ['critical', 'critical daemon-not-ready', withDaemon({ stopping: true }), 7200],
    [
      'warning',
      'warning configuration-refused',
      withDaemon({ configuration: { loadedAt: now - 2, refused: { at: now - 1, problem: 'line 3' } } }),
      7200,
    ],
    [
      'unknown',
      'critical repository-unknown',
      withSighting({ observedAt: undefined, value: undefined }),
      7200,
    ],
    ['unknown', 'critical repository-unknown', withSighting({ failure: { at: now, problem: 'x' } }), 7200],
    ['unknown', 'critical repository-unknown', withSighting({ observedAt: now - hour - 1 }), 7200],
    ['unknown', 'critical repository-unknown', withSighting({ observedAt: now + 1 }), 7200],
    [
      'critical',
      'critical restore-unfinished',
      { unfinished: [{ ...run, result: 'running', alive: false }] },
      7200,
    ],
    ['warning', 'warning last-run-failed', { lastRuns: [{ ...run, result: 'failed', problem: 'x' }] }, 7200],
    ['warning', 'warning schedule-failed', { lines: [{ ...line, run: { ...run, result: 'failed' } }] }, 7200],
    [
      'warning',
      'warning schedule-failed',
      { lines: [{ ...line, run: undefined, detail: 'failed: no journal' }] },
      7200,
    ],
    [
      'warning',
      'warning schedule-missed',
      { lines: [{ ...line, decision: 'skip', reason: 'still-running', run: undefined }] },
      7200,
    ],
  ] as const)('is %s for %s', (status, rule, change, backupAge) => {
    expect(judge(change as Partial<HealthObservations>, backupAge)).toMatchObject({ status, rules: [rule] });
  });

  it('does not mind what was wished for or is under way', () => {
    const skipped = { ...line, decision: 'skip', reason: 'replaced', run: undefined } as const;
    expect(judge({ lines: [skipped] }).rules).toEqual([]);
    // Handed to the queue, and nothing is known yet.
    expect(judge({ lines: [{ ...line, run: undefined }] }).rules).toEqual([]);
    expect(judge({ unfinished: [{ ...run, result: 'running', alive: true }] }).rules).toEqual([]);
    expect(judge({ lastRuns: [{ ...run, result: 'interrupted' }] }).rules).toEqual([]);
    const loaded = { loadedAt: now - 1, refused: { at: now - 2, problem: 'line 3' } };
    expect(judge(withDaemon({ configuration: loaded })).rules).toEqual([]);
  });

  it('says nothing of sets in a repository that could not be read', () => {
    const { value } = sighting.catalogue;
    const [first] = value?.repositories ?? [];
    if (value === undefined || first === undefined) throw new Error('the good case has one');
    const unread = { ...first, code: 99 as const, message: 'no route', sets: [] };
    expect(judge(withSighting({ value: { ...value, repositories: [unread] } })).rules).toEqual([
      'critical repository-not-ok',
    ]);
  });
});
