import type { Configuration, ConsulSettings } from '../../config/configuration.ts';
import type { Finding } from '../../model/finding.ts';
import { isFailure } from '../../model/failure.ts';
import type { DeliveryResult } from '../channel.ts';
import { attemptSeconds } from '../send-http.ts';
import { isUnknownCheck, openConsulAgent, type ConsulAgent, type ConsulAgentDeps } from './consul-agent.ts';
import { planConsulChecks, planUnknownChecks, type ConsulCheck } from './consul-checks.ts';

/** How often the verdict is looked at, so that a change is told before its turn comes; milliseconds. */
const lookEveryMs = 5000;

export interface ConsulPusherDeps extends ConsulAgentDeps {
  readonly configuration: () => Configuration;
  /** The present findings, the worst first. @throws Failure when nobody can judge */
  readonly judge: () => readonly Finding[];
  readonly clock: {
    readonly now: () => number;
    readonly monotonic: () => number;
    readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  };
  /** A bug in here must not end a daemon; the end of the TTL tells of it too. */
  readonly onBug: (error: unknown) => void;
  /** Told once when pushing begins to fail, and once when it goes again. */
  readonly onChange: (state: 'told' | 'failed', text: string) => void;
}

/** What is registered with which agent. */
interface Registration {
  readonly settings: ConsulSettings;
  readonly agent: ConsulAgent;
  /** Ids of its checks; undefined: not registered yet, or the agent has lost them. */
  ids: string | undefined;
}

/**
 * Keeps the checks of Consul up to date: three times in their TTL, and soon after the verdict has changed. At its end it
 * says nothing: a daemon that does not run is what the TTL is for.
 */
export class ConsulPusher {
  readonly #deps: ConsulPusherDeps;
  #registration: Registration | undefined;
  #told: string | undefined;
  /** Until when a daemon that has just begun may still be looking; set at the first turn. */
  #startsUntil: number | undefined;
  #dueAt = Number.NEGATIVE_INFINITY;
  #failing: string | undefined;

  constructor(deps: ConsulPusherDeps) {
    this.#deps = deps;
  }

  /** Until the signal aborts. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        await this.turn(stop);
      } catch (error) {
        if (!stop.aborted) this.#deps.onBug(error);
      }
      try {
        await this.#deps.clock.sleep(lookEveryMs, stop);
      } catch (error) {
        if (!stop.aborted) throw error;
      }
    }
  }

  /** One look at the verdict, and a push where it is due. */
  async turn(stop: AbortSignal): Promise<void> {
    const { configuration, clock } = this.#deps;
    const settings = configuration().consul;
    await this.#follow(settings, stop);
    if (settings === undefined || this.#registration === undefined) return;
    const checks = this.#plan(settings);
    const verdict = JSON.stringify(
      checks.map(({ id, status, output }) => [id, status, withoutMoment(output)]),
    );
    if (verdict === this.#told && clock.monotonic() < this.#dueAt) return;
    if (this.#isStarting(settings, checks)) return;
    const failed = await this.#attempt(stop, (signal) => this.#push(checks, signal));
    if (stop.aborted) return;
    // What could not be told is tried at the next turn.
    this.#told = failed === undefined ? verdict : undefined;
    this.#startsUntil = Number.NEGATIVE_INFINITY;
    this.#dueAt = clock.monotonic() + (settings.ttl * 1000) / 3;
    this.#say(failed);
  }

  /** A restart is not told as long as nothing has been seen since, for half a TTL: Consul still has what was true before. */
  #isStarting({ ttl }: ConsulSettings, [all]: readonly ConsulCheck[]): boolean {
    const now = this.#deps.clock.monotonic();
    this.#startsUntil ??= now + (ttl * 1000) / 2;
    return all?.verdict === 'unknown' && now < this.#startsUntil;
  }

  #plan(settings: ConsulSettings): readonly ConsulCheck[] {
    const { configuration, judge, clock } = this.#deps;
    const stanzas = configuration().stanzas.map(({ name }) => name);
    try {
      return planConsulChecks(settings, stanzas, judge(), clock.now());
    } catch (error) {
      if (!isFailure(error)) throw error;
      return planUnknownChecks(settings, stanzas, error.message, clock.now());
    }
  }

  /** After a reload another agent or another service may be named: what was registered under the old name goes. */
  async #follow(settings: ConsulSettings | undefined, stop: AbortSignal): Promise<void> {
    const before = this.#registration;
    if (JSON.stringify(before?.settings) === JSON.stringify(settings)) return;
    const isAnother = settings?.url !== before?.settings.url || settings?.id !== before?.settings.id;
    if (before?.ids !== undefined && isAnother)
      this.#say(await this.#attempt(stop, (signal) => before.agent.deregister(signal)));
    this.#told = undefined;
    this.#registration =
      settings === undefined
        ? undefined
        : { settings, agent: openConsulAgent(settings, this.#deps), ids: undefined };
  }

  async #push(checks: readonly ConsulCheck[], signal: AbortSignal): Promise<DeliveryResult> {
    const registration = this.#registration;
    if (registration === undefined) throw new Error('pushed before anything was registered');
    const ids = JSON.stringify(checks.map(({ id }) => id));
    if (registration.settings.register && registration.ids !== ids) {
      const registered = await registration.agent.register(checks, signal);
      if (!registered.delivered) return registered;
      registration.ids = ids;
    }
    const results = await Promise.all(checks.map((check) => registration.agent.update(check, signal)));
    // An agent that was restarted without its data, or a service that somebody took out.
    if (results.some(isUnknownCheck)) registration.ids = undefined;
    return results.find(({ delivered }) => !delivered) ?? { delivered: true, answer: 'HTTP 200' };
  }

  /** @returns why it failed; undefined when it did not */
  async #attempt(
    stop: AbortSignal,
    send: (signal: AbortSignal) => Promise<DeliveryResult>,
  ): Promise<string | undefined> {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(attemptSeconds * 1000)]);
    try {
      const result = await send(signal);
      return result.delivered ? undefined : result.problem;
    } catch (error) {
      // The token cannot be looked up.
      if (isFailure(error)) return error.message;
      throw error;
    }
  }

  #say(failed: string | undefined): void {
    if (failed === this.#failing) return;
    if (failed === undefined) this.#deps.onChange('told', 'Consul is told how it goes again');
    else this.#deps.onChange('failed', `Consul cannot be told how it goes: ${failed}`);
    this.#failing = failed;
  }
}

/** The first line tells when. */
function withoutMoment(output: string): string {
  return output.slice(output.indexOf('\n') + 1 || output.length);
}
