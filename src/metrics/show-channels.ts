import type { ChannelObservation } from '../status/delivery-observation.ts';
import type { Gauges } from './gauges.ts';
import { setKnown } from './set-known.ts';

/** How the delivery of messages goes. `now` is epoch milliseconds. */
export function showChannels(gauges: Gauges, channels: readonly ChannelObservation[], now: number): void {
  for (const { channel, kind, waiting, oldestWaitingSince, lastDeliveredAt, failure } of channels) {
    const labels = { channel, kind };
    gauges.deliveryWaiting.set(labels, waiting);
    if (oldestWaitingSince !== undefined)
      gauges.deliveryOldest.set(labels, Math.max(0, now - oldestWaitingSince) / 1000);
    setKnown(gauges.deliveryLast, labels, lastDeliveredAt, 1000);
    gauges.deliveryFailing.set(labels, Number(failure !== undefined));
    gauges.deliveryAttempts.set(labels, failure?.attempts ?? 0);
  }
}
