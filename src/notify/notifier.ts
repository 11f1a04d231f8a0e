import type { NotifyChannel } from '../config/configuration.ts';
import { isFailure } from '../model/failure.ts';
import type { KnownFinding } from '../model/finding.ts';
import type { ChannelObservation } from '../status/delivery-observation.ts';
import type { StoredDelivery } from '../store/delivery-memory.ts';
import type { Channel, DeliveryResult, StateChannel } from './channel.ts';
import { backoffMs, isGivenUp } from './backoff.ts';
import type { NotifierDeps } from './notifier-deps.ts';
import { observeChannel } from './observe-channel.ts';
import { concerns, planNotifications } from './plan-notifications.ts';
import { attemptSeconds } from './send-http.ts';
import { changeOf, readNotification, readToldFinding } from './told-finding.ts';

/** The longest sleep, milliseconds: a clock that was set is noticed that much later. */
const longestSleepMs = 30_000;
/** A success of a push is written down when the last one on disk is older; pushes are many. */
const noteEveryMs = 600_000;
const dayMs = 86_400_000;
/** What is closed at the end has so long to be so, milliseconds. */
const letGoMs = 500;
/** How long what became of messages is kept, and how often older ones are forgotten. */
const keptMs = 30 * dayMs;

/** What is known of a channel in this process; what must survive is in the memory. */
interface Lane {
  readonly configuration: NotifyChannel;
  readonly channel: Channel;
  busy: boolean;
  /** From when on it could not be reached, until a plan has seen that. */
  missedSince: number | undefined;
  /** When the next push is due, and what the last one said. */
  pushAt: number;
  pushed: string | undefined;
  notedAt: number;
  /** Attempts in a row whose end could not be written down, and until when the lane rests for it. */
  troubles: number;
  restsUntil: number;
  deliveredAt: number | undefined;
}

/**
 * Tells channels what is to be told. For each channel it goes round: where nothing waits, what is to be told now is
 * planned and put into the queue on disk; the first that waits is sent; what became of that is written down together
 * with what the channel knows from then on. A kill at any line is followed by the same message with the same id.
 *
 * Each channel goes by itself: one that hangs delays no other. While messages wait nothing new is planned for their
 * channel, so that a queue never grows: what happens meanwhile is in the next plan.
 */
export class Notifier {
  readonly #deps: NotifierDeps;
  readonly #lanes = new Map<string, Lane>();
  readonly #work = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #planning = true;
  #forgotAt: number | undefined;

  constructor(deps: NotifierDeps) {
    this.#deps = deps;
  }

  /** Looks again soon: findings or the configuration are others. */
  wake(): void {
    this.#wake.abort();
  }

  /** The configuration is another one: channels are made anew, and those that failed are tried at once. */
  reload(): void {
    const names = this.#deps.channels().map(({ name }) => name);
    for (const name of names) this.#deps.memory.hurry(name);
    for (const [name, { busy }] of this.#lanes) if (!busy && !names.includes(name)) this.#lanes.delete(name);
    this.#forgotAt = undefined;
    this.wake();
  }

  /** Goes round until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const wait = Math.min(Math.max(this.#turn() - clock.now(), 0), longestSleepMs);
      try {
        await clock.sleep(wait, AbortSignal.any([signal, this.#wake.signal]));
      } catch (error) {
        if (!signal.aborted && !this.#wake.signal.aborted) throw error;
      }
    }
  }

  /**
   * Sends what waits and is due, plans nothing more, and closes what is open after the given time: the rest waits on
   * disk for the next Holdfast.
   */
  async end(milliseconds: number): Promise<void> {
    this.#planning = false;
    const stopped = Promise.withResolvers<void>();
    const late = setTimeout(() => {
      this.#stop.abort();
      // What has not let go by then (a look-up of a name) ends with the process.
      setTimeout(stopped.resolve, letGoMs).unref();
    }, milliseconds);
    try {
      do {
        await Promise.race([Promise.all(this.#work), stopped.promise]);
        if (!this.#stop.signal.aborted) this.#turn();
      } while (this.#work.size > 0 && !this.#stop.signal.aborted);
    } finally {
      clearTimeout(late);
      this.#stop.abort();
    }
  }

  /** How each channel goes. @throws Failure journal-damaged */
  observe(): readonly ChannelObservation[] {
    return this.#deps
      .channels()
      .map((channel) =>
        observeChannel(channel, this.#deps.memory, this.#lanes.get(channel.name)?.deliveredAt),
      );
  }

  /** @returns when to turn next, epoch milliseconds */
  #turn(): number {
    const { clock, channels, onTrouble } = this.#deps;
    const now = clock.now();
    try {
      this.#forget(now);
      const configured = channels();
      if (configured.length === 0) return now + longestSleepMs;
      const known = this.#planning ? this.#deps.findings() : undefined;
      const next = configured.map((one) => this.#serve(this.#laneOf(one), known, now));
      return Math.min(...next, now + longestSleepMs);
    } catch (error) {
      onTrouble(error);
      return now + longestSleepMs;
    }
  }

  #laneOf(configuration: NotifyChannel): Lane {
    const { createChannel, clock, resolveSecret, sender } = this.#deps;
    const known = this.#lanes.get(configuration.name);
    if (known?.configuration === configuration) return known;
    const lane: Lane = {
      configuration,
      channel: createChannel(configuration, { sender, resolveSecret, now: () => clock.now() }),
      busy: known?.busy ?? false,
      missedSince: known?.missedSince,
      pushAt: clock.monotonic(),
      pushed: undefined,
      notedAt: Number.NEGATIVE_INFINITY,
      troubles: known?.troubles ?? 0,
      restsUntil: known?.restsUntil ?? Number.NEGATIVE_INFINITY,
      deliveredAt: known?.deliveredAt,
    };
    this.#lanes.set(configuration.name, lane);
    return lane;
  }

  /** @returns when the lane wants to be served next */
  #serve(lane: Lane, known: readonly KnownFinding[] | undefined, now: number): number {
    if (lane.busy) return Number.POSITIVE_INFINITY;
    const { memory, clock } = this.#deps;
    const rests = lane.restsUntil - clock.monotonic();
    if (rests > 0) return now + rests;
    const { nextAttempt } = memory.record(lane.configuration.name);
    // A clock that was set back must not keep a channel silent.
    const mayTryAt = nextAttempt !== undefined && nextAttempt - now <= dayMs ? nextAttempt : now;
    if (lane.channel.type === 'state') {
      if (known === undefined) return Number.POSITIVE_INFINITY;
      return mayTryAt > now ? mayTryAt : this.#servePush(lane, lane.channel, { known, now });
    }
    let [first] = memory.waiting(lane.configuration.name);
    let plannedFor = Number.POSITIVE_INFINITY;
    if (first === undefined && known !== undefined) {
      plannedFor = this.#plan(lane, known, now) ?? Number.POSITIVE_INFINITY;
      [first] = memory.waiting(lane.configuration.name);
    }
    if (first === undefined) return plannedFor;
    if (mayTryAt > now) return mayTryAt;
    const { channel } = lane;
    const delivery = first;
    this.#begin(lane, async (signal) => {
      const message = readNotification(delivery.message);
      const result = await this.#attempt((deadline) => channel.deliver(message, deadline), signal);
      this.#write(lane, delivery, result, clock.now());
    });
    return Number.POSITIVE_INFINITY;
  }

  #plan(lane: Lane, known: readonly KnownFinding[], now: number): number | undefined {
    const { memory, sender, newId } = this.#deps;
    const { configuration } = lane;
    const { name } = configuration;
    const plan = planNotifications({
      channel: configuration,
      sender,
      known,
      told: memory.told(name).map(readToldFinding),
      missedSince: lane.missedSince,
      now,
      newId,
    });
    memory.note(name, { told: [], over: plan.over });
    if (plan.messages.length > 0) {
      memory.enqueue(
        plan.messages.map((message) => ({
          id: message.id,
          channel: name,
          message: JSON.stringify(message),
          createdAt: now,
        })),
      );
    }
    lane.missedSince = undefined;
    return plan.nextAt;
  }

  #servePush(
    lane: Lane,
    channel: StateChannel,
    { known, now }: { readonly known: readonly KnownFinding[]; readonly now: number },
  ): number {
    const { clock } = this.#deps;
    const mine = known.filter((finding) => concerns(lane.configuration, finding));
    const state = JSON.stringify(
      mine.map(({ rule, subject, severity, endedAt }) => [rule, subject, severity, endedAt]),
    );
    const wait = lane.pushed === state ? lane.pushAt - clock.monotonic() : 0;
    if (wait > 0) return now + wait;
    const open = mine.filter(({ endedAt }) => endedAt === undefined);
    const ended = mine
      .filter(({ endedAt }) => endedAt !== undefined)
      .toSorted((left, right) => (right.endedAt ?? 0) - (left.endedAt ?? 0));
    this.#begin(lane, async (signal) => {
      const result = await this.#attempt((deadline) => channel.push({ open, ended, now }, deadline), signal);
      if (result.delivered) {
        lane.pushed = state;
        lane.pushAt = clock.monotonic() + channel.everyMs;
      }
      this.#write(lane, undefined, result, clock.now());
    });
    return Number.POSITIVE_INFINITY;
  }

  #begin(lane: Lane, work: (signal: AbortSignal) => Promise<void>): void {
    lane.busy = true;
    const { name } = lane.configuration;
    const { clock, random, onTrouble } = this.#deps;
    // After a reload there may be another lane of the same name, which waits for this one.
    const present = (): Lane => this.#lanes.get(name) ?? lane;
    const done = work(this.#stop.signal)
      .then(
        () => {
          present().troubles = 0;
        },
        (error: unknown) => {
          const one = present();
          one.troubles += 1;
          one.restsUntil = clock.monotonic() + backoffMs(one.troubles, random());
          onTrouble(error);
        },
      )
      .finally(() => {
        present().busy = false;
        this.#work.delete(done);
        this.wake();
      });
    this.#work.add(done);
  }

  async #attempt(
    send: (signal: AbortSignal) => Promise<DeliveryResult>,
    stop: AbortSignal,
  ): Promise<DeliveryResult> {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(attemptSeconds * 1000)]);
    try {
      return await send(signal);
    } catch (error) {
      if (!isFailure(error)) throw error;
      // Its secret cannot be looked up now: the failure names the reference, never the value.
      return { delivered: false, problem: error.message, permanent: false };
    }
  }

  #write(sent: Lane, delivery: StoredDelivery | undefined, result: DeliveryResult, at: number): void {
    const { memory, random, onEvent } = this.#deps;
    const { name } = sent.configuration;
    const lane = this.#lanes.get(name) ?? sent;
    const before = memory.record(name);
    const id = delivery?.id;
    if (result.delivered) {
      lane.deliveredAt = at;
      const noted = lane.notedAt + noteEveryMs > at && before.failures === 0;
      if (delivery === undefined && noted) return;
      lane.notedAt = at;
      if (before.failures > 0) lane.missedSince ??= before.failingSince;
      const change =
        delivery === undefined ? { told: [], over: [] } : changeOf(readNotification(delivery.message), at);
      memory.succeed({ channel: name, id, at, outcome: result.answer, change });
      if (before.failures > 0)
        onEvent({ kind: 'recovered', channel: name, message: id, text: 'it can be reached again' });
      if (id !== undefined) onEvent({ kind: 'delivered', channel: name, message: id, text: result.answer });
      return;
    }
    // The daemon was told to end in the middle of it: it says nothing of the receiver.
    if (this.#stop.signal.aborted) return;
    const pause = backoffMs(before.failures + 1, random());
    // What is pushed often is tried as often.
    const usual = lane.channel.type === 'state' ? Math.min(pause, lane.channel.everyMs) : pause;
    const wait = Math.max(usual, result.retryAfterMs ?? 0);
    const giveUp = delivery !== undefined && isGivenUp(delivery, result, at);
    memory.fail({ channel: name, id, at, problem: result.problem, nextAttempt: at + wait, giveUp });
    const kind = giveUp ? 'given-up' : 'failed';
    onEvent({ kind, channel: name, message: id, text: result.problem });
  }

  #forget(now: number): void {
    const { clock, memory, channels } = this.#deps;
    const steady = clock.monotonic();
    if (this.#forgotAt !== undefined && steady - this.#forgotAt < dayMs) return;
    this.#forgotAt = steady;
    memory.keepOnly(channels().map(({ name }) => name));
    memory.forgetBefore(now - keptMs);
  }
}
