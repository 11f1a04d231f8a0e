import { describe, expect, it } from 'vitest';
import type { ChannelObservation } from '../delivery-observation.ts';
import { assessDeliveries } from './deliveries.ts';

const now = Date.UTC(2026, 10, 21, 3);
const well: ChannelObservation = {
  channel: 'ops',
  kind: 'slack',
  waiting: 0,
  oldestWaitingSince: undefined,
  lastDeliveredAt: now - 60_000,
  failure: undefined,
};
const failing = (attempts: number, sinceMs: number): ChannelObservation => ({
  ...well,
  waiting: 1,
  oldestWaitingSince: now - sinceMs,
  failure: { at: now, problem: 'HTTP 503', attempts, since: now - sinceMs },
});

describe('channels of alerts', () => {
  it.each([
    ['one that works', [well], []],
    ['one that failed twice for long', [failing(2, 3_600_000), well], []],
    ['one that failed often just now', [failing(9, 60_000), well], []],
    ['one that fails beside one that works', [failing(3, 120_000), well], ['warning']],
    ['the only one that fails', [failing(3, 120_000)], ['critical']],
    ['none', [], []],
  ] as const)('%s', (_name, channels, severities) => {
    expect(assessDeliveries(channels, now).map(({ severity }) => severity)).toEqual(severities);
  });

  it('are named with what was seen', () => {
    expect(assessDeliveries([failing(7, 600_000), well], now)[0]).toMatchObject({
      rule: 'notification-failing',
      subject: 'channel ops',
      evidence:
        '7 attempts since 2026-11-21T02:50:00.000Z, the last at 2026-11-21T03:00:00.000Z: HTTP 503; the last delivery was at 2026-11-21T02:59:00.000Z; 1 waiting, the oldest for 10 min 0 s',
    });
  });
});
