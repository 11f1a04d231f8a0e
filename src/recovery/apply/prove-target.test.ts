import { describe, expect, it } from 'vitest';
import { judgeTarget, type TargetEvidence } from './prove-target.ts';

const seen = (
  change: Partial<TargetEvidence['progress']> = {},
  rest: Partial<TargetEvidence> = {},
): TargetEvidence => ({
  progress: {
    inRecovery: true,
    paused: true,
    replayLsn: 0x5000100n,
    replayTime: 2_000_000n,
    timeline: 1,
    ...change,
  },
  stoppingLine: undefined,
  transactionStatus: undefined,
  expectedEnd: undefined,
  plannedLast: undefined,
  ...rest,
});

describe('judgeTarget', () => {
  it('finds nothing wrong with a target that was reached', () => {
    expect(judgeTarget({ kind: 'immediate' }, seen())).toBeUndefined();
    expect(judgeTarget({ kind: 'lsn', lsn: 0x5000100n }, seen())).toBeUndefined();
    expect(
      judgeTarget({ kind: 'time', microseconds: 2_000_000n, given: '', zone: 'UTC' }, seen()),
    ).toBeUndefined();
    expect(
      judgeTarget({ kind: 'xid', xid: 745n }, seen({}, { transactionStatus: 'committed' })),
    ).toBeUndefined();
    expect(judgeTarget({ kind: 'latest' }, seen({ paused: false }))).toBeUndefined();
  });

  it('finds a recovery that goes on or was promoted', () => {
    expect(judgeTarget({ kind: 'immediate' }, seen({ paused: false }))).toMatch(/does not stand still/);
    expect(judgeTarget({ kind: 'immediate' }, seen({ inRecovery: false }))).toMatch(/promoted/);
  });

  it('finds an LSN that was not reached, and a commit after the time', () => {
    expect(judgeTarget({ kind: 'lsn', lsn: 0x5000101n }, seen())).toMatch(/before 0\/5000101/);
    const time = { kind: 'time', microseconds: 1_999_999n, given: '', zone: 'UTC' } as const;
    expect(judgeTarget(time, seen())).toMatch(/after the target/);
  });

  it('finds a transaction before the time that was not replayed', () => {
    const later = { kind: 'time', microseconds: 9_000_000n, given: '', zone: 'UTC' } as const;
    const same = seen({}, { plannedLast: '1970-01-01T00:00:02.000000Z' });
    expect(judgeTarget(later, same)).toBeUndefined();
    const missed = seen({}, { plannedLast: '1970-01-01T00:00:02.000001Z' });
    expect(judgeTarget(later, missed)).toMatch(/has one of 1970-01-01T00:00:02.000001Z before the target/);
  });

  it('finds the wrong transaction', () => {
    const line = 'recovery stopping after commit of transaction 746, time 2026-11-20 10:00:00+00';
    expect(judgeTarget({ kind: 'xid', xid: 745n }, seen({}, { stoppingLine: line }))).toMatch(
      /746, not at 745/,
    );
    expect(
      judgeTarget({ kind: 'xid', xid: (1n << 32n) + 746n }, seen({}, { stoppingLine: line })),
    ).toBeUndefined();
    expect(judgeTarget({ kind: 'xid', xid: 745n }, seen({}, { transactionStatus: 'in progress' }))).toMatch(
      /not ended/,
    );
  });

  it('finds the wrong restore point', () => {
    const line = 'recovery stopping at restore point "before", time 2026-11-20 10:00:00+00';
    expect(judgeTarget({ kind: 'name', name: 'before' }, seen({}, { stoppingLine: line }))).toBeUndefined();
    expect(judgeTarget({ kind: 'name', name: 'after' }, seen({}, { stoppingLine: line }))).toMatch(
      /"before"/,
    );
  });

  it('finds WAL that is missing from latest', () => {
    const expectedEnd = { lsn: 0x9000000n, evidence: 'segment X is the last one' };
    expect(judgeTarget({ kind: 'latest' }, seen({ paused: false }, { expectedEnd }))).toMatch(
      /0\/5000100, but segment X is the last one: what lies between 0\/5000100 and 0\/9000000 is missing/,
    );
  });
});
