import { expect, it } from 'vitest';
import { drillReport } from '../../../test/support/drill-reports.ts';
import { configuration, repository, stanza } from '../../../test/support/conf-parts.ts';
import type { Stanza } from '../../config/configuration.ts';
import { assess } from '../assess.ts';
import { describeObjectives } from '../describe-objectives.ts';
import type { DrillObservation } from '../drill-observation.ts';

const now = Date.UTC(2026, 10, 21);
const drill: DrillObservation = {
  stanza: 'main',
  repository: 'repo1',
  id: 'drill-1',
  endedAt: now - 3_600_000,
  passed: true,
  set: '20261120-010000F',
  problems: [],
  measured: { ...drillReport(1).measured, rtoSeconds: 1200 },
};
const objectives = { rpo: undefined, rto: 1800, backupAge: undefined, drillAge: undefined };
const main = { ...stanza('main', [], [repository(1)]), objectives } satisfies Stanza;

const judge = (...drills: readonly DrillObservation[]) =>
  assess(configuration([main]), { drills, restores: [] }, now);

it('tells of a drill that failed, with what failed', () => {
  const failed = { ...drill, passed: false, problems: ['read: a page is broken'] };
  expect(judge(failed).filter(({ rule }) => rule === 'drill-failed')).toMatchObject([
    {
      severity: 'critical',
      repository: 'repo1',
      evidence: 'set 20261120-010000F: read: a page is broken (run drill-1 at 2026-11-20T23:00:00.000Z)',
    },
  ]);
  const early = judge({ ...failed, repository: '', set: '' });
  expect(early.find(({ rule }) => rule === 'drill-failed')?.repository).toBeUndefined();
});

it('takes what a drill measured for the time that a restore takes', () => {
  expect(judge(drill)).toEqual([]);
  expect(judge().map(({ rule }) => rule)).toEqual(['rto-not-measured']);
  const slow = { ...drill, measured: { ...drill.measured, rtoSeconds: 1801 } };
  const [finding] = judge(slow);
  expect(finding).toMatchObject({
    rule: 'rto-exceeded',
    evidence: expect.stringContaining('by drill drill-1'),
  });
  expect(describeObjectives(main, { drills: [drill] }, [], now)).toMatchObject([
    { objective: 'rto', measuredSeconds: 1200, kept: true },
  ]);
});
