import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archiveWal, noteMoment, passSecond } from '../support/data.ts';
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
  readonly clone: { readonly name: string | null; readonly dataDirectory: string } | null;
  readonly measured: { readonly looks: number; readonly restores: number; readonly elapsedMs: number };
}

let bed: ProtectedBed;
let start: string;
let archived: readonly string[];

const copiesDirectory = (): string => join(bed.configuration.stateDirectory, 'copies');
const archive = (): readonly string[] => listFiles(`${bed.configuration.repository('local')}/archive`);

async function find(probe: string, ...args: readonly string[]): Promise<FindDocument> {
  const result = await bed.mustRun(['find', '--probe', probe, '--between', start, ...args, '--json']);
  return result.json<FindDocument>();
}

async function commitSingly(count: number): Promise<void> {
  await bed.cluster.sql(
    Array.from(
      { length: count },
      (_, n) => `UPDATE accounts SET balance = balance + 1 WHERE id = ${(n % 100) + 1};`,
    ).join('\n'),
  );
}

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'find' });
  await bed.cluster
    .sql(`CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL DEFAULT 0, owner text);
    INSERT INTO accounts SELECT id, 0, 'someone' FROM generate_series(1, 100) id;`);
  await bed.backup('full');
  await passSecond(bed.cluster);
  start = (await noteMoment(bed.cluster)).time;
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

describe('finding a moment', () => {
  it('pins a bad update among 10,000 transactions to its transaction', async () => {
    await commitSingly(6789);
    const xid = Number(
      await bed.cluster.value(
        `WITH changed AS (UPDATE accounts SET owner = NULL WHERE id = 42 RETURNING 1) SELECT pg_current_xact_id()::text FROM changed`,
      ),
    );
    await commitSingly(3210);
    await archiveWal(bed.cluster);
    await bed.cluster.sql(`ALTER SYSTEM SET archive_timeout = 0; SELECT pg_reload_conf();`);
    archived = archive();
    const found = await find('SELECT count(*) = 0 FROM accounts WHERE owner IS NULL');
    expect(found.firstBad?.xid).toBe(xid);
    expect(found.commits).toBeGreaterThanOrEqual(10_000);
    expect(readdirSync(copiesDirectory())).toEqual([]);
    expect(processesOf(copiesDirectory())).toEqual([]);
    expect(archive()).toEqual(archived);
  });
});
