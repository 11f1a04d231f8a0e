import type { NotifyChannel } from '../config/configuration.ts';
import type { KnownFinding } from '../model/finding.ts';
import { composeNotification } from './compose-notification.ts';
import { sendOnce, type ChannelTest, type ChannelTestDeps } from './send-once.ts';
import { notify } from './told-finding.ts';

/** Channels that are told of something critical of this stanza (undefined: of Holdfast itself). */
export function channelsFor(
  channels: readonly NotifyChannel[],
  stanza: string | undefined,
): readonly NotifyChannel[] {
  return channels.filter(
    ({ on, stanzas }) =>
      on.includes('critical') && (stanzas.length === 0 || stanza === undefined || stanzas.includes(stanza)),
  );
}

/**
 * Tells channels at once of one thing that happened and that no daemon watches, such as a unit that failed. Nothing of
 * it is remembered: no message says later that it is over.
 */
export async function tellFailure(
  channels: readonly NotifyChannel[],
  finding: KnownFinding,
  deps: ChannelTestDeps,
  signal?: AbortSignal,
): Promise<readonly ChannelTest[]> {
  return sendOnce(
    channels,
    async (channel, { configuration, id, signal: deadline }) => {
      if (channel.type === 'state')
        return channel.push({ open: [finding], ended: [], now: deps.now() }, deadline);
      const message = composeNotification(
        {
          group: finding.stanza === undefined ? 'daemon' : `stanza ${finding.stanza}`,
          began: [notify(finding, 'critical')],
          changed: [],
          repeated: [],
          ended: [],
          missed: [],
        },
        {
          channel: configuration,
          sender: deps.sender,
          known: [finding],
          told: [],
          now: deps.now(),
          newId: () => id,
        },
      );
      return channel.deliver(message, deadline);
    },
    deps,
    signal,
  );
}
