import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushSegment } from '../../src/engine/archive-push.ts';
import { archiveKey } from '../../src/jobs/observe/observe-archive-ledger.ts';
import type { Repository } from '../../src/model/repository.ts';
import { hex8, segmentName } from '../../src/model/wal.ts';
import {
  eachSegment,
  findSegment,
  listDuplicates,
  listMissing,
  listPartials,
  listStretches,
} from '../../src/recovery/wal/ledger.ts';
import { findPendingFrom } from '../../src/recovery/windows/pending-wal.ts';
import { buildChain } from '../../src/recovery/wal/timeline-chain.ts';
import { createLedgerBed, filesOf, type LedgerBed, ledgerOf, ownArchive } from './ledger-bed.ts';

let bed: LedgerBed;

beforeAll(async () => {
  bed = await createLedgerBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

describe('the WAL ledger', () => {
  it('says of an archive into which nothing was archived that it is empty', async () => {
    rmSync(bed.in(1), { recursive: true, force: true });
    const seen = await bed.look(1);
    expect(seen).toMatchObject({ archiveId: ownArchive, oldestLookAt: bed.now });
    expect(filesOf(ledgerOf(seen))).toEqual([]);
  });

  it('does not take a file system that is not mounted for an empty archive', async () => {
    const path = bed.bed.sandbox.file('repo1', 'archive');
    const databases = [await bed.databaseOf(1)];
    renameSync(path, `${path}.away`);
    try {
      await expect(bed.look(1, { databases })).rejects.toMatchObject({ kind: 'stanza-missing' });
    } finally {
      renameSync(`${path}.away`, path);
    }
  });

  it.each([
    { whole: true, what: 'everything', path: `${ownArchive} ` },
    { whole: false, what: 'one directory', path: `${ownArchive}/00000001` },
  ])('does not take one that vanishes while $what is listed for an empty one', async ({ whole, path }) => {
    await bed.archiveSegments(2);
    const before = filesOf(ledgerOf(await bed.look(1, { whole: true })));
    const { sandbox, engine } = bed.bed;
    const place = sandbox.file('repo1', 'archive');
    const top = sandbox.file('top-was-listed');
    // The real engine. The first command lists what is at the top; before the one that goes into it the archive is away.
    const script = `case " $* " in *'${path}'*) if ! [ -e ${top} ] && ${whole}; then : >${top}; else mv ${place} ${place}.away 2>/dev/null; fi;; esac
exec ${engine.binary} "$@"`;
    const binary = sandbox.write('vanishing', `#!/bin/sh\n${script}\n`, 0o755);
    const databases = [await bed.databaseOf(1)];
    try {
      const looked = bed.look(1, { whole, databases, engine: { ...engine, binary } });
      await expect(looked).rejects.toMatchObject({ kind: 'stanza-missing' });
      expect(existsSync(place)).toBe(false);
    } finally {
      renameSync(`${place}.away`, place);
      rmSync(top, { force: true });
    }
    bed.now += 60_000;
    expect(filesOf(ledgerOf(await bed.look(1)))).toEqual(before);
  });

  it.each([1, 2])(
    'knows every segment that archive-push stored in repository %i, encrypted or not',
    async (key) => {
      await bed.archiveSegments(3);
      expect(filesOf(ledgerOf(await bed.look(key, { whole: true })))).toEqual(bed.filesIn(key));
      expect(bed.filesIn(key).length).toBeGreaterThanOrEqual(3);
      bed.now += 300_000;
      const last = await bed.archiveSegments(2);
      const next = await bed.look(key);
      expect(filesOf(ledgerOf(next))).toEqual(bed.filesIn(key));
      expect(findSegment(ledgerOf(next), last)?.storedBytes).toBeGreaterThan(100);
      expect(next.oldestLookAt).toBe(bed.now);
      // The names of the directories, and the one directory that there is.
      expect(next.requests).toBe(2);
    },
  );

  it('sees no hole in what PostgreSQL was told to be archived, while segments are archived', async () => {
    const ending = new AbortController();
    const archiving = bed.archiveSegments(25).finally(() => ending.abort());
    const holes: unknown[] = [];
    let looks = 0;
    for (; !ending.signal.aborted; looks += 1) {
      // Several are stored at once (archive-async), so that a later one may lie there before an earlier one.
      const last = await bed.lastArchived();
      const ledger = ledgerOf(await bed.look(1, { whole: looks % 2 === 0 }));
      const chain = buildChain(1, [], ledger.segmentSize);
      const stretches = listStretches(ledger, chain);
      const pendingFrom = findPendingFrom(ledger, chain, stretches, last, bed.now);
      const gaps = stretches.slice(0, -1).map((stretch) => stretch.last + 1n);
      if (gaps.some((gap) => pendingFrom === undefined || gap < pendingFrom)) holes.push({ stretches, last });
      await delay(20);
    }
    await archiving;
    expect(holes).toEqual([]);
    expect(looks).toBeGreaterThan(3);
  });

  it('finds a hole, a segment with two contents, a partial one and histories, and passes over the rest', async () => {
    bed.now += 300_000;
    const [first, second, third] = bed.filesIn(1);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('too few segments');
    rmSync(bed.in(1, second));
    bed.plant(1, third.replace(/-[0-9a-f]{40}/, `-${'0'.repeat(40)}`));
    // As a standby does that was promoted: what it has of the last segment of the old timeline.
    const { cluster, engine, sandbox } = bed.bed;
    const partial = sandbox.write('0000000100000000000000FE.partial', '');
    // Right after a switch there is no file of the segment that comes.
    const position = await cluster.value("SELECT pg_logical_emit_message(true, 'test', 'x')");
    const present = await cluster.value(`SELECT pg_walfile_name('${position}')`);
    copyFileSync(`${cluster.dataDirectory}/pg_wal/${present}`, partial);
    await pushSegment(engine, { stanza: 'main', file: partial });
    bed.plant(1, `0000000100000000/0000000100000000000000FF-${'a'.repeat(40)}.zst.pgbackrest.tmp`);
    bed.plant(1, `0000000100000000/${first.slice(17, 41)}.00000028.backup`);
    bed.plant(1, '00000002.history', '1\t0/5000000\tno recovery target specified\n');
    bed.plant(1, 'a "name"\nthat } is odd');
    const seen = await bed.look(1);
    const ledger = ledgerOf(seen);
    const chain = buildChain(1, [], ledger.segmentSize);
    const numbers = bed.filesIn(1).map((file) => BigInt(`0x${file.slice(33, 41)}`));
    const [begin, end] = [numbers[0] ?? 0n, numbers.at(-1) ?? 0n];
    expect(listMissing(ledger, chain, begin, end)).toEqual([second.slice(17, 41)]);
    expect(listStretches(ledger, chain)).toHaveLength(2);
    expect(listDuplicates(ledger)).toEqual([third.slice(17, 41)]);
    expect(listPartials(ledger)).toEqual(['0000000100000000000000FE.partial']);
    expect(ledger.histories).toEqual([2]);
    // What is behind the hole had been seen before: this listing is the one that confirms it.
    expect(seen.requests).toBe(2);
    bed.now += 300_000;
    expect((await bed.look(1)).requests).toBe(2);
  });

  it('lists only what can have changed, and everything within a day', async () => {
    for (let high = 0x10; high < 0x40; high += 1)
      for (let low = 0; low < 4; low += 1) bed.plantOld(1, high, low);
    bed.now += 300_000;
    const first = await bed.look(1);
    expect(filesOf(ledgerOf(first))).toEqual(bed.filesIn(1));
    // 48 new directories of 49: one recursive listing is cheaper.
    expect(first.requests).toBeLessThanOrEqual(4);
    const gone = `00000001${hex8(0x18)}`;
    const [, , changed = ''] = bed.filesIn(1).filter((file) => file.startsWith(`00000001${hex8(0x20)}/`));
    rmSync(bed.in(1, gone), { recursive: true });
    rmSync(bed.in(1, changed));
    let seen = first;
    let looks = 0;
    const begun = bed.now;
    while (filesOf(ledgerOf(seen)).includes(changed)) {
      bed.now += 3_600_000;
      looks += 1;
      seen = await bed.look(1);
      expect(bed.now - begun).toBeLessThanOrEqual(86_400_000);
      expect(bed.now - (seen.oldestLookAt ?? 0)).toBeLessThanOrEqual(86_400_000);
      expect(seen.requests).toBeLessThan(12);
      expect(ledgerOf(seen).directories.has(gone)).toBe(false);
    }
    expect(looks).toBeGreaterThan(1);
    expect(filesOf(ledgerOf(seen))).toEqual(bed.filesIn(1));
  });

  it('sees everything at once when told that sets were removed', async () => {
    const file = bed.filesIn(1).find((name) => name.startsWith(`00000001${hex8(0x30)}/`)) ?? '';
    rmSync(bed.in(1, file));
    expect(filesOf(ledgerOf(await bed.look(1, { whole: true })))).toEqual(bed.filesIn(1));
  });

  it('goes on with what it knows when the journal is opened again, and after a look that was stopped', async () => {
    const signal = AbortSignal.abort();
    const databases = [await bed.databaseOf(1)];
    await expect(bed.look(1, { databases, signal })).rejects.toMatchObject({ kind: 'interrupted' });
    bed.reopen();
    bed.now += 60_000;
    const seen = await bed.look(1);
    expect(filesOf(ledgerOf(seen))).toEqual(bed.filesIn(1));
    expect(seen.requests).toBeLessThan(6);
  });

  it('goes on where it was stopped when an archive cannot be listed with one command', async () => {
    for (let high = 0x100; high < 0x100 + 90; high += 1) bed.plantOld(2, high, 0);
    // Each file is a request there; what the engine really reads lies in a directory.
    const access = { ...bed.repositoryOf(2).access, type: 'sftp' } as Repository['access'];
    const repository = { ...bed.repositoryOf(2), access };
    const databases = [await bed.databaseOf(2)];
    const stop = new AbortController();
    let commands = 0;
    const onSpawn = (): void => {
      commands += 1;
      if (commands === 75) stop.abort();
    };
    const stopped = bed.look(repository, { databases, onSpawn, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ kind: 'interrupted' });
    const seen = await bed.look(repository);
    expect(filesOf(ledgerOf(seen))).toEqual(bed.filesIn(2));
    // 91 directories, of which 73 had been listed before.
    expect(seen.requests).toBeLessThan(30);
  });

  it('keeps the archive of the cluster before an upgrade apart, and looks there once in a day', async () => {
    const own = await bed.databaseOf(1);
    const upgraded = { ...own, databaseId: 2, version: '99', systemIdentifier: 99n };
    const name = `${segmentName({ timeline: 1, number: 7n })}-${'b'.repeat(40)}`;
    const file = join(bed.in(1), '..', '99-2', '0000000100000000', name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, 'x');
    const databases = [upgraded, own];
    const seen = await bed.look(1, { databases });
    expect([...seen.ledgers.keys()]).toEqual([ownArchive, '99-2']);
    expect(seen.archiveId).toBe('99-2');
    expect([...eachSegment(ledgerOf(seen, '99-2'), 1)].map(({ number }) => number)).toEqual([7n]);
    expect(filesOf(ledgerOf(seen))).toEqual(bed.filesIn(1));
    bed.now += 300_000;
    const next = await bed.look(1, { databases });
    expect(next.requests).toBe(2);
    expect(filesOf(ledgerOf(next))).toEqual(bed.filesIn(1));
  });

  it('does not take what it knows of a repository for that of another at the same place', async () => {
    const own = await bed.databaseOf(1);
    const other = { ...own, systemIdentifier: own.systemIdentifier + 1n };
    const keys = [
      archiveKey('main', bed.repositoryOf(1), own),
      archiveKey('main', bed.repositoryOf(1), other),
      archiveKey('main', bed.repositoryOf(2), own),
      archiveKey('other', bed.repositoryOf(1), own),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(keys.join()).not.toContain('open sesame');
  });

  it('fails by name when the repository cannot be listed', async () => {
    const conf = bed.bed.configuration.engine.configFile;
    const databases = [await bed.databaseOf(1)];
    const before = readFileSync(conf, 'utf8');
    writeFileSync(conf, before.replace(/^repo1-path=.*$/m, 'repo1-path=/proc/1/root/none'));
    try {
      await expect(bed.look(1, { databases })).rejects.toMatchObject({ name: 'Failure' });
    } finally {
      writeFileSync(conf, before);
    }
  });
});
