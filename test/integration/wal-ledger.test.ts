import {
  copyFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  mkdirSync,
  chownSync,
  renameSync,
  readFileSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushSegment } from '../../src/engine/archive-push.ts';
import { readCatalogue } from '../../src/engine/info.ts';
import type { Repository } from '../../src/model/repository.ts';
import {
  archiveKey,
  type ArchiveLook,
  observeArchiveLedger,
} from '../../src/jobs/observe/observe-archive-ledger.ts';
import { hex8, segmentName } from '../../src/model/wal.ts';
import {
  eachSegment,
  findSegment,
  listDuplicates,
  listMissing,
  listPartials,
  listStretches,
  type ArchiveLedger,
} from '../../src/recovery/wal/ledger.ts';
import { buildChain } from '../../src/recovery/wal/timeline-chain.ts';
import type { Journal } from '../../src/store/journal.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createEngineBed, type EngineBed } from './engine-bed.ts';

let bed: EngineBed;
let journal: Journal;
/** What the clock of Holdfast says: it moves only by hand. */
let now = 0;

beforeAll(async () => {
  bed = await createEngineBed();
  journal = openJournal(bed.sandbox.file('journal'), { owner: undefined, now: () => now });
  now = Date.now();
});
afterAll(async () => {
  journal[Symbol.dispose]();
  await bed[Symbol.asyncDispose]();
});

async function look(
  repository: Repository,
  change: { whole?: boolean; signal?: AbortSignal } = {},
): Promise<ArchiveLook> {
  const { databases, sets } = await readCatalogue(bed.engine, 'main');
  return observeArchiveLedger(
    { name: 'main' },
    repository,
    {
      engine: bed.engine,
      memory: journal.wal,
      clock: { now: () => now },
      recheck: 86_400,
      databases,
      sets,
      whole: change.whole,
    },
    change.signal ?? new AbortController().signal,
  );
}

function repositoryOf(key: number): Repository {
  const repository = bed.configuration.stanzas[0]?.repositories.find((one) => one.key === key);
  if (repository === undefined) throw new Error(`no repository ${key}`);
  return repository;
}

function ledgerOf(seen: ArchiveLook): ArchiveLedger {
  const ledger = seen.ledgers.get('15-1');
  if (ledger === undefined) throw new Error('no ledger');
  return ledger;
}

const directoryIn = (key: number, ...names: string[]): string =>
  join(bed.sandbox.file(`repo${key}`), 'archive', 'main', '15-1', ...names);

/** Every segment as it really lies on the disk. */
function filesIn(key: number): string[] {
  return readdirSync(directoryIn(key), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(directoryIn(key, name)).map((file) => `${name}/${file}`))
    .filter((file) => /\/[0-9A-F]{24}-[0-9a-f]{40}(\.\w+)?$/.test(file))
    .toSorted();
}

const filesOf = (ledger: ArchiveLedger): string[] =>
  [...ledger.timelines.keys()].flatMap((timeline) =>
    [...eachSegment(ledger, timeline)].map(({ file }) => file),
  );

/** Puts a file into the archive as archive-push would. */
function plant(key: number, path: string, text = 'x'): void {
  const file = directoryIn(key, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  const { uid, gid } = bed.sandbox.owner;
  for (const one of [join(file, '..'), file]) chownSync(one, uid, gid);
}

function presentSegment(): Promise<string> {
  return bed.cluster.value('SELECT pg_walfile_name(pg_current_wal_lsn())');
}

async function archiveSegments(count: number): Promise<string> {
  let last = '';
  for (let index = 0; index < count; index += 1) {
    await bed.cluster.sql("SELECT pg_logical_emit_message(false, 'test', 'x')");
    last = await bed.cluster.value('SELECT pg_walfile_name(pg_switch_wal())');
  }
  await waitUntil(`${last} is archived`, async () => {
    const archived = await bed.cluster.value("SELECT coalesce(last_archived_wal, '-') FROM pg_stat_archiver");
    return archived.startsWith('0') && archived >= last;
  });
  return last;
}

describe('the WAL ledger', () => {
  it('says of an archive into which nothing was archived that it is empty', async () => {
    rmSync(directoryIn(1), { recursive: true, force: true });
    const seen = await look(repositoryOf(1));
    expect(seen).toMatchObject({ archiveId: '15-1', oldestLookAt: now });
    expect(filesOf(ledgerOf(seen))).toEqual([]);
  });

  it('does not take a file system that is not mounted for an empty archive', async () => {
    const path = bed.sandbox.file('repo1', 'archive');
    const { databases } = await readCatalogue(bed.engine, 'main');
    renameSync(path, `${path}.away`);
    try {
      const deps = {
        engine: bed.engine,
        memory: journal.wal,
        clock: { now: () => now },
        recheck: 86_400,
        databases,
        sets: [],
      };
      const looking = observeArchiveLedger(
        { name: 'main' },
        repositoryOf(1),
        deps,
        new AbortController().signal,
      );
      await expect(looking).rejects.toMatchObject({ kind: 'stanza-missing' });
    } finally {
      renameSync(`${path}.away`, path);
    }
  });

  it.each([1, 2])(
    'knows every segment that archive-push stored in repository %i, encrypted or not',
    async (key) => {
      await archiveSegments(3);
      const first = await look(repositoryOf(key), { whole: true });
      expect(filesOf(ledgerOf(first))).toEqual(filesIn(key));
      expect(filesIn(key).length).toBeGreaterThanOrEqual(3);
      now += 300_000;
      const last = await archiveSegments(2);
      const next = await look(repositoryOf(key));
      expect(filesOf(ledgerOf(next))).toEqual(filesIn(key));
      expect(findSegment(ledgerOf(next), last)?.storedBytes).toBeGreaterThan(100);
      expect(next.oldestLookAt).toBe(now);
      // The names of the directories, and the one directory that there is.
      expect(next.requests).toBe(2);
    },
  );

  it('finds a hole, a segment with two contents, a partial one and histories, and passes over the rest', async () => {
    now += 300_000;
    const [first, second, third] = filesIn(1);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('too few segments');
    rmSync(directoryIn(1, second));
    plant(1, third.replace(/-[0-9a-f]{40}/, `-${'0'.repeat(40)}`));
    // As a standby does that was promoted: what it has of the last segment of the old timeline.
    const partial = bed.sandbox.write('0000000100000000000000FE.partial', '');
    copyFileSync(`${bed.cluster.dataDirectory}/pg_wal/${await presentSegment()}`, partial);
    await pushSegment(bed.engine, { stanza: 'main', file: partial });
    plant(1, `0000000100000000/0000000100000000000000FF-${'a'.repeat(40)}.zst.pgbackrest.tmp`);
    plant(1, `0000000100000000/${first.slice(17, 41)}.00000028.backup`);
    plant(1, '00000002.history', '1\t0/5000000\tno recovery target specified\n');
    plant(1, 'a "name"\nthat } is odd');
    const seen = await look(repositoryOf(1));
    const ledger = ledgerOf(seen);
    const chain = buildChain(1, [], ledger.segmentSize);
    const numbers = filesIn(1).map((file) => BigInt(`0x${file.slice(33, 41)}`));
    const [begin, end] = [numbers[0] ?? 0n, numbers.at(-1) ?? 0n];
    expect(listMissing(ledger, chain, begin, end)).toEqual([second.slice(17, 41)]);
    expect(listStretches(ledger, chain)).toHaveLength(2);
    expect(listDuplicates(ledger)).toEqual([third.slice(17, 41)]);
    expect(listPartials(ledger)).toEqual(['0000000100000000000000FE.partial']);
    expect(ledger.histories).toEqual([2]);
    // The hole is new: its directory was listed once more before it was said.
    expect(seen.requests).toBe(3);
    now += 300_000;
    expect((await look(repositoryOf(1))).requests).toBe(2);
  });

  it('lists only what can have changed, and everything within a day', async () => {
    const old = new Date(now - 10 * 86_400_000);
    for (let high = 0x10; high < 0x40; high += 1) {
      for (let low = 0; low < 4; low += 1) plantOld(1, high, low, old);
    }
    now += 300_000;
    const first = await look(repositoryOf(1));
    expect(filesOf(ledgerOf(first))).toEqual(filesIn(1));
    // 48 new directories of 49: one recursive listing is cheaper.
    expect(first.requests).toBeLessThanOrEqual(4);
    const gone = directoryIn(1, `00000001${hex8(0x18)}`);
    const changed = filesIn(1).filter((file) => file.startsWith(`00000001${hex8(0x20)}/`));
    rmSync(gone, { recursive: true });
    rmSync(directoryIn(1, changed[2] ?? ''));
    let seen = first;
    let looks = 0;
    const begun = now;
    while (filesOf(ledgerOf(seen)).includes(changed[2] ?? '')) {
      now += 3_600_000;
      looks += 1;
      seen = await look(repositoryOf(1));
      expect(now - begun).toBeLessThanOrEqual(86_400_000);
      expect(now - (seen.oldestLookAt ?? 0)).toBeLessThanOrEqual(86_400_000);
      expect(seen.requests).toBeLessThan(12);
      expect(seen.ledgers.get('15-1')?.directories.has(`00000001${hex8(0x18)}`)).toBe(false);
    }
    expect(looks).toBeGreaterThan(1);
    expect(filesOf(ledgerOf(seen))).toEqual(filesIn(1));
  });

  it('sees everything at once when told that sets were removed', async () => {
    const file = filesIn(1).find((name) => name.startsWith(`00000001${hex8(0x30)}/`)) ?? '';
    rmSync(directoryIn(1, file));
    expect(filesOf(ledgerOf(await look(repositoryOf(1), { whole: true })))).toEqual(filesIn(1));
  });

  it('goes on with what it knows when the journal is opened again, and after a look that was stopped', async () => {
    const stopped = new AbortController();
    stopped.abort();
    await expect(look(repositoryOf(1), { signal: stopped.signal })).rejects.toMatchObject({
      kind: 'interrupted',
    });
    journal[Symbol.dispose]();
    journal = openJournal(bed.sandbox.file('journal'), { owner: undefined, now: () => now });
    now += 60_000;
    const seen = await look(repositoryOf(1));
    expect(filesOf(ledgerOf(seen))).toEqual(filesIn(1));
    expect(seen.requests).toBeLessThan(6);
  });

  it('goes on where it was stopped when an archive cannot be listed with one command', async () => {
    for (let high = 0x100; high < 0x100 + 90; high += 1)
      plantOld(2, high, 0, new Date(now - 10 * 86_400_000));
    // Each file is a request there; what the engine really reads lies in a directory.
    const access = { ...repositoryOf(2).access, type: 'sftp' } as Repository['access'];
    const repository = { ...repositoryOf(2), access };
    const { databases } = await readCatalogue(bed.engine, 'main');
    const deps = {
      engine: bed.engine,
      memory: journal.wal,
      clock: { now: () => now },
      recheck: 86_400,
      databases,
      sets: [],
    };
    const stop = new AbortController();
    let commands = 0;
    const onSpawn = (): void => {
      commands += 1;
      if (commands === 75) stop.abort();
    };
    const stopped = observeArchiveLedger({ name: 'main' }, repository, { ...deps, onSpawn }, stop.signal);
    await expect(stopped).rejects.toMatchObject({ kind: 'interrupted' });
    const seen = await observeArchiveLedger({ name: 'main' }, repository, deps, new AbortController().signal);
    expect(filesOf(ledgerOf(seen))).toEqual(filesIn(2));
    // 91 directories, of which 73 had been listed before.
    expect(seen.requests).toBeLessThan(30);
  });

  it('keeps the archive of the cluster before an upgrade apart, and looks there once in a day', async () => {
    const { databases } = await readCatalogue(bed.engine, 'main');
    const own = databases.find((one) => one.repositoryKey === 1);
    if (own === undefined) throw new Error('no database');
    const upgraded = { ...own, databaseId: 2, version: '16', systemIdentifier: 99n };
    const file = join(
      bed.sandbox.file('repo1'),
      'archive',
      'main',
      '16-2',
      '0000000100000000',
      `${segmentName({ timeline: 1, number: 7n })}-${'b'.repeat(40)}`,
    );
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, 'x');
    const deps = {
      engine: bed.engine,
      memory: journal.wal,
      clock: { now: () => now },
      recheck: 86_400,
      databases: [upgraded, ...databases],
      sets: [],
    };
    const seen = await observeArchiveLedger(
      { name: 'main' },
      repositoryOf(1),
      deps,
      new AbortController().signal,
    );
    expect([...seen.ledgers.keys()]).toEqual(['15-1', '16-2']);
    expect(seen.archiveId).toBe('16-2');
    expect([...eachSegment(ledgerIn(seen, '16-2'), 1)].map(({ number }) => number)).toEqual([7n]);
    expect(filesOf(ledgerIn(seen, '15-1'))).toEqual(filesIn(1));
    now += 300_000;
    const next = await observeArchiveLedger(
      { name: 'main' },
      repositoryOf(1),
      deps,
      new AbortController().signal,
    );
    expect(next.requests).toBe(2);
    expect(filesOf(ledgerIn(next, '15-1'))).toEqual(filesIn(1));
  });

  it('does not take what it knows of a repository for that of another at the same place', async () => {
    const { databases } = await readCatalogue(bed.engine, 'main');
    const own = databases.find((one) => one.repositoryKey === 1);
    if (own === undefined) throw new Error('no database');
    const other = { ...own, systemIdentifier: own.systemIdentifier + 1n };
    const keys = [
      archiveKey('main', repositoryOf(1), own),
      archiveKey('main', repositoryOf(1), other),
      archiveKey('main', repositoryOf(2), own),
      archiveKey('other', repositoryOf(1), own),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(keys.join()).not.toContain('open sesame');
  });

  it('fails by name when the repository cannot be listed', async () => {
    const conf = bed.configuration.engine.configFile;
    const before = readFileSync(conf, 'utf8');
    writeFileSync(conf, before.replace(/^repo1-path=.*$/m, 'repo1-path=/proc/1/root/none'));
    const databases = [{ repositoryKey: 1, databaseId: 1, version: '15', systemIdentifier: 1n }];
    try {
      const deps = {
        engine: bed.engine,
        memory: journal.wal,
        clock: { now: () => now },
        recheck: 86_400,
        databases,
        sets: [],
      };
      const looking = observeArchiveLedger(
        { name: 'main' },
        repositoryOf(1),
        deps,
        new AbortController().signal,
      );
      await expect(looking).rejects.toMatchObject({ name: 'Failure' });
    } finally {
      writeFileSync(conf, before);
    }
  });
});

function ledgerIn(seen: ArchiveLook, id: string): ArchiveLedger {
  const ledger = seen.ledgers.get(id);
  if (ledger === undefined) throw new Error(`no ledger of ${id}`);
  return ledger;
}

function plantOld(key: number, high: number, low: number, at: Date): void {
  const directory = `00000001${hex8(high)}`;
  const path = `${directory}/${directory}${hex8(low)}-${'c'.repeat(40)}.zst`;
  plant(key, path);
  utimesSync(directoryIn(key, path), at, at);
}
