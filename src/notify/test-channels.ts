import type { Configuration, NotifyChannel } from '../config/configuration.ts';
import { Failure } from '../model/failure.ts';
import { nearestName } from '../model/nearest-name.ts';
import { composeTest } from './compose-notification.ts';
import { sendOnce, type ChannelTest, type ChannelTestDeps } from './send-once.ts';

/** Sends a message that says that it is a test to each channel, all at once, each once; nothing is queued. */
export async function testChannels(
  channels: readonly NotifyChannel[],
  deps: ChannelTestDeps,
  signal?: AbortSignal,
): Promise<readonly ChannelTest[]> {
  const { sender } = deps;
  return sendOnce(
    channels,
    async (channel, { configuration, id, signal: deadline }) =>
      channel.type === 'state'
        ? channel.test(id, deadline)
        : channel.deliver(composeTest(configuration.name, { id, now: deps.now(), sender }), deadline),
    deps,
    signal,
  );
}

/** Nobody has configured it. */
export function channelMissing(name: string, { file, notify }: Configuration): Failure {
  const names = notify.map((channel) => channel.name);
  const near = nearestName(name, names);
  return new Failure('nothing-found', {
    operation: 'choose the channels',
    place: file,
    problem: `there is no channel ${name}`,
    hint:
      near !== undefined
        ? `Did you mean ${near}?`
        : names.length === 0
          ? 'The file has none: docs/notifications.md shows how one is written.'
          : `The file has: ${names.join(', ')}.`,
  });
}

/**
 * The channels of these names; all without a name.
 *
 * @returns the names that there are not beside them
 */
export function chooseChannels(
  channels: readonly NotifyChannel[],
  names: readonly string[],
): { readonly chosen: readonly NotifyChannel[]; readonly unknown: readonly string[] } {
  const known = new Set(channels.map(({ name }) => name));
  const wanted = names.length === 0 ? channels : channels.filter(({ name }) => names.includes(name));
  return { chosen: wanted, unknown: names.filter((name) => !known.has(name)) };
}
