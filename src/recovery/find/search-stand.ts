import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { formatLsn, parseLsn, type Lsn } from '../../model/wal.ts';
import { KeptSessions } from '../../postgres/kept-sessions.ts';
import { type Connectable, queryRow } from '../../postgres/query.ts';
import type { Server } from '../../postgres/server.ts';
import { startServer } from '../../postgres/start-server.ts';
import { writeOwnedFile } from '../../postgres/write-owned-file.ts';
import { exists } from '../apply/durable-files.ts';
import { appendOverrides, targetSettings } from '../apply/recovery-overrides.ts';
import { stopWhateverRuns } from '../apply/stop-old-server.ts';
import { WalHand, type WalHandParts } from './wal-hand.ts';

/** How long replay may stand still before what it was given, milliseconds. */
const patienceMs = 120_000;

/** Segments that may wait in pg_wal to be replayed: handing over is quicker than replay. */
const segmentsAhead = 8n;

export interface StandDependencies {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A copy that replays exactly as far as it is told to. `makeCopy` leaves it paused at a target, which is final: to go on
 * from there is to end recovery. So it is started once more as a standby without a target whose WAL ends there, and
 * goes on whenever it is handed more.
 */
export class SearchStand implements AsyncDisposable {
  readonly #server: Server;
  readonly #hand: WalHand;
  readonly #deps: StandDependencies;
  readonly #sessions = new KeptSessions();

  private constructor(server: Server, hand: WalHand, deps: StandDependencies) {
    this.#server = server;
    this.#hand = hand;
    this.#deps = deps;
  }

  /**
   * @param server a paused copy
   * @param position where it stands: everything before is replayed, nothing behind
   */
  static async open(
    server: Server,
    position: Lsn,
    wal: Pick<WalHandParts, 'chain' | 'read'>,
    deps: StandDependencies,
  ): Promise<SearchStand> {
    const dataDirectory = server.node.path;
    const hand = new WalHand({ ...wal, dataDirectory, owner: server.owner }, position);
    await stopWhateverRuns(server, 20_000);
    await becomeStandby(server);
    await hand.cut();
    await startServer(server, { timeoutMs: 24 * 3_600_000, signal: deps.signal });
    const stand = new SearchStand(server, hand, deps);
    await stand.#waitFor(position);
    return stand;
  }

  /** For queries, over connections that are kept. */
  get server(): Connectable {
    return { ...this.#server, sessions: this.#sessions };
  }

  /** Up to where it has replayed. */
  get position(): Lsn {
    return this.#hand.position;
  }

  /** Replays up to a position, the end of a record, and stands still there. */
  async goTo(position: Lsn): Promise<void> {
    const { signal } = this.#deps;
    const ahead = segmentsAhead * BigInt(this.#hand.segmentSize);
    await this.#hand.giveUntil(position, async (end) => {
      signal?.throwIfAborted();
      await this.#waitFor(end - ahead);
    });
    await this.#waitFor(position);
  }

  async #waitFor(position: Lsn): Promise<void> {
    const { now, sleep, signal } = this.#deps;
    let [reached, movedAt, pause] = [0n, now(), 1];
    for (;;) {
      signal?.throwIfAborted();
      // A reload wakes the startup process, which would otherwise look for more WAL only every second.
      const row = await queryRow<{ lsn: string; recovery: boolean }>(
        this.server,
        `SELECT coalesce(pg_last_wal_replay_lsn(), '0/0')::text AS lsn, pg_is_in_recovery() AS recovery,
                pg_reload_conf() AS woken`,
        { database: 'postgres', signal },
      );
      const lsn = parseLsn(row.lsn) ?? 0n;
      if (!row.recovery || lsn > this.#hand.position) throw astray(this.#server, lsn, position);
      if (lsn >= position) return;
      if (lsn !== reached) [reached, movedAt] = [lsn, now()];
      if (now() - movedAt > patienceMs) throw stuck(this.#server, lsn, position);
      await sleep(pause);
      pause = Math.min(pause * 2, 50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions[Symbol.asyncDispose]();
  }
}

/** No target, no archive, no end: WAL comes from pg_wal alone. */
async function becomeStandby(server: Server): Promise<void> {
  const directory = server.node.path;
  const file = join(directory, 'postgresql.auto.conf');
  const settings = {
    ...Object.fromEntries(
      targetSettings
        .filter((name) => !['recovery_target_timeline', 'recovery_target_action'].includes(name))
        .map((name) => [name, name === 'recovery_target_inclusive' ? 'on' : '']),
    ),
    restore_command: '',
    wal_retrieve_retry_interval: '1s',
    // Old segments under the names of coming ones would only be replaced.
    wal_recycle: 'off',
    // Reading ahead would meet the zeros before replay does.
    ...(server.major >= 15 ? { recovery_prefetch: 'off' } : {}),
    // A table that is locked where the copy stands stays so: nobody else will release it.
    lock_timeout: '50ms',
  };
  await writeOwnedFile(file, appendOverrides(await readFile(file, 'utf8'), settings), server.owner, 0o600);
  const signal = join(directory, 'recovery.signal');
  if (await exists(signal)) await rename(signal, join(directory, 'standby.signal'));
}

function astray(server: Server, lsn: Lsn, position: Lsn): Failure {
  return new Failure('proof-failed', {
    operation: 'stop the copy at a commit',
    place: server.node.path,
    problem: `it was to stop at ${formatLsn(position)} and is at ${formatLsn(lsn)}`,
    hint: 'Something else gave it WAL or promoted it. Nothing of production was touched; search again.',
  });
}

function stuck(server: Server, lsn: Lsn, position: Lsn): Failure {
  return new Failure('server-failed', {
    operation: 'replay WAL in the copy',
    place: server.node.path,
    problem: `replay stands still at ${formatLsn(lsn)}, before ${formatLsn(position)}`,
    hint: 'The WAL in the repository may be damaged there: run `holdfast verify`, or search in another one with --repo.',
  });
}
