import { describe, expect, it } from 'vitest';
import type { KnownFinding } from '../../model/finding.ts';
import { planAlerts, type PostableAlert } from './alertmanager.ts';

const now = Date.UTC(2026, 10, 20, 12);
const minute = 60_000;
const sender = { host: 'db1', version: '1.0.0' };

function finding(change: Partial<KnownFinding> = {}): KnownFinding {
  return {
    rule: 'backup-too-old',
    severity: 'warning',
    subject: 'stanza main',
    stanza: 'main',
    problem: 'the newest is old',
    evidence: 'it ended a day ago',
    remedy: 'Take one.',
    since: now - 60 * minute,
    lastSeenAt: now,
    endedAt: undefined,
    ...change,
  };
}

function plan(open: KnownFinding[], ended: KnownFinding[] = [], told: PostableAlert[] = []): string[] {
  const before = new Map(told.map((alert, index) => [String(index), alert]));
  return planAlerts({ open, ended, now }, { sender, silenceMs: 15 * minute, told: before }).map(
    ({ labels, endsAt }) => `${labels['severity']} ${(Date.parse(endsAt) - now) / minute}`,
  );
}

const [warning] = planAlerts(
  { open: [finding()], ended: [], now },
  { sender, silenceMs: minute, told: new Map() },
);
if (warning === undefined) throw new Error('a finding makes an alert');

describe('what Alertmanager is told', () => {
  it('goes on for a while after the last push, and names what it is about', () => {
    expect(plan([finding()])).toEqual(['warning 15']);
    expect(warning).toEqual({
      labels: {
        alertname: 'HoldfastBackupTooOld',
        rule: 'backup-too-old',
        severity: 'warning',
        subject: 'stanza main',
        stanza: 'main',
        instance: 'db1',
      },
      annotations: {
        summary: 'stanza main: the newest is old',
        description: 'it ended a day ago',
        remedy: 'Take one.',
        runbook: 'docs/findings.md#backup-too-old',
      },
      startsAt: '2026-11-20T11:00:00.000Z',
      endsAt: '2026-11-20T12:01:00.000Z',
    });
  });

  it('says that nobody can see a finding now', () => {
    const open = [finding({ unseenBecause: 'never looked' })];
    const [alert] = planAlerts({ open, ended: [], now }, { sender, silenceMs: minute, told: new Map() });
    expect(alert?.annotations['summary']).toBe(
      'stanza main: the newest is old (not seen any more: never looked)',
    );
  });

  it.each([
    ['an end lately', [], [finding({ endedAt: now - minute })], [], ['warning -1']],
    ['an end long ago', [], [finding({ endedAt: now - 31 * minute })], [], []],
    [
      'an end in the future, after the clock was set back',
      [],
      [finding({ endedAt: now + minute })],
      [],
      ['warning 0'],
    ],
    ['one that began again', [finding()], [finding({ endedAt: now - minute })], [], ['warning 15']],
    ['another severity', [finding({ severity: 'critical' })], [], [warning], ['critical 15', 'warning 0']],
    ['the same severity', [finding()], [], [warning], ['warning 15']],
    ['told, and neither there nor ended', [], [], [warning], ['warning 0']],
    ['told and ended', [], [finding({ endedAt: now - minute })], [warning], ['warning -1']],
  ] as const)('%s', (_, open, ended, told, expected) => {
    expect(plan([...open], [...ended], [...told])).toEqual(expected);
  });

  it('never lets an alert end before it began', () => {
    const open = [finding({ since: now + 60 * minute })];
    const [alert] = planAlerts({ open, ended: [], now }, { sender, silenceMs: minute, told: new Map() });
    expect(Date.parse(alert?.startsAt ?? '')).toBeLessThanOrEqual(Date.parse(alert?.endsAt ?? ''));
  });
});
