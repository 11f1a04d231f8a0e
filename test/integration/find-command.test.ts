import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSql } from '../support/cluster.ts';
import { archiveWal, commitWithXid, noteMoment, passSecond } from '../support/data.ts';
import { listFiles } from '../support/hash-tree.ts';
import { processesOf } from '../support/processes.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

interface CommitDocument {
  readonly xid: number | null;
  readonly time: string;
  readonly lsn: string;
}

interface FindDocument {
  readonly lastGood: CommitDocument | null;
  readonly firstBad: CommitDocument | null;
  readonly suspects: readonly CommitDocument[];
  readonly commits: number;
  readonly complete: boolean;
  readonly notes: readonly string[];
  readonly commands: readonly string[];
  readonly clone: {
    readonly id: string;
    readonly dataDirectory: string;
    readonly socketDirectory: string;
    readonly port: number;
  } | null;
  readonly measured: { readonly looks: number; readonly restores: number; readonly elapsedMs: number };
}

let bed: ProtectedBed;
let start: string;
/** Behind the ten thousand, before all that is odd. */
let later: string;
let archived: readonly string[];
const bad: Record<string, number> = {};

const copiesDirectory = (): string => join(bed.configuration.stateDirectory, 'copies');
/** Holdfast makes the directory with the first copy. */
const copiesNow = (): readonly string[] =>
  existsSync(copiesDirectory()) ? readdirSync(copiesDirectory()) : [];
const archive = (): readonly string[] => listFiles(`${bed.configuration.repository('local')}/archive`);

async function find(probe: string, ...args: readonly string[]): Promise<FindDocument> {
  const result = await bed.mustRun(['find', '--probe', probe, '--between', later, ...args, '--json']);
  return result.json<FindDocument>();
}

async function refused(...args: readonly string[]): Promise<readonly [number | undefined, string]> {
  const result = await bed.run(['find', ...args, '--json']);
  expectNothingLeft();
  return [result.code, result.stdout];
}

/** Transactions of one statement each, with a transaction of their own. */
async function commitSingly(count: number): Promise<void> {
  const one = (n: number): string => `UPDATE accounts SET balance = balance + 1 WHERE id = ${(n % 100) + 1};`;
  await bed.cluster.sql(Array.from({ length: count }, (_, n) => one(n)).join('\n'));
}

function expectNothingLeft(): void {
  expect(copiesNow()).toEqual([]);
  expect(processesOf(copiesDirectory())).toEqual([]);
  expect(archive()).toEqual(archived);
}

/** A transaction that is prepared here and committed only after others: its number is lower than theirs. */
async function commitLate(name: string, statement: string, between: () => Promise<unknown>): Promise<number> {
  const rows = await bed.cluster.sql(
    `BEGIN; ${statement}; SELECT pg_current_xact_id()::text AS xid; PREPARE TRANSACTION '${name}';`,
  );
  await between();
  await bed.cluster.sql(`COMMIT PREPARED '${name}'`);
  return Number(rows[0]?.['xid']);
}

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'find', cluster: { settings: { max_prepared_transactions: '5' } } });
  await bed.cluster
    .sql(`CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL DEFAULT 0, owner text);
    INSERT INTO accounts SELECT id, 0, 'someone' FROM generate_series(1, 100) id;
    CREATE TABLE late AS SELECT 1 AS a;
    CREATE TABLE nested AS SELECT 1 AS a;
    CREATE TABLE locked AS SELECT 1 AS a;
    CREATE TABLE dropped AS SELECT 1 AS a;
    CREATE TABLE wide (filling text);`);
  await bed.backup('full');
  await passSecond(bed.cluster);
  start = (await noteMoment(bed.cluster)).time;
  await commitSingly(6789);
  bad['update'] = Number(await commitWithXid(bed.cluster, 'UPDATE accounts SET owner = NULL WHERE id = 42'));
  await commitSingly(3210);
  later = (await noteMoment(bed.cluster)).time;
  bad['late'] = await commitLate('late', 'UPDATE late SET a = 2', () => commitSingly(50));
  await bed.cluster.sql(`INSERT INTO wide SELECT string_agg(md5((n * m)::text), '')
    FROM generate_series(1, 300) n, generate_series(1, 300) m GROUP BY n; SELECT pg_switch_wal()`);
  await commitSingly(50);
  bad['nested'] = Number(
    await commitWithXid(
      bed.cluster,
      `SAVEPOINT one; UPDATE nested SET a = 3; ROLLBACK TO one; ${Array.from({ length: 70 }, (_, n) => `SAVEPOINT s${n}; INSERT INTO nested VALUES (${n});`).join(' ')} UPDATE nested SET a = 2`,
    ),
  );
  await commitSingly(50);
  bad['locked'] = await commitLate('locked', 'ALTER TABLE locked RENAME a TO b', () => commitSingly(20));
  bad['dropped'] = Number(await commitWithXid(bed.cluster, 'DROP TABLE dropped'));
  await commitSingly(50);
  await bed.cluster.sql(`ALTER SYSTEM SET archive_timeout = 0; SELECT pg_reload_conf();`);
  await archiveWal(bed.cluster);
  archived = archive();
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

describe('finding a moment', () => {
  it('pins a bad update among 10,000 transactions to its transaction', async () => {
    const found = await find(
      'SELECT count(*) = 0 FROM accounts WHERE owner IS NULL',
      '--between',
      start,
      '--and',
      later,
    );
    expect(found).toMatchObject({
      firstBad: { xid: bad['update'] },
      commits: 10_000,
      complete: true,
      notes: [],
    });
    expect(found.suspects).toHaveLength(1);
    expect(found.lastGood?.xid).toBe((bad['update'] ?? 0) - 1);
    expectNothingLeft();
    const { runs } = (await bed.mustRun(['journal', '--kind', 'find', '--json'])).json<{
      runs: { result: string; cause: string; facts: object }[];
    }>();
    expect(runs).toMatchObject([{ result: 'ok', facts: { firstBad: found.firstBad, clone: null } }]);
    expect(runs[0]?.cause).toContain('owner IS NULL');
  });

  it('goes by the order of commits, not of transaction numbers, and a prepared one counts when it is committed', async () => {
    const found = await find('SELECT a = 1 FROM late');
    expect(found.firstBad?.xid).toBe(bad['late']);
    expect(found.lastGood?.xid).toBeGreaterThan(bad['late'] ?? 0);
    // The printed command leads to the state right before it, with the transactions that it would have lost by number.
    const [command = ''] = found.commands;
    expect(command).toMatch(/^holdfast clone --to lsn:/);
    const made = await bed.mustRun([...command.split(' ').slice(1), '--json']);
    const { copy } = made.json<{ copy: NonNullable<FindDocument['clone']> }>();
    const { binaries, sandbox } = bed.cluster;
    const rows = await runSql(
      { binaries, sandbox, ...copy },
      'SELECT a, (SELECT sum(balance) FROM accounts) AS sum FROM late',
    );
    expect(rows).toEqual([{ a: '1', sum: '10049' }]);
    await bed.mustRun(['clone', 'drop', copy.id]);
    expectNothingLeft();
  });

  it('names the transaction of many savepoints, segments further on', async () => {
    const found = await find('SELECT NOT EXISTS (SELECT FROM nested WHERE a = 2)');
    expect(found.firstBad?.xid).toBe(bad['nested']);
  });

  it('takes an error for what it is told to, and ends where it is told nothing', async () => {
    const probe = 'SELECT count(*) = 1 FROM dropped';
    const [code, text] = await refused('--probe', probe, '--between', later);
    expect([code, text]).toEqual([98, expect.stringContaining('--on-error bad')]);
    const found = await find(probe, '--on-error', 'bad', '--keep', 'good');
    expect(found.firstBad?.xid).toBe(bad['dropped']);
    const { binaries, sandbox } = bed.cluster;
    const { clone } = found;
    expect(clone).not.toBeNull();
    if (clone === null) return;
    expect(await runSql({ binaries, sandbox, ...clone }, 'SELECT a FROM dropped')).toEqual([{ a: '1' }]);
    await bed.mustRun(['clone', 'drop', clone.id]);
    expectNothingLeft();
  });

  it('goes past commits at which a table is locked by a transaction that is not over', async () => {
    const found = await find('SELECT count(a) = 1 FROM locked', '--on-error', 'bad');
    expect(found.firstBad?.xid).toBe(bad['locked']);
    // From the lock on nobody can tell: those twenty and the culprit.
    expect(found.suspects.at(-1)?.xid).toBe(bad['locked']);
    expect(found.suspects).toHaveLength(21);
    expect(found.notes.join()).toContain('one of 21 commits');
  });

  it('says so when it is bad already, still good, or no probe at all', async () => {
    expect(await refused('--probe', 'false', '--between', later)).toEqual([
      98,
      expect.stringContaining('bad already'),
    ]);
    expect(await refused('--probe', 'SELECT 1', '--between', later)).toEqual([
      64,
      expect.stringContaining('must give true'),
    ]);
    const still = await bed.run(['find', '--probe', 'SELECT true', '--between', later, '--json']);
    expect(still.code).toBe(1);
    expect(still.json<FindDocument>()).toMatchObject({ firstBad: null, complete: true });
    expectNothingLeft();
  });
});

describe('a search that ends early', () => {
  const args = ['find', '--probe', `SELECT a = 1 AND pg_sleep(0.3) IS NOT NULL FROM late`];

  it('leaves nothing after Ctrl-C', async () => {
    const stop = new AbortController();
    const running = bed.run([...args, '--between', later], { signal: stop.signal });
    await expect.poll(() => processesOf(copiesDirectory()).length, { timeout: 60_000 }).toBeGreaterThan(3);
    await sleep(1500);
    stop.abort();
    expect((await running).code).toBe(130);
    expectNothingLeft();
    const shown = await bed.mustRun(['journal', '--kind', 'find', '--limit', '1', '--json']);
    expect(shown.json<{ runs: object[] }>().runs).toMatchObject([{ result: 'interrupted' }]);
  });

  it('leaves nothing after a kill, once the next command looks', async () => {
    for (const waitMs of [0, 1200, 3000]) {
      let seen: number | undefined;
      const killAt = (): boolean => {
        if (seen === undefined && copiesNow().length > 0) seen = performance.now();
        return seen !== undefined && performance.now() - seen > waitMs;
      };
      expect((await bed.run([...args, '--between', later], { killAt })).signal).toBe('SIGKILL');
      const swept = await bed.mustRun(['clones']);
      expect(swept.stderr).toContain('was dropped: whoever made it is gone');
      await expect.poll(copiesNow, { timeout: 20_000 }).toEqual([]);
      expectNothingLeft();
    }
  });
});

it('finds what production has not archived yet', async () => {
  const xid = Number(await commitWithXid(bed.cluster, 'DELETE FROM late'));
  const found = await find('SELECT count(*) = 1 FROM late');
  expect(found.firstBad?.xid).toBe(xid);
  expect(found.notes.join()).toContain('pg_switch_wal');
});
