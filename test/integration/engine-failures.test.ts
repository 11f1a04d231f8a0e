import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushSegment } from '../../src/engine/archive-push.ts';
import { runBackup } from '../../src/engine/backup.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { readCatalogue } from '../../src/engine/info.ts';
import { isTestedVersion, openEngine } from '../../src/engine/open-engine.ts';
import { readRepositoryFile } from '../../src/engine/repo-get.ts';
import { runRestore } from '../../src/engine/restore.ts';
import { runEngine } from '../../src/engine/run-engine.ts';
import { type Failure, isFailure } from '../../src/model/failure.ts';
import { createCluster } from '../support/cluster.ts';
import { mountSmallDisk } from '../support/full-disk.ts';
import { createEngineBed, type EngineBed, passphrase } from './engine-bed.ts';

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
  throw new Error('no failure');
}

describe('what the engine refuses', () => {
  let bed: EngineBed;
  let label: string;
  beforeAll(async () => {
    bed = await createEngineBed();
    label = (await runBackup(bed.engine, { stanza: 'main', repositoryKey: 2, type: 'full' })).label;
  });
  afterAll(async () => {
    await bed?.[Symbol.asyncDispose]();
  });

  /** The same engine with other secrets or another configuration file. */
  const engineWith = (change: Partial<Engine['settings']>): Engine => ({
    ...bed.engine,
    settings: { ...bed.engine.settings, ...change },
  });
  const restoreRequest = () => ({
    stanza: 'main',
    repositoryKey: 2,
    set: label,
    // A restore empties the spool even when it fails at once, and archiving that loses it stalls for a minute.
    workDirectory: bed.sandbox.directory('copy'),
    type: 'default' as const,
    archiveModeOff: true,
    delta: false,
    tablespaceMap: {},
  });

  it('names a wrong passphrase in every command, and never prints one', async () => {
    bed.sandbox.directory('wrong', 0o755);
    bed.sandbox.write('wrong/secrets.conf', '[global]\nrepo2-cipher-pass=quite-wrong\n');
    const engine = engineWith({ includeDirectory: bed.sandbox.file('wrong') });
    const failures = [
      await failureOf(runBackup(engine, { stanza: 'main', repositoryKey: 2, type: 'full' })),
      await failureOf(readRepositoryFile(engine, { repositoryKey: 2, path: 'backup/main/backup.info' })),
      await failureOf(runRestore(engine, { ...restoreRequest(), pgPath: bed.sandbox.directory('r1') })),
    ];
    expect(failures.map((failure) => failure.kind)).toEqual(Array(3).fill('passphrase-wrong'));
    const text = JSON.stringify(failures);
    expect(text).not.toContain('quite-wrong');
    expect(text).not.toContain(passphrase);
    // What the engine decrypted is noise that must not reach a terminal.
    expect(failures.some((failure) => /\p{C}/u.test(failure.message))).toBe(false);
    const catalogue = await readCatalogue(engine, 'main');
    expect(catalogue.repositories.find((one) => one.key === 2)?.code).toBe(99);
    expect(catalogue.repositories.find((one) => one.key === 1)?.code).toBe(2);
  });

  it('says that another backup is running, and shows it in the catalogue', async () => {
    const request = { stanza: 'main', repositoryKey: 2, type: 'full' as const };
    let other: Promise<Failure> | undefined;
    let running: Promise<boolean> | undefined;
    await runBackup(bed.engine, request, {
      onRecord(record) {
        if (!record.message.startsWith('backup start archive')) return;
        other ??= failureOf(runBackup(bed.engine, request));
        running ??= readCatalogue(bed.engine, 'main').then((catalogue) => catalogue.backupRunning);
      },
    });
    expect(await other).toMatchObject({ kind: 'engine-busy', details: { engineError: 50 } });
    expect((await other)?.hint).toContain('Is another pgBackRest process running?');
    expect(await running).toBe(true);
  });

  it('stops an engine when asked, and leaves nothing running', async () => {
    const abort = new AbortController();
    let pid = 0;
    const stopped = failureOf(
      runBackup(
        bed.engine,
        { stanza: 'main', repositoryKey: 2, type: 'full' },
        { signal: abort.signal, onSpawn: (value) => (pid = value), onRecord: () => abort.abort() },
      ),
    );
    expect((await stopped).kind).toBe('interrupted');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  it('gives up when time is over', async () => {
    const failure = await failureOf(runEngine(bed.engine, ['check'], { stanza: 'main', timeoutMs: 20 }));
    expect(failure.kind).toBe('timed-out');
  });

  it('says that a stanza is missing', async () => {
    expect((await readCatalogue(bed.engine, 'nope')).code).toBe(1);
    const pgPath = bed.cluster.dataDirectory;
    const rest = [`--pg1-port=${bed.cluster.port}`, `--pg1-socket-path=${bed.cluster.socketDirectory}`];
    const failure = await failureOf(
      runEngine(bed.engine, ['backup', ...rest], { stanza: 'nope', repositoryKey: 1, pgPath }),
    );
    expect(failure).toMatchObject({ kind: 'stanza-missing', details: { engineError: 55 } });
    const unknown = await failureOf(
      runBackup(bed.engine, { stanza: 'nope', repositoryKey: 1, type: 'full' }),
    );
    expect(unknown).toMatchObject({ kind: 'engine-configuration', details: { engineError: 37 } });
  });

  it('does not restore over a running server, nor a set that is not there', async () => {
    const running = await failureOf(runRestore(bed.engine, restoreRequest()));
    expect(running).toMatchObject({ kind: 'server-running', details: { engineError: 38 } });
    const missing = await failureOf(
      runRestore(bed.engine, {
        ...restoreRequest(),
        set: '20200101-010101F',
        pgPath: bed.sandbox.directory('r2'),
      }),
    );
    expect(missing).toMatchObject({ kind: 'nothing-found', details: { engineError: 75 } });
    const file = await failureOf(
      readRepositoryFile(bed.engine, { repositoryKey: 2, path: 'archive/main/nothing' }),
    );
    expect(file.kind).toBe('nothing-found');
  });

  it('says what is wrong with an unreadable repository', async () => {
    const { sandbox } = bed;
    await sandbox.mustRun('chmod', ['000', sandbox.file('repo1', 'backup')]);
    try {
      const failure = await failureOf(
        runBackup(bed.engine, { stanza: 'main', repositoryKey: 1, type: 'full' }),
      );
      expect(failure.kind).toBe('not-permitted');
      expect(failure.problem).toContain('Permission denied');
    } finally {
      await sandbox.mustRun('chmod', ['750', sandbox.file('repo1', 'backup')]);
    }
  });

  it('names a configuration of garbage, of wrong values and without a file', async () => {
    const conf = (text: string): Engine =>
      engineWith({ configFile: bed.sandbox.write(`bad-${Math.random()}.conf`, text) });
    const garbage = await failureOf(readCatalogue(conf('\u0001\u0002 garbage\n'), 'main'));
    expect(garbage).toMatchObject({ kind: 'engine-configuration', details: { engineError: 29 } });
    const wrong = await failureOf(
      runEngine(conf('[global]\ncompress-type=magic\n[main]\npg1-path=/x\n'), ['backup'], { stanza: 'main' }),
    );
    expect(wrong).toMatchObject({ kind: 'engine-configuration', details: { engineError: 32 } });
    const absent = await failureOf(readCatalogue(engineWith({ configFile: '/nonexistent.conf' }), 'main'));
    expect(absent.details).toMatchObject({ engineError: 55 });
  });

  it('names a cluster that the repository does not belong to', async () => {
    await using other = await createCluster({
      name: 'other',
      sandbox: bed.sandbox,
      settings: { archive_mode: 'on', archive_command: '/bin/false pgbackrest' },
    });
    const node = [`--pg1-port=${other.port}`, `--pg1-socket-path=${other.socketDirectory}`];
    const run = { stanza: 'main', pgPath: other.dataDirectory };
    const backup = await failureOf(runEngine(bed.engine, ['backup', ...node], { ...run, repositoryKey: 1 }));
    expect(backup).toMatchObject({ kind: 'stanza-mismatch', details: { engineError: 51 } });
    const create = await failureOf(runEngine(bed.engine, ['stanza-create', ...node], run));
    expect(create).toMatchObject({ kind: 'stanza-mismatch', details: { engineError: 28 } });
    const file = `${other.dataDirectory}/pg_wal/000000010000000000000001`;
    const push = await failureOf(
      pushSegment(bed.engine, { stanza: 'main', file, pgPath: other.dataDirectory }),
    );
    expect(push).toMatchObject({ kind: 'stanza-mismatch', details: { engineError: 103 } });
  });

  it('names archiving that is wrong, fails or is off', async () => {
    const check = (): Promise<Failure> =>
      failureOf(runEngine(bed.engine, ['check', '--archive-timeout=2'], { stanza: 'main' }));
    const set = (command: string): Promise<unknown> =>
      bed.cluster.sql(
        `ALTER SYSTEM SET archive_command = '${command}'; SELECT pg_reload_conf(), pg_sleep(0.3);`,
      );
    const before = (await bed.cluster.value('SHOW archive_command')).replaceAll("'", "''");
    try {
      await set('/bin/true');
      expect(await check()).toMatchObject({ kind: 'server-settings', details: { engineError: 68 } });
      await set('/bin/false pgbackrest');
      expect(await check()).toMatchObject({ kind: 'archive-failed', details: { engineError: 82 } });
    } finally {
      await set(before);
    }
  });

  it('names a full disk', async () => {
    const repository = mountSmallDisk(bed.sandbox, 'small', 8);
    const node = [`--pg1-port=${bed.cluster.port}`, `--pg1-socket-path=${bed.cluster.socketDirectory}`];
    const conf = `[global]\nrepo1-path=${repository}\nrepo1-retention-full=1\nlock-path=${bed.sandbox.directory('lock2')}\nlog-path=${bed.sandbox.file('log')}\n`;
    bed.sandbox.directory('empty', 0o755);
    const engine = engineWith({
      configFile: bed.sandbox.write('small.conf', conf),
      includeDirectory: bed.sandbox.file('empty'),
    });
    const run = { stanza: 'main', pgPath: bed.cluster.dataDirectory };
    await runEngine(engine, ['stanza-create', ...node], run);
    const args = [
      'backup',
      '--no-archive-check',
      '--job-retry=0',
      '--compress-type=none',
      '--start-fast',
      ...node,
    ];
    const failure = await failureOf(runEngine(engine, args, { ...run, repositoryKey: 1 }));
    expect(failure.kind).toBe('disk-full');
    expect(failure.details).toMatchObject({ engineError: 64 });
  });

  it('opens only what is pgbackrest', async () => {
    const open = (binary: string) =>
      openEngine({ ...bed.engine.settings, binary }, { path: '/usr/bin:relative', runAs: bed.sandbox.runAs });
    expect((await failureOf(open('no-such-program'))).kind).toBe('engine-missing');
    expect((await failureOf(open('/usr/bin/true'))).kind).toBe('engine-missing');
    const old = bed.sandbox.write('pgbackrest-old', '#!/bin/sh\necho pgBackRest 2.30\n', 0o755);
    expect((await failureOf(open(old))).kind).toBe('engine-unsupported');
    const newer = bed.sandbox.write('pgbackrest-new', '#!/bin/sh\necho pgBackRest 2.99.1\n', 0o755);
    expect(isTestedVersion((await open(newer)).version)).toBe(false);
    expect(isTestedVersion(bed.engine.version)).toBe(true);
  });
});
