import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendKnownRows, createKnownRows } from '../support/data.ts';
import { engineFor, engineVersionUnderTest } from '../support/engines.ts';
import { mustRunHoldfast } from '../support/holdfast.ts';
import { createTlsPair } from '../support/repository-pair.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/** What happens on the way between two hosts that speak TLS: certificates change, and the cable is cut. */
let sandbox: Sandbox;
let bed: Awaited<ReturnType<typeof createTlsPair>>;

beforeAll(async () => {
  sandbox = await createSandbox('links');
  bed = await createTlsPair(sandbox, { oneFile: true });
  await createKnownRows(bed.cluster, 50);
});
afterAll(async () => {
  await bed?.cluster.stop('immediate');
  await sandbox?.[Symbol.asyncDispose]();
});

async function installEverywhere(): Promise<void> {
  for (const host of bed.pair.hosts) {
    await bed.install(host);
    bed.reload(host);
  }
}

describe('the way between two hosts', () => {
  it('is set up: the stanza there, the server here, and both are proven', async () => {
    await bed.cluster.sql("ALTER SYSTEM SET archive_mode = 'off'; ALTER SYSTEM SET archive_command = ''");
    const { binaries, dataDirectory, logFile } = bed.cluster;
    const restart = ['restart', '-D', dataDirectory, '-l', logFile, '-w'];
    await bed.pg1.mustRun(`${binaries.directory}/pg_ctl`, restart);
    await bed.mustEngine(bed.repo, 'stanza-create');
    const server = await bed.pg1.holdfast('setup', '--yes', '--restart', '--no-backup', '--force');
    expect(server.code, server.stdout + server.stderr).toBe(0);
    expect(await bed.cluster.value('SHOW archive_command')).toContain('archive-push');
    const repository = await bed.repo.holdfast('setup', '--yes', '--no-backup', '--force');
    expect(repository.code, repository.stdout + repository.stderr).toBe(0);
  });

  it('stands while certificates and authorities are rotated: no backup and no WAL is refused', async () => {
    await bed.cluster.sql(
      'CREATE TABLE bulk AS SELECT md5(id::text) AS text FROM generate_series(1, 400000) id',
    );
    const failures = (): Promise<string> => bed.cluster.value('SELECT failed_count FROM pg_stat_archiver');
    const before = await failures();
    const certificates = ['--config', bed.file, 'certificates'];
    const kept = ['--directory', bed.store];
    const enough = new AbortController();
    const backups = (async () => {
      const ended: (number | undefined)[] = [];
      while (!enough.signal.aborted) ended.push((await bed.engine(bed.repo, '--type=full', 'backup')).code);
      return ended;
    })();
    for (const words of [['rotate'], ['rotate', '--authority'], ['rotate'], ['retire', '--yes']]) {
      await mustRunHoldfast([...certificates, ...words, ...kept]);
      await installEverywhere();
      await appendKnownRows(bed.cluster, 5);
      await bed.mustEngine(bed.pg1, 'check');
    }
    enough.abort();
    expect(new Set(await backups)).toEqual(new Set([0]));
    expect(await failures(), bed.cluster.log()).toBe(before);
  });

  it('is cut: who asks is told of which host, WAL waits, and goes on by itself', async () => {
    await bed.pair.cut();
    try {
      const info = await bed.pg1.holdfast('info', '--json');
      expect(info.stdout + info.stderr).toMatch(/repo:8432/);
      const backup = await bed.engine(bed.repo, '--type=incr', 'backup');
      expect(backup.code).not.toBe(0);
      expect(backup.stdout + backup.stderr).toMatch(/pg1:8432/);
    } finally {
      await bed.pair.mend();
    }
    await bed.mustEngine(bed.pg1, 'check');
  });

  it('has another pgBackRest at its other end: both versions are named, and what to do', async () => {
    const own = engineVersionUnderTest();
    const other = own === '2.45' ? '2.60' : '2.45';
    const file = join(bed.pg1.folder, 'holdfast.yaml');
    const before = readFileSync(file, 'utf8');
    const engine = before.slice(before.indexOf('\nengine:'));
    sandbox.write(
      'pg1/holdfast.yaml',
      before.replace(engine, engine.replace(engineFor(own), engineFor(other))),
    );
    const info = await bed.pg1.holdfast('info', '--json');
    sandbox.write('pg1/holdfast.yaml', before);
    expect(info.stdout).toContain(`greeting key 'version'`);
    expect(info.stdout).toMatch(/'2\.45'/);
    expect(info.stdout).toMatch(/2\.60/);
    expect(info.stdout).toContain('is the same version of pgBackRest installed');
  });
});
