import type { Configuration, NotifyChannel } from '../config/configuration.ts';
import { Failure, isFailure } from '../model/failure.ts';
import { nearestName } from '../model/nearest-name.ts';
import type { ChannelDeps, CreateChannel, DeliveryResult } from './channel.ts';
import { composeTest } from './compose-notification.ts';
import { attemptSeconds } from './send-http.ts';

/** What became of the test of one channel. Plain data: it goes over the daemon's socket. */
export interface ChannelTest {
  readonly channel: string;
  readonly kind: NotifyChannel['kind'];
  /** Id of the message. */
  readonly id: string;
  readonly delivered: boolean;
  /** What the receiver answered, or why it failed. No secret is in it. */
  readonly outcome: string;
  readonly elapsedMs: number;
}

export interface ChannelTestDeps extends ChannelDeps {
  readonly createChannel: CreateChannel;
  readonly newId: () => string;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
}

/** Sends a message that says that it is a test to each channel, all at once, each once; nothing is queued. */
export async function testChannels(
  channels: readonly NotifyChannel[],
  deps: ChannelTestDeps,
  signal?: AbortSignal,
): Promise<readonly ChannelTest[]> {
  return Promise.all(channels.map((channel) => testOne(channel, deps, signal)));
}

async function testOne(
  configuration: NotifyChannel,
  deps: ChannelTestDeps,
  stop: AbortSignal | undefined,
): Promise<ChannelTest> {
  const { name, kind } = configuration;
  const id = deps.newId();
  const began = deps.monotonic();
  const deadline = AbortSignal.timeout(attemptSeconds * 1000);
  const signal = stop === undefined ? deadline : AbortSignal.any([stop, deadline]);
  const result = await send(configuration, id, deps, signal);
  return {
    channel: name,
    kind,
    id,
    delivered: result.delivered,
    outcome: result.delivered ? result.answer : result.problem,
    elapsedMs: Math.round(deps.monotonic() - began),
  };
}

async function send(
  configuration: NotifyChannel,
  id: string,
  deps: ChannelTestDeps,
  signal: AbortSignal,
): Promise<DeliveryResult> {
  const channel = deps.createChannel(configuration, deps);
  try {
    if (channel.type === 'state') return await channel.test(id, signal);
    const { sender } = deps;
    return await channel.deliver(composeTest(configuration.name, { id, now: deps.now(), sender }), signal);
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { delivered: false, problem: error.message, permanent: false };
  }
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
