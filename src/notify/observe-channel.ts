import type { NotifyChannel } from '../config/configuration.ts';
import type { ChannelObservation } from '../status/delivery-observation.ts';
import type { DeliveryMemory } from '../store/delivery-memory.ts';

/** How a channel goes, as its memory says. @param deliveredAt what this process knows and has not written down */
export function observeChannel(
  { name, kind }: NotifyChannel,
  memory: DeliveryMemory,
  deliveredAt?: number,
): ChannelObservation {
  const waiting = memory.waiting(name);
  const record = memory.record(name);
  const { failedAt, problem, failures, failingSince } = record;
  return {
    channel: name,
    kind,
    waiting: waiting.length,
    oldestWaitingSince: waiting[0]?.createdAt,
    lastDeliveredAt: deliveredAt ?? record.deliveredAt,
    failure:
      failedAt === undefined || problem === undefined
        ? undefined
        : { at: failedAt, problem, attempts: failures, since: failingSince ?? failedAt },
  };
}
