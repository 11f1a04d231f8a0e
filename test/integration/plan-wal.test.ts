import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatLsn, parseLsn } from '../../src/model/wal.ts';
import { formatIso } from '../../src/recovery/format-instant.ts';
import { readLocalWal } from '../../src/recovery/wal/local-wal.ts';
import type { WalEvent } from '../../src/recovery/wal/record.ts';
import { type PartialRecord, scanSegment, type SegmentScan } from '../../src/recovery/wal/scan-segment.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';

/* A cluster that committed, aborted and prepared a lot over several segments and then died. */
let cluster: TestCluster;
let committed: Map<number, string>;
let points: { before: bigint; after: bigint };

beforeAll(async () => {
  cluster = await createCluster({
    walSegmentMegabytes: 1,
    settings: { max_prepared_transactions: '5', track_commit_timestamp: 'on', wal_keep_size: '1GB' },
  });
  const first = await cluster.value('SELECT pg_current_xact_id()');
  const before = await cluster.value("SELECT pg_create_restore_point('before the load')");
  await cluster.sql('CREATE TABLE a (id int, filler text); CREATE TABLE b (id int);');
  const noise = "(SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 50))";
  const batch = Array.from({ length: 400 }, (_, id) => `INSERT INTO a SELECT ${id}, ${noise};`);
  for (let round = 0; round < 3; round += 1) await cluster.sql(batch.join('\n'));
  await cluster.sql(`
    BEGIN; INSERT INTO b VALUES (1); ROLLBACK;
    BEGIN; CREATE TABLE c (id int); SAVEPOINT s; INSERT INTO c VALUES (1); PREPARE TRANSACTION 'one';
    COMMIT PREPARED 'one';
    BEGIN; DROP TABLE c; SAVEPOINT s; INSERT INTO b VALUES (2); PREPARE TRANSACTION 'two';
    ROLLBACK PREPARED 'two';
    BEGIN; INSERT INTO b SELECT generate_series(1, 30000); ROLLBACK;
    SELECT pg_switch_wal();
    DROP TABLE c;`);
  const after = await cluster.value("SELECT pg_create_restore_point('after the load')");
  // A restore point is not flushed by itself; a commit flushes everything before it.
  await cluster.sql('CREATE TABLE d (id int)');
  const next = await cluster.value('SELECT pg_current_xact_id()');
  const rows = await cluster.sql(`
    SELECT id AS xid, to_char(pg_xact_commit_timestamp(id::text::xid) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
      FROM generate_series(${first}, ${next}) AS id
     WHERE pg_xact_status(id::text::xid8) = 'committed' AND pg_xact_commit_timestamp(id::text::xid) IS NOT NULL`);
  committed = new Map(rows.map((row) => [Number(row['xid']), String(row['at'])]));
  points = { before: parseLsn(before) ?? 0n, after: parseLsn(after) ?? 0n };
  await cluster.kill();
});
afterAll(async () => cluster?.[Symbol.asyncDispose]());

function walDirectory(): string {
  return join(cluster.dataDirectory, 'pg_wal');
}

function scanAll(checkAll: boolean): { scans: SegmentScan[]; events: WalEvent[]; names: string[] } {
  const names = readdirSync(walDirectory()).filter((name) => /^[0-9A-F]{24}$/.test(name));
  const scans: SegmentScan[] = [];
  let carry: PartialRecord | undefined;
  for (const name of names.toSorted()) {
    const scan = scanSegment(readFileSync(join(walDirectory(), name)), { carry, checkAll });
    if (!scan) break;
    scans.push(scan);
    carry = scan.partial;
    if (scan.ending === 'ended') break;
  }
  return { scans, events: scans.flatMap((scan) => scan.events), names };
}

describe('scanSegment on the WAL of a real server', () => {
  it('finds every commit with its time, also those that cross segments', () => {
    const { events, scans } = scanAll(false);
    const lowest = Math.min(...committed.keys());
    const found = events.filter((event) => event.kind === 'commit' && event.xid >= lowest);
    // Transactions that the server aborted or that are only sub-transactions are not in the map.
    const times = new Map(found.map((event) => [event.xid, formatIso(event.time)]));
    const subtransactions = [...committed.keys()].filter((xid) => !times.has(xid));
    expect(subtransactions.length).toBeLessThanOrEqual(2);
    for (const [xid, time] of times) expect([xid, time]).toEqual([xid, committed.get(xid)]);
    expect(scans.length).toBeGreaterThan(4);
    expect(scans.some((scan) => scan.partial !== undefined)).toBe(true);
    expect(scans.some((scan) => scan.ending === 'switched')).toBe(true);
  });

  it('finds restore points where the server said they end', () => {
    const { events } = scanAll(true);
    const found = events.filter((event) => event.kind === 'restore-point');
    expect(found.map((event) => [event.name, event.endLsn])).toEqual([
      ['before the load', points.before],
      ['after the load', points.after],
    ]);
  });

  it('finds the same whether it checks all records or only those it reports', () => {
    expect(scanAll(true).events).toEqual(scanAll(false).events);
  });

  it('agrees with pg_waldump to the byte where the installation has it', async () => {
    const program = join(cluster.binaries.directory, 'pg_waldump');
    // The npm packages of PostgreSQL leave it out; there the two tests above are what is known.
    const wanted = existsSync(program) ? await dumpTransactions(program) : undefined;
    const { events } = scanAll(false);
    const got = events
      .filter((event) => event.kind !== 'restore-point')
      .map((event) => `${event.kind} ${event.xid} ${formatLsn(event.lsn)} ${formatIso(event.time)}`);
    if (wanted !== undefined) expect(got).toEqual(wanted);
    expect(got.length).toBeGreaterThan(1200);
  });

  it('lists segments of pg_wal without the recycled ones', async () => {
    const local = await readLocalWal(walDirectory());
    expect(local.segmentSize).toBe(1024 * 1024);
    expect(local.segments.map((segment) => segment.name)).toEqual(
      scanAll(false).names.toSorted().slice(0, local.segments.length),
    );
  });

  it('ends at a damaged record', () => {
    const { names } = scanAll(false);
    const bytes = Buffer.from(readFileSync(join(walDirectory(), names.toSorted()[1] as string)));
    const whole = scanSegment(bytes, { checkAll: true });
    const middle = bytes.length / 2 + 4000;
    bytes.fill(0xab, middle, middle + 64);
    const damaged = scanSegment(bytes, { checkAll: true });
    expect(damaged?.ending).toBe('ended');
    expect(damaged?.events.length).toBeLessThan(whole?.events.length ?? 0);
    expect(whole?.events.slice(0, damaged?.events.length)).toEqual(damaged?.events);
  });
});

/** Commits and aborts as pg_waldump prints them, in our form. */
async function dumpTransactions(program: string): Promise<string[]> {
  const { names } = scanAll(false);
  const sorted = names.toSorted();
  const range = [sorted[0] ?? '', sorted.at(-1) ?? ''];
  // It ends with an error where the WAL ends.
  const { stdout } = await cluster.sandbox.run(
    program,
    ['-p', walDirectory(), '--rmgr=Transaction', ...range],
    {
      env: { TZ: 'UTC', LC_ALL: 'C' },
    },
  );
  const form =
    /tx:\s+(\d+), lsn: (\S+), prev \S+, desc: (COMMIT|ABORT|COMMIT_PREPARED|ABORT_PREPARED) (?:(\d+): )?(\d{4}-\S+ \S+) UTC/;
  return stdout.split('\n').flatMap((line) => {
    const match = form.exec(line);
    if (!match) return [];
    const [, xid, lsn = '', operation = '', prepared, time = ''] = match;
    const kind = operation.startsWith('COMMIT') ? 'commit' : 'abort';
    return [
      `${kind} ${prepared ?? xid} ${formatLsn(parseLsn(lsn) ?? 0n)} ${time.replace(' ', 'T').replace(/;$/, '')}Z`,
    ];
  });
}
