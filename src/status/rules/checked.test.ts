import { expect, it } from 'vitest';
import { configuration, repository, stanza } from '../../../test/support/conf-parts.ts';
import { findingPlace, type Finding } from '../../model/finding.ts';
import { assess, judgeHealth } from '../assess.ts';
import type { CheckedObservation } from '../health-observations.ts';
import { assessChecked } from './checked.ts';

const now = Date.UTC(2026, 10, 21);
const finding = (rule: string, change: Partial<Finding> = {}): Finding => ({
  rule,
  severity: 'critical',
  ...findingPlace('main', 'repo1'),
  problem: 'p',
  evidence: 'e',
  remedy: 'r',
  ...change,
});

const judge = (...findings: readonly Finding[]): Finding[] => {
  const checked: CheckedObservation = { stanza: 'main', run: 'check-1', endedAt: now - 3_600_000, findings };
  return assess(configuration([stanza('main', [], [repository(1)])]), { checked: [checked] }, now);
};

it('tells what the last check found, with the run and its time', () => {
  const findings = judge(
    finding('timezone-differs', { severity: 'advice' }),
    finding('archive-not-arriving'),
    finding('disk-space', { severity: 'warning' }),
  );
  expect(findings.map(({ rule }) => rule)).toEqual([
    'archive-not-arriving',
    'disk-space',
    'timezone-differs',
  ]);
  expect(findings[0]?.evidence).toBe('e (run check-1 at 2026-11-20T23:00:00.000Z)');
  expect(judgeHealth(findings)).toBe('critical');
  expect(judge()).toEqual([]);
});

it('leaves to other looks what they see, and to the past what no rule says any more', () => {
  // Each of them the daemon sees begin and end by itself.
  for (const rule of ['backup-too-old', 'archive-mode-off', 'archiver-failing', 'certificate-expires'])
    expect(judge(finding(rule))).toEqual([]);
  expect(judge(finding('rule-of-an-older-version'))).toEqual([]);
});

it('says nothing twice', () => {
  const findings = [finding('disk-space'), finding('secrets-readable')];
  const checked = [{ stanza: 'main', run: 'check-1', endedAt: now, findings }];
  expect(assessChecked(checked, [finding('disk-space', { evidence: 'now' })])).toMatchObject([
    { rule: 'secrets-readable' },
  ]);
});
