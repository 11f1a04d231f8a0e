import type { Writable } from 'node:stream';
import { Failure } from '../model/failure.ts';
import { SpawnError } from '../process/run-command.ts';
import type { HeldChild } from '../process/held-child.ts';
import { interrupted, leaseHeld, leaseLost, onStandby, throughPooler } from './lease-failures.ts';
import { leaseKey } from './lease-key.ts';
import { guardCommand, startKeeper } from './lease-keeper.ts';
import {
  applicationName,
  readHolder,
  type HolderRow,
  type LeaseClaimant,
  type LeaseHolder,
} from './lease-holder.ts';
import { endWord, leaseScript, words } from './lease-script.ts';
import { queryFailure, type Connectable } from './query.ts';

/** What a lease is for: the right to change one repository of one stanza. */
export interface LeaseResource {
  readonly stanza: string;
  /** The same text on every host that can reach the repository: its kind, bucket and path, never its name or number. */
  readonly repository: string;
}

/** A lease that is held. Disposing gives it back once nobody else holds its descriptor open. */
export interface Lease extends AsyncDisposable {
  readonly resource: LeaseResource;
  /** Aborts when the session ends that holds it: the primary went away or somebody ended it. Then the engine must stop. */
  readonly lost: AbortSignal;
  /**
   * The write end of the session's stdin. A child that inherits it holds the lease as long as it lives, also after this
   * Holdfast was killed: the session ends with the last one that has it open.
   */
  readonly descriptor: Writable;
  /**
   * The same program with a watcher in its process group, which ends the group when the session ends, also when this
   * Holdfast does not live to see it. The program keeps its pid. `inherit` must become its descriptors 3 and 4.
   */
  guard(command: string, args: readonly string[]): GuardedCommand;
}

export interface GuardedCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly inherit: readonly Writable[];
}

/** The primary, as a lease connects to it. */
export interface LeaseServer {
  readonly server: Connectable;
  /** Database role; undefined is the one named like the owner. */
  readonly user?: string | undefined;
}

export interface LeaseRequest {
  readonly claimant: LeaseClaimant;
  /** Milliseconds to wait for a lease that somebody else has. 0 does not wait. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called once for each holder that is waited for. */
  readonly onWait?: ((holder: LeaseHolder) => void) | undefined;
  /** Milliseconds of a clock that never goes back, and a sleep that throws the signal's reason. */
  readonly clock: {
    monotonic(): number;
    sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  };
}

/** Milliseconds between two attempts, and after a minute: each is a session on the primary. */
const [retryMs, patientRetryMs] = [1000, 10_000];
const impatientMs = 60_000;
/** An engine's session is still there for a moment after it ended. */
const engineGraceMs = 3000;
/** For the connection and the answer, milliseconds. libpq gives up on the connection after ten seconds. */
const answerMs = 20_000;
/** How long a disposal waits for the server to have seen the end, milliseconds. */
const farewellMs = 3000;

/**
 * Takes the lease of a repository of a stanza: a session-level advisory lock on the primary.
 *
 * @throws Failure lease-held (naming the holder), server-unreachable (no connection, or a standby), server-failed,
 *   timed-out; the signal's reason as `interrupted`
 */
export async function acquireLease(
  primary: LeaseServer,
  resource: LeaseResource,
  request: LeaseRequest,
): Promise<Lease> {
  const { clock, signal } = request;
  const began = clock.monotonic();
  const told = new Set<number>();
  for (;;) {
    const attempt = await tryLease(primary, resource, request);
    if (!Array.isArray(attempt)) return attempt;
    const [holder] = attempt;
    const patience = holder?.what === 'lease' ? request.waitMs : Math.max(request.waitMs, engineGraceMs);
    const waited = clock.monotonic() - began;
    if (waited >= patience) throw leaseHeld(resource, attempt);
    if (holder !== undefined && !told.has(holder.backend)) request.onWait?.(holder);
    if (holder !== undefined) told.add(holder.backend);
    const pause = waited < impatientMs ? retryMs : patientRetryMs;
    await clock.sleep(Math.min(pause, Math.max(patience, 1)), signal).catch((error: unknown) => {
      throw interrupted(resource, error);
    });
  }
}

/** @returns the sessions in the way when it could not be had; empty when the holder went in the same moment */
async function tryLease(
  primary: LeaseServer,
  resource: LeaseResource,
  { claimant, signal }: LeaseRequest,
): Promise<Lease | LeaseHolder[]> {
  const { server } = primary;
  const user = primary.user ?? server.owner.name;
  const call = { user, database: server.node.database, timeoutMs: answerMs };
  const keeper = start(server, call, resource, claimant);
  const lease = new HeldLease(resource, keeper);
  try {
    const answer = await readAnswer(keeper, signal);
    if (answer.word === words.held && answer.holders.length === 0) return lease.begin();
    if (answer.word === words.standby) throw onStandby(resource, server);
    if (answer.word === words.pooler) throw throughPooler(resource, server);
    if (answer.word === undefined) {
      if (signal?.aborted) throw interrupted(resource, signal.reason);
      const stopped = answer.late ? 'timeout' : undefined;
      const { stderr } = answer.late ? { stderr: '' } : await keeper.ended;
      throw queryFailure(server, user, { code: answer.code ?? 2, stderr, stopped }, answerMs);
    }
    await lease[Symbol.asyncDispose]();
    return answer.holders;
  } catch (error) {
    await lease[Symbol.asyncDispose]();
    throw error;
  }
}

function start(
  server: Connectable,
  call: { user: string; database: string; timeoutMs: number },
  resource: LeaseResource,
  claimant: LeaseClaimant,
): HeldChild {
  try {
    const application = applicationName(resource.stanza, claimant);
    return startKeeper(server, call, {
      script: leaseScript(leaseKey(resource), call.timeoutMs),
      application,
    });
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    throw new Failure('server-unreachable', {
      operation: 'take the lease',
      place: server.psql,
      problem: `the session cannot be started (${error.code})`,
      hint: 'Is there a /bin/sh, and may Holdfast start more processes?',
      cause: error,
    });
  }
}

interface Answer {
  /** Undefined: psql ended before it said anything, or said nothing in time. */
  readonly word: string | undefined;
  /** psql's exit code, when it ended. */
  readonly code?: number;
  readonly late: boolean;
  readonly holders: LeaseHolder[];
}

async function readAnswer(keeper: HeldChild, signal: AbortSignal | undefined): Promise<Answer> {
  const holders: LeaseHolder[] = [];
  let late = false;
  const patience = setTimeout(() => {
    late = true;
    keeper.release();
  }, answerMs);
  const stop = (): void => keeper.release();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (signal?.aborted) return { word: undefined, late, holders };
    for await (const line of keeper.lines) {
      if (line.startsWith('{')) holders.push(readHolder(JSON.parse(line) as HolderRow));
      else if (Object.values<string>(words).includes(line)) return { word: line, late, holders };
      else if (line.startsWith(endWord)) {
        return { word: undefined, code: Number(line.slice(endWord.length)), late, holders };
      }
    }
    return { word: undefined, late, holders };
  } finally {
    clearTimeout(patience);
    signal?.removeEventListener('abort', stop);
  }
}

class HeldLease implements Lease {
  readonly resource: LeaseResource;
  readonly lost: AbortSignal;
  readonly #keeper: HeldChild;
  readonly #lost = new AbortController();
  #isOver = false;

  constructor(resource: LeaseResource, keeper: HeldChild) {
    this.resource = resource;
    this.#keeper = keeper;
    this.lost = this.#lost.signal;
    // Whoever waits for the answer sees it too.
    keeper.ended.catch(() => {});
  }

  begin(): this {
    const lose = (stderr: string): void => {
      if (!this.#isOver) this.#lost.abort(leaseLost(this.resource, stderr));
    };
    this.#keeper.ended.then(
      ({ stderr }) => lose(stderr),
      (error: unknown) => lose(String(error)),
    );
    return this;
  }

  get descriptor(): Writable {
    return this.#keeper.holder;
  }

  guard(command: string, args: readonly string[]): GuardedCommand {
    return { ...guardCommand(command, args), inherit: [this.#keeper.holder, this.#keeper.life] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#keeper.holder.destroy();
    this.#keeper.life.destroy();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, farewellMs);
    });
    // A child that inherited it holds it on: then it is not ours to end.
    await Promise.race([this.#keeper.ended.catch(() => {}), patience]);
    clearTimeout(timer);
    this.#keeper.release();
  }
}
