import type { NotifyChannel } from '../config/configuration.ts';
import { isFailure } from '../model/failure.ts';
import type { Channel, ChannelDeps, CreateChannel, DeliveryResult } from './channel.ts';
import { attemptSeconds } from './send-http.ts';

/** What became of one message to one channel. Plain data: it goes over the daemon's socket. */
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

/** Tells one channel of one kind what there is to say. */
export type SayOnce = (
  channel: Channel,
  message: { readonly configuration: NotifyChannel; readonly id: string; readonly signal: AbortSignal },
) => Promise<DeliveryResult>;

/** Says something to each channel, all at once, each once; nothing is queued or tried again. */
export async function sendOnce(
  channels: readonly NotifyChannel[],
  say: SayOnce,
  deps: ChannelTestDeps,
  stop?: AbortSignal,
): Promise<readonly ChannelTest[]> {
  return Promise.all(
    channels.map(async (configuration) => {
      const { name, kind } = configuration;
      const id = deps.newId();
      const began = deps.monotonic();
      const deadline = AbortSignal.timeout(attemptSeconds * 1000);
      const signal = stop === undefined ? deadline : AbortSignal.any([stop, deadline]);
      const result = await tryOnce(() =>
        say(deps.createChannel(configuration, deps), { configuration, id, signal }),
      );
      return {
        channel: name,
        kind,
        id,
        delivered: result.delivered,
        outcome: result.delivered ? result.answer : result.problem,
        elapsedMs: Math.round(deps.monotonic() - began),
      };
    }),
  );
}

async function tryOnce(send: () => Promise<DeliveryResult>): Promise<DeliveryResult> {
  try {
    return await send();
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { delivered: false, problem: error.message, permanent: false };
  }
}
