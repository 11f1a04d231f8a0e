import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAnnotate } from '../../src/engine/annotate.ts';
import { fetchFromArchive } from '../../src/engine/archive-get.ts';
import { pushSegment } from '../../src/engine/archive-push.ts';
import { runBackup } from '../../src/engine/backup.ts';
import { runCheck } from '../../src/engine/check.ts';
import type { EngineProgress, LogRecord } from '../../src/engine/engine.ts';
import { runExpire } from '../../src/engine/expire.ts';
import { readCatalogue } from '../../src/engine/info.ts';
import { listRepository } from '../../src/engine/repo-list.ts';
import { readRepositoryFile } from '../../src/engine/repo-get.ts';
import { runRestore } from '../../src/engine/restore.ts';
import { runStanzaCreate } from '../../src/engine/stanza-create.ts';
import { runStanzaUpgrade } from '../../src/engine/stanza-upgrade.ts';
import { forArchiving, waitUntil } from '../support/wait-until.ts';
import { createEngineBed, type EngineBed } from './engine-bed.ts';

describe('every command of the engine', () => {
  let bed: EngineBed;
  beforeAll(async () => {
    bed = await createEngineBed();
  });
  afterAll(async () => {
    await bed?.[Symbol.asyncDispose]();
  });

  it('creates and upgrades a stanza that is there already', async () => {
    const records = await runStanzaCreate(bed.engine, 'main');
    expect(records.some((record) => record.message.includes('already exists'))).toBe(true);
    await runStanzaUpgrade(bed.engine, 'main');
  });

  it('checks that WAL arrives in both repositories', async () => {
    const outcome = await runCheck(bed.engine, 'main');
    expect(outcome.warnings).toEqual([]);
    expect(outcome.arrived.map((one) => one.repositoryKey)).toEqual([1, 2]);
    expect(outcome.arrived[0]?.segment).toMatch(/^[0-9A-F]{24}$/);
  });

  it('takes a full backup with progress and annotations, and an incremental one', async () => {
    const progress: EngineProgress[] = [];
    const records: LogRecord[] = [];
    const annotations = { by: 'root (sudo: anna)', why: 'a = b, "c"' };
    const full = await runBackup(
      bed.engine,
      { stanza: 'main', repositoryKey: 2, type: 'diff', annotations },
      { onProgress: (state) => progress.push(state), onRecord: (record) => records.push(record) },
    );
    expect(full).toMatchObject({ type: 'full', requestedType: 'diff' });
    expect(full.warnings.map((record) => record.message)).toEqual([
      expect.stringContaining('no prior backup exists, diff backup has been changed to full'),
    ]);
    expect(progress.length).toBeGreaterThan(10);
    const last = progress.at(-1);
    expect(last?.bytesDone).toBeGreaterThan(10_000_000);
    expect(last?.bytesTotal).toBe(last?.bytesDone);
    expect(records.some((record) => record.level === 'detail')).toBe(true);

    const incremental = await runBackup(bed.engine, { stanza: 'main', repositoryKey: 2, type: 'incr' });
    expect(incremental).toMatchObject({ type: 'incr', warnings: [] });

    const catalogue = await readCatalogue(bed.engine, 'main');
    const stored = catalogue.sets.find((set) => set.label === full.label);
    expect(stored).toMatchObject({ type: 'full', repositoryKey: 2, annotations, error: false });
    expect(stored?.stopLsn).toBeGreaterThan(stored?.startLsn ?? 0n);
    const child = catalogue.sets.find((set) => set.label === incremental.label);
    expect(child).toMatchObject({ prior: full.label, references: [full.label] });
    const identifier = await bed.cluster.value('SELECT system_identifier FROM pg_control_system()');
    expect(catalogue.databases.map((one) => one.systemIdentifier)).toEqual([
      BigInt(identifier),
      BigInt(identifier),
    ]);
    expect(catalogue.code).toBe(4);
    expect(catalogue.repositories).toMatchObject([
      { key: 1, code: 2, cipher: 'none' },
      { key: 2, code: 0, cipher: 'aes-256-cbc' },
    ]);
    expect(catalogue.backupRunning).toBe(false);
  });

  it('annotates a set', async () => {
    const label = (await readCatalogue(bed.engine, 'main', { repositoryKey: 2 })).sets[0]?.label ?? '';
    const request = { stanza: 'main', repositoryKey: 2, set: label };
    await runAnnotate(bed.engine, { ...request, annotations: { drill: 'passed', why: '' } });
    const after = (await readCatalogue(bed.engine, 'main', { repositoryKey: 2 })).sets[0];
    expect(after?.annotations).toEqual({ by: 'root (sudo: anna)', drill: 'passed' });
  });

  it('restores with progress into another directory', async () => {
    const set = (await readCatalogue(bed.engine, 'main', { repositoryKey: 2 })).sets[0];
    const progress: EngineProgress[] = [];
    const result = await runRestore(
      bed.engine,
      {
        stanza: 'main',
        repositoryKey: 2,
        set: set?.label ?? '',
        pgPath: bed.sandbox.directory('restored'),
        // Beside a running server: without directories of its own its archiving would stall for a minute.
        workDirectory: bed.sandbox.directory('copy'),
        type: 'time',
        target: '2099-01-01 00:00:00+00',
        targetAction: 'pause',
        targetTimeline: 1,
        archiveModeOff: true,
        delta: false,
        tablespaceMap: {},
      },
      { onProgress: (state) => progress.push(state) },
    );
    expect(result.warnings).toEqual([]);
    expect(progress.at(-1)?.bytesDone).toBeGreaterThan(10_000_000);
    const settings = readFileSync(bed.sandbox.file('restored', 'postgresql.auto.conf'), 'utf8');
    expect(settings).toContain("archive_mode = 'off'");
    expect(settings).toContain("recovery_target_timeline = '1'");
    expect(settings).toContain("recovery_target_time = '2099-01-01 00:00:00+00'");
  });

  it('lists a repository and reads its files decrypted', async () => {
    const files = await listRepository(bed.engine, {
      stanza: 'main',
      repositoryKey: 2,
      path: 'archive/main',
      recurse: true,
    });
    const segments = files.filter((file) => /\/[0-9A-F]{24}-[0-9a-f]{40}\.zst$/.test(file.name));
    expect(segments.length).toBeGreaterThan(0);
    expect(segments[0]).toMatchObject({ type: 'file', size: expect.any(Number), time: expect.any(Number) });

    const info = await readRepositoryFile(bed.engine, {
      repositoryKey: 2,
      path: 'archive/main/archive.info',
    });
    expect(info.toString()).toMatch(/^\[backrest\]\nbackrest-format=/);
    const segment = await readRepositoryFile(bed.engine, {
      repositoryKey: 2,
      path: `archive/main/${segments[0]?.name}`,
    });
    // The magic number of a Zstandard frame: RFC 8878, 3.1.1.
    expect(segment.subarray(0, 4)).toEqual(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
    expect(
      await listRepository(bed.engine, { stanza: 'main', repositoryKey: 1, path: 'nowhere', recurse: true }),
    ).toEqual([expect.objectContaining({ name: '.', type: 'path' })]);
  });

  it('pushes and fetches a segment, and says when there is none', async () => {
    // Something to switch away from: an idle server stays in the segment it has just begun.
    await bed.cluster.sql("SELECT pg_logical_emit_message(false, 'test', 'x')");
    const name = await bed.cluster.value('SELECT pg_walfile_name(pg_switch_wal())');
    await waitUntil(
      `${name} is archived`,
      async () => {
        const last = "SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver";
        return (await bed.cluster.value(last)).slice(0, 24) >= name;
      },
      forArchiving,
    );
    const fetch = { stanza: 'main', name, destination: bed.sandbox.file('fetched') };
    await pushSegment(bed.engine, { stanza: 'main', file: `${bed.cluster.dataDirectory}/pg_wal/${name}` });
    expect(await fetchFromArchive(bed.engine, fetch)).toBe(true);
    expect(statSync(fetch.destination).size).toBe(16 * 1024 * 1024);
    expect(await fetchFromArchive(bed.engine, { ...fetch, name: '0000000100000000000000FF' })).toBe(false);
  });

  it('expires first in words, then in deed', async () => {
    for (let round = 0; round < 2; round += 1) {
      await runBackup(bed.engine, { stanza: 'main', repositoryKey: 1, type: 'full' });
    }
    const first = (await readCatalogue(bed.engine, 'main', { repositoryKey: 1 })).sets[0]?.label ?? '';
    const request = { stanza: 'main', repositoryKey: 1, set: first };
    const dry = await runExpire(bed.engine, { ...request, dryRun: true });
    expect(dry).toMatchObject({
      expiredSets: [first],
      expired: [{ repositoryKey: 1, label: first }],
      dryRun: true,
    });
    expect((await readCatalogue(bed.engine, 'main', { repositoryKey: 1 })).sets).toHaveLength(2);
    const done = await runExpire(bed.engine, { ...request, dryRun: false });
    expect(done.expiredSets).toEqual([first]);
    expect((await readCatalogue(bed.engine, 'main', { repositoryKey: 1 })).sets).toHaveLength(1);
  });
});
