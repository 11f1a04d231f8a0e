import { expect, it } from 'vitest';
import { showOn } from '../../test/support/shown-gauges.ts';
import { showChannels } from './show-channels.ts';

it('the metrics of deliveries tell what waits, since when, and whether the last attempt failed', () => {
  const now = 1_000_000;
  const quiet = {
    kind: 'slack',
    waiting: 0,
    oldestWaitingSince: undefined,
    lastDeliveredAt: 5000,
    failure: undefined,
  };
  const failing = {
    kind: 'email',
    waiting: 2,
    oldestWaitingSince: now - 30_000,
    lastDeliveredAt: undefined,
    failure: { at: now, problem: 'refused', attempts: 7, since: now - 9000 },
  };
  const page = showOn((gauges) =>
    showChannels(
      gauges,
      [
        { channel: 'ops', ...quiet },
        { channel: 'boss', ...failing },
      ],
      now,
    ),
  );
  expect(page.value('holdfast_delivery_waiting', { channel: 'ops', kind: 'slack' })).toBe(0);
  expect(page.value('holdfast_delivery_last_timestamp_seconds')).toBe(5);
  expect(page.value('holdfast_delivery_failing', { channel: 'ops' })).toBe(0);
  expect(page.value('holdfast_delivery_failing', { channel: 'boss' })).toBe(1);
  expect(page.value('holdfast_delivery_oldest_waiting_age_seconds')).toBe(30);
  expect(page.value('holdfast_delivery_failed_attempts', { channel: 'boss' })).toBe(7);
});
