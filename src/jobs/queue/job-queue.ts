import type { JobEvent, JobOutcome, JobRequest } from '../../model/job.ts';
import { Failure } from '../../model/failure.ts';
import type { JobRunOptions } from '../job-deps.ts';
import {
  emptyQueue,
  type QueueEntry,
  type QueueEffect,
  type QueueEvent,
  type QueueHold,
  type QueueLimits,
} from './queue-state.ts';
import { findHold, inOrder, isHeld, stepQueue } from './step-queue.ts';

/** What the queue runs its jobs with. */
export interface JobQueueDeps {
  /** Runs one job to its end; what it throws is a bug. `waitedMs`: how long it was in the queue. */
  readonly execute: (
    request: JobRequest,
    options: JobRunOptions & Required<Pick<JobRunOptions, 'pause'>> & { readonly waitedMs: number },
  ) => Promise<JobOutcome>;
  /** The same text for every stanza that uses this repository; undefined for jobs without one. */
  readonly identityOf: (request: JobRequest) => string | undefined;
  readonly limits: QueueLimits;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** @throws the signal's reason when it aborts first */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** A job threw, which none should. It has failed, and the queue goes on. */
  readonly onBug: (error: unknown, request: JobRequest) => void;
}

/** A job in the hands of the queue. */
export interface QueuedJob {
  readonly id: number;
  readonly request: JobRequest;
  /** Jobs that go before it, running ones included, at this moment. */
  readonly ahead: number;
  /** Why it cannot begin at this moment although nothing is before it: somebody holds its stanza. */
  readonly heldFor: string | undefined;
  /** How it ended; it never rejects. */
  readonly outcome: Promise<JobOutcome>;
  /** A waiting one is dropped, a running one is stopped gracefully; one that has ended is left. */
  withdraw(why: Failure): void;
}

/** A stanza that is left alone until this is disposed. */
export interface StanzaHold extends Disposable {
  /** Resolves when nothing of the stanza runs. @throws Failure interrupted when the queue is closed before that */
  readonly granted: Promise<void>;
}

/** What the queue looks like now. Times are epoch milliseconds. */
export interface QueueView {
  readonly running: readonly {
    readonly id: number;
    readonly request: JobRequest;
    readonly runId: string | undefined;
    readonly beganAt: number;
    readonly progress: Extract<JobEvent, { kind: 'progress' }> | undefined;
    /** The last thing that it said. */
    readonly note: string | undefined;
  }[];
  /** The one that begins first at the front. */
  readonly waiting: readonly {
    readonly id: number;
    readonly request: JobRequest;
    readonly since: number;
    readonly held: boolean;
  }[];
  readonly holds: readonly {
    readonly stanza: string;
    readonly why: string;
    readonly granted: boolean;
    readonly since: number;
  }[];
}

interface Ticket {
  readonly entry: QueueEntry;
  readonly request: JobRequest;
  readonly emit: (event: JobEvent) => void;
  readonly settle: (outcome: JobOutcome) => void;
  readonly controller: AbortController;
  readonly since: number;
  why: Failure | undefined;
  beganAt: number | undefined;
  runId: string | undefined;
  progress: Extract<JobEvent, { kind: 'progress' }> | undefined;
  note: string | undefined;
  /** It waits before another attempt, or for its place after that. */
  paused: boolean;
  /** Lets it go on with the other attempt. */
  goOn: (() => void) | undefined;
}

interface HoldTicket {
  readonly why: string;
  readonly since: number;
  readonly grant: () => void;
  readonly refuse: (failure: Failure) => void;
}

/** Carries out what the state machine of step-queue.ts decides. */
export class JobQueue {
  readonly #deps: JobQueueDeps;
  readonly #tickets = new Map<number, Ticket>();
  readonly #holds = new Map<number, HoldTicket>();
  #state;
  #lastId = 0;
  #idle: (() => void)[] = [];

  constructor(deps: JobQueueDeps) {
    this.#deps = deps;
    this.#state = emptyQueue(deps.limits);
  }

  /** Takes a job in. @param emit hears what happens while it runs; what it throws is a bug */
  submit(request: JobRequest, emit: (event: JobEvent) => void = () => {}): QueuedJob {
    const id = (this.#lastId += 1);
    const { promise, resolve } = Promise.withResolvers<JobOutcome>();
    const { kind, stanza, priority } = request;
    const takesEngineLock = kind === 'backup' || kind === 'expire';
    const repository = this.#deps.identityOf(request);
    const isDrill = kind === 'drill';
    const entry: QueueEntry = { id, stanza, repository, takesEngineLock, isDrill, priority };
    this.#tickets.set(id, {
      entry,
      request,
      emit,
      settle: resolve,
      controller: new AbortController(),
      since: this.#deps.now(),
      why: undefined,
      beganAt: undefined,
      runId: undefined,
      progress: undefined,
      note: undefined,
      paused: false,
      goOn: undefined,
    });
    this.#apply({ kind: 'submitted', entry });
    return {
      id,
      request,
      ahead: this.#aheadOf(id),
      heldFor: this.#heldFor(id),
      outcome: promise,
      withdraw: (why) => this.#withdraw(id, why),
    };
  }

  /** Asks for a stanza to be left alone. */
  hold(stanza: string, why: string, covers: QueueHold['covers'] = 'everything'): StanzaHold {
    const id = (this.#lastId += 1);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Whoever disposes before it is granted may not be waiting for it any more.
    promise.catch(() => {});
    this.#holds.set(id, { why, since: this.#deps.now(), grant: resolve, refuse: reject });
    if (covers === 'everything') this.#sayWhyDrillsStop(stanza, why);
    this.#apply({ kind: 'hold-asked', hold: { id, stanza, covers } });
    return {
      granted: promise,
      [Symbol.dispose]: () => {
        if (this.#holds.delete(id)) this.#apply({ kind: 'hold-given-back', id });
        reject(stopped('wait for the stanza', 'the hold was given up before it was granted'));
      },
    };
  }

  #sayWhyDrillsStop(stanza: string, why: string): void {
    for (const ticket of this.#tickets.values()) {
      const { entry, request, beganAt } = ticket;
      if (entry.isDrill === true && entry.stanza === stanza && beganAt !== undefined)
        ticket.why ??= stopped(describeRequest(request), `it gave way: ${why}`);
    }
  }

  /**
   * Withdraws one job.
   *
   * @param name its run in the journal, or its number here
   * @returns undefined when no job that waits or runs has this name
   */
  cancel(name: string, why: Failure): JobRequest | undefined {
    const number = /^#?(\d+)$/.exec(name)?.[1];
    const found = [...this.#tickets].find(([id, { runId }]) => runId === name || String(id) === number);
    if (found === undefined) return undefined;
    this.#withdraw(found[0], why);
    return found[1].request;
  }

  changeLimits(limits: QueueLimits): void {
    this.#apply({ kind: 'limits-changed', limits });
  }

  /** Begins nothing any more: what waits is dropped, what runs goes on. */
  close(why: Failure): void {
    for (const ticket of this.#tickets.values()) if (ticket.beganAt === undefined) ticket.why = why;
    this.#apply({ kind: 'closed' });
  }

  /** Stops what runs, gracefully. */
  stopAll(why: Failure): void {
    for (const id of this.#tickets.keys()) this.#withdraw(id, why);
  }

  /** Resolves when nothing runs or waits. */
  idle(): Promise<void> {
    if (this.#tickets.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  view(): QueueView {
    const running = this.#state.running.flatMap(({ id }) => {
      const ticket = this.#tickets.get(id);
      if (ticket?.beganAt === undefined) return [];
      const { request, runId, beganAt, progress, note } = ticket;
      return [{ id, request, runId, beganAt, progress, note }];
    });
    const waiting = inOrder(this.#state).flatMap((entry) => {
      const ticket = this.#tickets.get(entry.id);
      if (ticket === undefined) return [];
      const { request, since } = ticket;
      return [{ id: entry.id, request, since, held: isHeld(this.#state, entry) }];
    });
    for (const [id, { paused, goOn, request, since }] of this.#tickets)
      if (paused && goOn === undefined) waiting.push({ id, request, since, held: false });
    const holds = this.#state.holds.map(({ id, stanza, granted }) => {
      const ticket = this.#holds.get(id);
      return { stanza, granted, why: ticket?.why ?? '', since: ticket?.since ?? 0 };
    });
    return { running, waiting, holds };
  }

  #aheadOf(id: number): number {
    const place = inOrder(this.#state).findIndex((entry) => entry.id === id);
    return place === -1 ? 0 : this.#state.running.length + place;
  }

  #heldFor(id: number): string | undefined {
    const entry = this.#state.waiting.find((candidate) => candidate.id === id);
    const hold = entry && findHold(this.#state, entry);
    return hold && this.#holds.get(hold.id)?.why;
  }

  #withdraw(id: number, why: Failure): void {
    const ticket = this.#tickets.get(id);
    if (ticket === undefined) return;
    ticket.why ??= why;
    // While it pauses the queue does not know it.
    if (ticket.paused) ticket.controller.abort(ticket.why);
    this.#apply({ kind: 'withdrawn', id });
  }

  #apply(event: QueueEvent): void {
    const step = stepQueue(this.#state, event);
    this.#state = step.state;
    for (const effect of step.effects) this.#carryOut(effect);
  }

  #carryOut({ kind, id }: QueueEffect): void {
    const ticket = this.#tickets.get(id);
    switch (kind) {
      case 'begin':
        if (ticket?.goOn) ticket.goOn();
        else if (ticket) void this.#run(id, ticket);
        return;
      case 'stop':
        ticket?.controller.abort(ticket.why);
        return;
      case 'drop':
        if (ticket?.goOn) {
          ticket.controller.abort(
            ticket.why ?? stopped(describeRequest(ticket.request), 'the daemon is stopping'),
          );
          ticket.goOn();
        } else if (ticket) this.#end(id, ticket, neverBegan(ticket));
        return;
      case 'grant':
        this.#holds.get(id)?.grant();
        return;
      case 'refuse':
        this.#holds.get(id)?.refuse(stopped('wait for the stanza', 'the daemon is stopping'));
        this.#holds.delete(id);
        return;
    }
  }

  async #run(id: number, ticket: Ticket): Promise<void> {
    ticket.beganAt = this.#deps.now();
    const emit = (event: JobEvent): void => {
      if (event.kind === 'started') ticket.runId = event.runId;
      else if (event.kind === 'progress') ticket.progress = event;
      else if (event.kind === 'note') ticket.note = event.text;
      ticket.emit(event);
    };
    let outcome: JobOutcome;
    try {
      const { signal } = ticket.controller;
      const waitedMs = ticket.beganAt - ticket.since;
      const pause = (milliseconds: number): Promise<void> => this.#pause(id, ticket, milliseconds);
      outcome = await this.#deps.execute(ticket.request, { signal, emit, pause, waitedMs });
    } catch (error) {
      this.#deps.onBug(error, ticket.request);
      outcome = failedByBug(error, ticket, this.#deps.now());
    }
    this.#end(id, ticket, outcome);
    this.#apply({ kind: 'ended', id });
  }

  /** Gives its place away for a while, and waits for it again. @throws the signal's reason */
  async #pause(id: number, ticket: Ticket, milliseconds: number): Promise<void> {
    const { signal } = ticket.controller;
    ticket.paused = true;
    this.#apply({ kind: 'paused', id });
    await this.#deps.sleep(milliseconds, signal);
    signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<void>();
    ticket.goOn = resolve;
    this.#apply({ kind: 'submitted', entry: ticket.entry });
    await promise;
    ticket.goOn = undefined;
    ticket.paused = false;
    signal.throwIfAborted();
  }

  #end(id: number, ticket: Ticket, outcome: JobOutcome): void {
    this.#tickets.delete(id);
    ticket.settle(outcome);
    if (this.#tickets.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

function neverBegan({ request, why }: Ticket): JobOutcome {
  const failure = why ?? stopped(describeRequest(request), 'the daemon is stopping');
  return { result: 'interrupted', runId: undefined, label: undefined, elapsedMs: 0, failure };
}

function failedByBug(error: unknown, { request, runId, beganAt }: Ticket, now: number): JobOutcome {
  const failure = new Failure('operation-unfinished', {
    operation: describeRequest(request),
    problem: `a bug in Holdfast ended it: ${error instanceof Error ? error.message : String(error)}`,
    hint: "Please report it with what the daemon's log says and the output of 'holdfast version'.",
    cause: error,
  });
  return { result: 'failed', runId, label: undefined, elapsedMs: now - (beganAt ?? now), failure };
}

function stopped(operation: string, problem: string): Failure {
  return new Failure('interrupted', { operation, problem });
}

/** `backup stanza main into offsite`, for failures and logs. */
export function describeRequest({ kind, stanza, repository, backupType }: JobRequest): string {
  const what = kind === 'backup' ? `${backupType ?? ''} backup`.trim() : kind;
  return `${what} of stanza ${stanza}${repository === undefined ? '' : ` in ${repository}`}`;
}
