import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/open-engine.ts';
import { observeArchiveLedger } from '../../src/jobs/observe/observe-archive-ledger.ts';
import { hex8 } from '../../src/model/wal.ts';
import { eachSegment } from '../../src/recovery/wal/ledger.ts';
import { encodeJson } from '../../src/store/journal-json.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { configurationIn, localRepository, stanzaWith, writeConf } from '../integration/engine-bed.ts';
import type { LedgerLookRequest } from '../support/ledger-look-driver.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/*
 * kill -9 of a look at every place where something has been started or written. Whatever was killed: the next look tells
 * what is in the archive, and a first look is not needed again when one came to its end.
 */
const driver = join(import.meta.dirname, '../support/ledger-look-driver.ts');
/** Ten days ago: nothing arrives any more where this was stored. */
const old = new Date(Date.now() - 10 * 86_400_000);
const database = { repositoryKey: 1, databaseId: 1, systemIdentifier: 7n, version: '15' };

let sandbox: Sandbox;
let common: Pick<LedgerLookRequest, 'engine' | 'repository' | 'database'>;
let next = 0;

beforeAll(async () => {
  sandbox = await createSandbox('ledger-kill');
  const repository = localRepository(1, sandbox.directory('repo1'));
  const stanza = stanzaWith('main', { path: '/nowhere/data', port: 5432 }, [repository]);
  sandbox.directory('etc/conf.d', 0o755);
  const configuration = configurationIn(sandbox, [stanza]);
  const engine = await openEngine(configuration.engine, { path: '/usr/bin', runAs: sandbox.runAs });
  await writeConf(configuration, engine);
  common = { engine, repository, database };
  for (let high = 0; high < 300; high += 1) utimesSync(store(high, 0), old, old);
  next = 300;
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const archive = (...names: string[]): string => sandbox.file('repo1', 'archive', 'main', '15-1', ...names);

/** @returns its path */
function store(high: number, low: number): string {
  const directory = `00000001${hex8(high)}`;
  const { uid, gid } = sandbox.owner;
  mkdirSync(archive(directory), { recursive: true });
  const file = archive(directory, `${directory}${hex8(low)}-${'a'.repeat(40)}.zst`);
  writeFileSync(file, 'x');
  for (const path of [archive(directory), file]) chownSync(path, uid, gid);
  return file;
}

/** What a server and expire do between two looks. */
function change(): void {
  store(next - 1, 1);
  store(next, 0);
  next += 1;
  const oldest = readdirSync(archive()).toSorted()[0] ?? '';
  rmSync(archive(oldest), { recursive: true });
}

function listFiles(): string[] {
  return readdirSync(archive())
    .flatMap((name) => readdirSync(archive(name)).map((file) => `${name}/${file}`))
    .toSorted();
}

function lookAndDie(stateDirectory: string, die: LedgerLookRequest['die']): NodeJS.Signals | null {
  const request: LedgerLookRequest = { ...common, stateDirectory, die };
  const file = sandbox.write('request.json', encodeJson(request));
  const result = spawnSync(process.execPath, [driver, file], { encoding: 'utf8' });
  if (result.signal === null && result.status !== 0) throw new Error(result.stderr);
  return result.signal;
}

async function look(stateDirectory: string): Promise<{ files: string[]; requests: number }> {
  using journal = openJournal(stateDirectory, { owner: undefined, now: Date.now });
  const seen = await observeArchiveLedger(
    { name: 'main' },
    common.repository,
    {
      engine: common.engine,
      memory: journal.wal,
      clock: { now: Date.now },
      recheck: 86_400,
      databases: [database],
      sets: [],
    },
    new AbortController().signal,
  );
  const ledger = seen.ledgers.get('15-1');
  if (ledger === undefined) throw new Error('no ledger');
  return { files: [...eachSegment(ledger, 1)].map(({ file }) => file), requests: seen.requests };
}

describe('a first look that is killed', () => {
  it.each([
    { at: 'engine', count: 1 },
    { at: 'engine', count: 2 },
    { at: 'before-write', count: 1 },
    { at: 'within-write', count: 1 },
    { at: 'within-write', count: 2 },
    { at: 'after-write', count: 1 },
    { at: 'engine', count: 4 },
    { at: 'before-write', count: 2 },
  ] as const)('$at $count leaves nothing that is not so', async (die) => {
    const state = sandbox.directory(`first-${die.at}-${die.count}`);
    expect(lookAndDie(state, die)).toBe('SIGKILL');
    change();
    expect((await look(state)).files).toEqual(listFiles());
  });
});

describe('a later look that is killed', () => {
  it.each([
    { at: 'engine', count: 1 },
    { at: 'engine', count: 2 },
    { at: 'engine', count: 3 },
    { at: 'before-write', count: 1 },
    { at: 'after-write', count: 1 },
  ] as const)('$at $count leaves what was known', async (die) => {
    const state = sandbox.directory(`later-${die.at}-${die.count}`);
    await look(state);
    change();
    expect(lookAndDie(state, die)).toBe('SIGKILL');
    change();
    const { files, requests } = await look(state);
    expect(files).toEqual(listFiles());
    // What was written to since the test began, and not the 300 old ones again.
    expect(requests).toBeLessThan(60);
  });
});
