import { describe, expect, it } from 'vitest';
import { findingPlace, type Finding, type KnownFinding } from '../model/finding.ts';
import { judgeHealth } from './assess.ts';
import { followFindings, type FollowContext, type Visibility } from './follow-findings.ts';
import { joinKnown } from './join-known.ts';

const minute = 60_000;
const seen: Visibility = { state: 'seen' };

const hole: Finding = {
  rule: 'wal-hole',
  severity: 'critical',
  ...findingPlace('main', 'r1'),
  problem: 'WAL is missing',
  evidence: 'at 10:00',
  remedy: 'Take a backup.',
};
const unknown: Finding = { ...hole, rule: 'archive-unknown', problem: 'it could not be seen' };

function context(change: Partial<FollowContext> = {}): FollowContext {
  return { now: 10 * minute, visibility: () => seen, recentBegins: () => 1, ...change };
}

function known(finding: Finding, change: Partial<KnownFinding> = {}): KnownFinding {
  return { ...finding, since: minute, lastSeenAt: 9 * minute, endedAt: undefined, ...change };
}

describe('findings over time', () => {
  it('begin once, and stay the same one while they are made', () => {
    const first = followFindings([], [hole, hole], context({ recentBegins: () => 0 }));
    expect(first.open).toMatchObject([{ rule: 'wal-hole', since: 10 * minute, endedAt: undefined }]);
    expect(first.events).toMatchObject([{ kind: 'began', recently: 1 }]);
    const later = followFindings(
      first.open,
      [{ ...hole, evidence: 'at 10:05' }],
      context({ now: 15 * minute }),
    );
    expect(later.events).toEqual([]);
    expect(later.open).toMatchObject([{ since: 10 * minute, lastSeenAt: 15 * minute, evidence: 'at 10:05' }]);
  });

  it('change when their severity does', () => {
    const { events, open } = followFindings([known(hole)], [{ ...hole, severity: 'warning' }], context());
    expect(events).toMatchObject([{ kind: 'changed', finding: { severity: 'warning', since: minute } }]);
    expect(open).toHaveLength(1);
  });

  it('end when a look that can be believed does not show them', () => {
    const { open, ended, events } = followFindings([known(hole)], [], context());
    expect(open).toEqual([]);
    expect(ended).toMatchObject([{ since: minute, endedAt: 10 * minute }]);
    expect(events).toMatchObject([{ kind: 'ended', at: 10 * minute }]);
  });

  it.each(['unknown', 'pending'] as const)('stay open while the look is %s', (state) => {
    const visibility = (): Visibility => ({ state, why: 'no route' });
    const { open, events } = followFindings([known(hole)], [], context({ visibility }));
    expect(events).toEqual([]);
    expect(open).toMatchObject([{ rule: 'wal-hole', unseenBecause: 'no route', endedAt: undefined }]);
    // Seen again, it is what it was.
    const again = followFindings(open, [hole], context());
    expect(again.events).toEqual([]);
    expect(again.open[0]?.unseenBecause).toBeUndefined();
  });

  it('end when what they are about is no longer configured, whoever can see it', () => {
    const visibility = (): Visibility => ({ state: 'gone' });
    expect(followFindings([known(hole)], [], context({ visibility })).ended).toHaveLength(1);
  });

  it('that something is unknown ends when it is known, and is no news before the first look', () => {
    const looking = (state: 'pending' | 'unknown') => (): Visibility => ({ state, why: 'not looked at yet' });
    const atStart = context({ visibility: looking('pending') });
    expect(followFindings([], [unknown], atStart).events).toEqual([]);
    expect(followFindings([known(unknown)], [], atStart).open).toHaveLength(1);
    expect(followFindings([], [unknown], context({ visibility: looking('unknown') })).events).toHaveLength(1);
    expect(
      followFindings([known(unknown)], [], context({ visibility: looking('unknown') })).ended,
    ).toHaveLength(1);
  });

  it('that come and go are held open until they have stayed away', () => {
    const recentBegins = (): number => 3;
    const flapping = known(hole, { lastSeenAt: 10 * minute });
    const held = followFindings([flapping], [], context({ now: 24 * minute, recentBegins }));
    expect(held.events).toEqual([]);
    expect(held.open[0]?.unseenBecause).toContain('comes and goes');
    // What is wrong now is another question.
    expect(judgeHealth(held.open)).toBe('healthy');
    const back = followFindings(held.open, [hole], context({ now: 24 * minute, recentBegins }));
    expect([back.open[0]?.isAway, judgeHealth(back.open)]).toEqual([undefined, 'critical']);
    const over = followFindings(held.open, [], context({ now: 25 * minute, recentBegins }));
    expect(over.events).toMatchObject([{ kind: 'ended', recently: 3 }]);
  });

  it('are shown with since when, and what nobody has looked at yet is shown too', () => {
    const visibility = ({ rule }: Finding): Visibility =>
      rule === 'wal-hole' ? { state: 'unknown', why: 'no route' } : { state: 'pending', why: 'not yet' };
    const shown = joinKnown([unknown], [known(hole)], context({ visibility }));
    expect(shown.map(({ rule, since }) => [rule, since])).toEqual([
      ['wal-hole', minute],
      ['archive-unknown', 10 * minute],
    ]);
  });
});
