import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { query, runPostgresProgram, type Playground } from './playground.ts';

/** Rows and a fingerprint of their contents, table by table. */
export interface Census {
  readonly ledger: { readonly rows: number; readonly fingerprint: string };
  readonly history: { readonly rows: number; readonly fingerprint: string };
  readonly accounts: number;
}

/** pgbench's tables and a ledger of known rows. */
export async function loadData(playground: Playground, scale: number): Promise<number> {
  await runPostgresProgram(playground, 'pgbench', ['-i', '-q', '-s', String(scale)]);
  await query(
    playground,
    `CREATE TABLE ledger (id bigint PRIMARY KEY, entry text NOT NULL, written_at timestamptz NOT NULL);
     INSERT INTO ledger SELECT n, 'opening entry ' || n, clock_timestamp() FROM generate_series(1, 1000) n;
     ALTER TABLE pgbench_history ADD COLUMN hid bigint GENERATED ALWAYS AS IDENTITY;`,
  );
  const [[bytes] = []] = await query(playground, 'SELECT pg_database_size(current_database())');
  return Number(bytes);
}

/** Writers that go on until stopped: pgbench transactions, and ledger entries committed one by one. */
export class Writers {
  readonly #abort = new AbortController();
  readonly #running: Promise<unknown>[];

  constructor(playground: Playground) {
    const { signal } = this.#abort;
    const bench = ['-n', '-c', '2', '-j', '1', '-R', '200', '-T', '600', '-P', '600'];
    const entry = `INSERT INTO ledger SELECT max(id) + 1, 'entry ' || max(id) + 1, clock_timestamp() FROM ledger;`;
    this.#running = [
      runPostgresProgram(playground, 'pgbench', bench, { signal }),
      runPostgresProgram(playground, 'psql', ['-Xq', '-f', '-'], {
        signal,
        input: `${entry}\nSELECT pg_sleep(0.01) \\g /dev/null\n`.repeat(20_000),
      }),
    ];
    // Their failures are collected in stop(); until then an unhandled rejection would end the demo half-way.
    for (const writer of this.#running) writer.catch(() => {});
  }

  /** Stops them and waits until they are gone. A writer whose table was dropped has failed, as it must. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.allSettled(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/**
 * Counts what was committed up to a moment, by PostgreSQL's own commit time stamps
 * (`track_commit_timestamp`), the same ones recovery compares with its target.
 */
export async function takeCensus(playground: Playground, until?: string): Promise<Census> {
  const before = (column: string): string =>
    until === undefined ? 'true' : `pg_xact_commit_timestamp(${column}) <= '${until}'::timestamptz`;
  const rows = await query(
    playground,
    `SELECT count(*), md5(coalesce(string_agg(id || entry, ',' ORDER BY id), '')) FROM ledger WHERE ${before('xmin')};
     SELECT count(*), md5(coalesce(string_agg(hid || ':' || aid || ':' || delta, ',' ORDER BY hid), ''))
       FROM pgbench_history WHERE ${before('xmin')};
     SELECT count(*) FROM pgbench_accounts;`,
  );
  const [ledger = [], history = [], accounts = []] = rows;
  return {
    ledger: { rows: Number(ledger[0]), fingerprint: ledger[1] ?? '' },
    history: { rows: Number(history[0]), fingerprint: history[1] ?? '' },
    accounts: Number(accounts[0]),
  };
}

/** Drops the ledger and takes the file of pgbench_accounts away under the running server. */
export async function destroy(playground: Playground): Promise<{ file: string; bytes: number }> {
  await query(playground, 'DROP TABLE ledger;');
  const [[relative = ''] = []] = await query(playground, `SELECT pg_relation_filepath('pgbench_accounts')`);
  const file = join(playground.data, relative);
  const { size } = await stat(file);
  await unlink(file);
  return { file: relative, bytes: size };
}

/** Bytes of all files below a directory. */
export async function bytesBelow(directory: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}

/**
 * A moment T while the writers are at work: the middle of the widest gap between two commits of the last second.
 * In a gap, because a commit gets its time stamp a moment before its place in the WAL: right beside T two
 * transactions could stand in the other order, and "every row before T" would not be well defined.
 */
export async function noteMoment(playground: Playground): Promise<string> {
  const [[moment] = []] = await query(
    playground,
    `SET timezone = 'UTC';
     WITH commits AS (
       SELECT pg_xact_commit_timestamp(xmin) AS at FROM ledger
       UNION SELECT pg_xact_commit_timestamp(xmin) FROM pgbench_history),
     gaps AS (SELECT at, lead(at) OVER (ORDER BY at) - at AS gap FROM commits
       WHERE at > clock_timestamp() - interval '1 second')
     SELECT to_char(at + gap / 2, 'YYYY-MM-DD HH24:MI:SS.US+00') FROM gaps
     WHERE gap IS NOT NULL ORDER BY gap DESC LIMIT 1;`,
  );
  if (moment === undefined)
    throw new Error('nothing was committed in the last second: the writers are not running');
  return moment;
}
