import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAroundMoment } from '../support/around-moment.ts';
import { runSql } from '../support/cluster.ts';
import { archiveWal, createKnownRows, readKnownRows, type KnownRows } from '../support/data.ts';
import { listFiles } from '../support/hash-tree.ts';
import { processesOf } from '../support/processes.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

interface CopyDocument {
  readonly id: string;
  readonly name: string | null;
  readonly state: string;
  readonly running?: boolean | null;
  readonly dataDirectory: string;
  readonly port: number;
  readonly socketDirectory: string;
  readonly expiresAt: string | null;
  readonly network: { readonly connections: readonly string[] } | null;
}

let bed: ProtectedBed;
let moment: string;
let atMoment: KnownRows;
let last: KnownRows;
let archived: readonly string[];

const archive = (): readonly string[] => listFiles(`${bed.configuration.repository('local')}/archive`);
const copiesDirectory = (): string => join(bed.configuration.stateDirectory, 'copies');
const place = (copy: CopyDocument): string => join(copy.dataDirectory, '..');

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'clones' });
  await createKnownRows(bed.cluster, 10);
  await bed.cluster.sql(`CREATE ROLE reader LOGIN PASSWORD 'of the reader';
    GRANT SELECT ON known_rows TO reader`);
  ({ moment, before: atMoment, last } = await writeAroundMoment(bed));
  await archiveWal(bed.cluster);
  await bed.cluster.sql(`ALTER SYSTEM SET archive_timeout = 0; SELECT pg_reload_conf();`);
  archived = archive();
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

async function clone(...args: readonly string[]): Promise<CopyDocument> {
  const result = await bed.mustRun(['clone', ...args, '--json']);
  // No warning: every process of a plain copy, of any version, is one that is known (copy-runs-workers).
  expect(result.code, result.stderr).toBe(0);
  return result.json<{ copy: CopyDocument }>().copy;
}

async function clones(): Promise<readonly CopyDocument[]> {
  return (await bed.mustRun(['clones', '--json'])).json<{ copies: readonly CopyDocument[] }>().copies;
}

async function ask(copy: CopyDocument, sql: string): Promise<string> {
  const { binaries, sandbox } = bed.cluster;
  const [row] = await runSql({ binaries, sandbox, ...copy }, sql);
  return String(Object.values(row ?? {})[0]);
}

function expectNothingLeft(copy: CopyDocument): void {
  expect(existsSync(place(copy))).toBe(false);
  expect(processesOf(copy.dataDirectory)).toEqual([]);
  expect(archive()).toEqual(archived);
}

describe('a clone', () => {
  it('is a server at that moment, which can be written to and never archives', async () => {
    const port = await bed.sandbox.port();
    const copy = await clone('--to', moment, '--name', 'before', '--port', String(port));
    expect(copy).toMatchObject({ name: 'before', state: 'ready', port });
    expect(Number(await ask(copy, 'SELECT count(*) FROM known_rows'))).toBe(atMoment.count);
    expect(await ask(copy, `SELECT current_setting('archive_mode')`)).toBe('off');
    await ask(copy, 'CREATE TABLE written AS SELECT 1 AS a; SELECT pg_switch_wal()::text');
    expect(await clones()).toMatchObject([{ name: 'before', running: true }]);
    expect(await readKnownRows(bed.cluster)).toEqual(last);
    const { plan } = (await bed.mustRun(['clone', '--to', moment, '--plan', '--json'])).json<{
      plan: { estimate: { seconds: number; lowSeconds: number; highSeconds: number; samples: number } };
    }>();
    expect(plan.estimate.samples).toBe(1);
    expect(plan.estimate.lowSeconds).toBeLessThan(plan.estimate.seconds);
    const again = await bed.run(['clone', '--to', moment, '--name', 'before', '--json']);
    expect([again.code, again.stdout]).toEqual([64, expect.stringContaining('has the name before already')]);
    await bed.mustRun(['clone', 'drop', 'before']);
    expect(await clones()).toEqual([]);
    expectNothingLeft(copy);
    const dropped = await bed.mustRun(['journal', '--kind', 'drop', '--json']);
    expect(dropped.json<{ runs: object[] }>().runs).toMatchObject([
      { result: 'ok', facts: { copy: copy.id, name: 'before' } },
    ]);
  });

  it('is reached over the network where it is asked to, with a password and from there alone', async () => {
    const args = ['--to', 'latest', '--listen', '127.0.0.1', '--allow', '127.0.0.1/32'];
    const copy = await clone(...args);
    expect(copy.network).toEqual({
      addresses: ['127.0.0.1'],
      allow: ['127.0.0.1/32'],
      connections: [`host=127.0.0.1 port=${copy.port} dbname=postgres`],
    });
    const { binaries, sandbox } = bed.cluster;
    const connect = (password: string, from: string) =>
      sandbox.run(binaries.psql, ['-XAtc', 'SELECT count(*) > 0 FROM known_rows', `${from} user=reader`], {
        env: { PGPASSWORD: password, PGCONNECT_TIMEOUT: '10' },
      });
    const [inside = ''] = copy.network?.connections ?? [];
    expect(await connect('of the reader', inside)).toMatchObject({ code: 0, stdout: 't' });
    expect((await connect('guessed', inside)).stderr).toContain('password authentication failed');
    await bed.mustRun(['clone', 'drop', copy.id]);
    const closed = await clone('--to', 'latest', '--listen', '*', '--allow', '10.255.255.1/32');
    const outside = `host=127.0.0.1 port=${closed.port} dbname=postgres`;
    expect((await connect('of the reader', outside)).stderr).toContain('no pg_hba.conf entry');
    await bed.mustRun(['clone', 'drop', closed.id]);
    expectNothingLeft(closed);
    // Not an address of this host: the copy that answers only on its socket is taken away again.
    const nowhere = await bed.run([
      'clone',
      '--to',
      'latest',
      '--listen',
      '127.0.0.1',
      '--listen',
      '192.0.2.1',
      '--json',
    ]);
    expect([nowhere.code, nowhere.stdout]).toEqual([81, expect.stringContaining('192.0.2.1')]);
    expect(await clones()).toEqual([]);
  });

  it('is dropped when its time is over', async () => {
    const copy = await clone('--to', 'latest', '--ttl', '1s');
    expect(copy.expiresAt).not.toBeNull();
    await expect.poll(clones, { timeout: 110_000, interval: 250 }).toEqual([]);
    expectNothingLeft(copy);
  });

  it('leaves nothing after a kill in any moment, once the next command looks', async () => {
    const whole = await bed.mustRun(['clone', '--to', 'latest', '--ttl', '1s']);
    for (const part of [0.45, 0.6, 0.75, 0.9]) {
      const started = performance.now();
      const killAt = (): boolean => performance.now() - started > whole.elapsedMs * part;
      await bed.run(['clone', '--to', 'latest', '--ttl', '1s'], { killAt });
      await expect.poll(clones, { timeout: 110_000, interval: 250 }).toEqual([]);
      expect(readdirSync(copiesDirectory())).toEqual([]);
      expect(archive()).toEqual(archived);
    }
    expect(processesOf(copiesDirectory())).toEqual([]);
  });
});

describe('dropping', () => {
  it('removes nothing that Holdfast did not make for that copy', async () => {
    const copy = await clone('--to', 'latest', '--name', 'guarded');
    const marker = join(place(copy), 'holdfast-copy.json');
    renameSync(marker, `${marker}.away`);
    const refused = await bed.run(['clone', 'drop', 'guarded', '--json']);
    expect([refused.code, refused.stdout]).toEqual([68, expect.stringContaining('holdfast-copy.json')]);
    expect(existsSync(join(copy.dataDirectory, 'PG_VERSION'))).toBe(true);
    writeFileSync(marker, JSON.stringify({ copy: 'another' }));
    expect((await bed.run(['clone', 'drop', 'guarded'])).code).toBe(68);
    renameSync(`${marker}.away`, marker);
    // Somebody puts production in its place.
    renameSync(place(copy), `${place(copy)}.moved`);
    symlinkSync(join(bed.cluster.dataDirectory, '..'), place(copy));
    expect((await bed.run(['clone', 'drop', 'guarded'])).code).toBe(68);
    expect(readdirSync(bed.cluster.dataDirectory)).toContain('PG_VERSION');
    expect(await readKnownRows(bed.cluster)).toEqual(last);
    mkdirSync(`${place(copy)}.link`);
    renameSync(place(copy), `${place(copy)}.link/link`);
    renameSync(`${place(copy)}.moved`, place(copy));
    await bed.mustRun(['clone', 'drop', 'guarded']);
    expectNothingLeft(copy);
  });
});
