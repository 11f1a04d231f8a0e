import { formatElapsed } from '../../model/duration.ts';
import type { Finding } from '../../model/finding.ts';
import type { ChannelObservation } from '../delivery-observation.ts';
import { instant } from '../../model/instant.ts';

/** One attempt that fails may be a receiver that restarts: so many in a row, over so long, are a channel that fails. */
const [mostFailures, longestMs] = [3, 120_000];

/**
 * Channels that cannot be reached. Told through the others; where no channel is left that works nobody is told of
 * anything any more, which is critical by itself.
 *
 * @param now epoch milliseconds
 */
export function assessDeliveries(channels: readonly ChannelObservation[], now: number): Finding[] {
  const failing = channels.filter((channel) => isFailing(channel, now));
  const nobody = failing.length === channels.length;
  return failing.map((channel) => describe(channel, nobody, now));
}

function isFailing({ failure }: ChannelObservation, now: number): boolean {
  return failure !== undefined && failure.attempts >= mostFailures && now - failure.since >= longestMs;
}

function describe(observed: ChannelObservation, nobody: boolean, now: number): Finding {
  const { channel, kind, waiting, oldestWaitingSince, lastDeliveredAt, failure } = observed;
  const attempts =
    failure === undefined
      ? ''
      : `${failure.attempts} attempts since ${instant(failure.since)}, the last at ${instant(failure.at)}: ${failure.problem}`;
  const delivered =
    lastDeliveredAt === undefined
      ? 'nothing was ever delivered'
      : `the last delivery was at ${instant(lastDeliveredAt)}`;
  const waits =
    oldestWaitingSince === undefined
      ? 'nothing waits'
      : `${waiting} waiting, the oldest for ${formatElapsed(Math.max(0, now - oldestWaitingSince))}`;
  return {
    rule: 'notification-failing',
    severity: nobody ? 'critical' : 'warning',
    subject: `channel ${channel}`,
    problem: nobody
      ? `alerts reach nobody: the channel of the kind ${kind} cannot be reached, and no other works`
      : `alerts do not reach the channel of the kind ${kind}`,
    evidence: `${attempts}; ${delivered}; ${waits}`,
    remedy: `Run holdfast notify test ${channel}, and look at its receiver and at what holdfast.yaml says of it.`,
  };
}
