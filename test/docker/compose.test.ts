import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/wait-until.ts';
import { createComposeProject, testImages, type ComposeProject } from './compose-project.ts';
import { sharedEngine } from './shared-engine.ts';

const passphrase = 'a-passphrase-nobody-else-has-Xq7';
const password = 'a-password-nobody-else-has-Rt2';

const configuration = {
  stanzas: {
    shop: {
      postgres: { path: '/var/lib/postgresql/17/data' },
      repositories: {
        local: {
          type: 'posix',
          path: '/var/lib/pgbackrest',
          retention: { full: 9 },
          encryption: { passphrase: '${PASSPHRASE}' },
        },
      },
      schedule: { full: '0 2 * * 0', incr: '* * * * *' },
      objectives: { rpo: '1m' },
    },
  },
  deploy: {
    compose: {
      ...testImages,
      package: 'holdfast-0.1.0.tgz',
      database: 'shop',
      password: '${DATABASE_PASSWORD}',
      settings: { max_connections: '40', shared_buffers: '32MB' },
    },
  },
};

let project: ComposeProject;

beforeAll(async () => {
  project = await createComposeProject(configuration, {
    PASSPHRASE: passphrase,
    DATABASE_PASSWORD: password,
  });
  const deployed = await project.make('deploy');
  if (deployed.code !== 0) throw new Error(`${deployed.stdout}\n${deployed.stderr}`);
  await project.sql('CREATE TABLE orders (id integer PRIMARY KEY)', 'shop');
});
afterAll(async () => project?.[Symbol.asyncDispose]());

const insert = (id: number): Promise<string> => project.sql(`INSERT INTO orders VALUES (${id})`, 'shop');
const orders = (): Promise<string> =>
  project.sql("SELECT coalesce(string_agg(id::text, ',' ORDER BY id), 'none') FROM orders", 'shop');

async function labels(): Promise<readonly string[]> {
  const { stdout } = await project.holdfast('info', '--json');
  return [...stdout.matchAll(/"label":\s*"([\dFDI_-]+)"/g)].map((match) => match[1] ?? '');
}

/** One after another in a container, as the database is restored into its volume. */
async function make(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await project.make(...words, 'YES=1');
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  await untilAnswering();
  return `${stdout}\n${stderr}`;
}

async function untilAnswering(): Promise<void> {
  await waitUntil(
    'the database answers',
    async () => (await project.run(['exec', '-T', 'db', 'pg_isready', '--quiet'])).code === 0,
    { everyMs: 200, timeoutMs: 60_000 },
  );
}

describe('a rendered Compose project', () => {
  it('is up when the first backup is there, as postgres, with no rights and nothing writable but volumes', async () => {
    const states = await project.compose([
      'ps',
      '--all',
      '--format',
      '{{.Service}} {{.State}} {{.Health}} {{.ExitCode}}',
    ]);
    expect(
      states
        .split('\n')
        .map((line) => line.trim())
        .toSorted(),
    ).toEqual([
      'configure exited  0',
      'db running healthy 0',
      'holdfast running healthy 0',
      'secrets exited  0',
    ]);
    expect((await labels())[0]).toMatch(/F$/);
    for (const service of ['db', 'holdfast']) {
      const shown = await project.compose([
        'exec',
        '-T',
        service,
        'sh',
        '-c',
        'id -un; grep CapEff /proc/1/status; touch /usr/x 2>&1; true',
      ]);
      expect(shown).toMatch(/^postgres\nCapEff:\s+0{16}\n.*Read-only file system/);
    }
  });

  it('has its secrets in files of postgres alone', async () => {
    const { docker } = sharedEngine();
    const ids = (await project.compose(['ps', '--all', '--quiet'])).split('\n');
    const everything = [
      await docker.mustRun(['inspect', ...ids]),
      await project.compose(['config']),
      await project.logs('holdfast'),
      await project.logs('db'),
      await docker.mustRun(['history', '--no-trunc', 'shop-postgres:17-2.55']),
      ...['compose.yaml', 'configuration/holdfast.yaml', 'Makefile', 'README.md'].map((name) =>
        readFileSync(join(project.directory, name), 'utf8'),
      ),
    ].join('\n');
    expect(everything).not.toContain(passphrase);
    expect(everything).not.toContain(password);
    const files = await project.compose([
      'exec',
      '-T',
      'db',
      'sh',
      '-c',
      'stat -c "%a %U" /run/holdfast-secrets/* /etc/pgbackrest/conf.d/*',
    ]);
    expect(new Set(files.split('\n'))).toEqual(new Set(['400 postgres', '600 postgres']));
    const wrong = await project.run([
      'exec',
      '-T',
      '-e',
      'PGPASSWORD=wrong',
      'holdfast',
      'psql',
      '-h',
      'db',
      '-U',
      'postgres',
      '-c',
      'SELECT 1',
    ]);
    expect(wrong.stderr).toMatch(/password authentication failed/);
    const right = await project.run([
      'exec',
      '-T',
      '-e',
      `PGPASSWORD=${password}`,
      'holdfast',
      'psql',
      '-h',
      'db',
      '-U',
      'postgres',
      '-XAtc',
      'SHOW archive_mode',
    ]);
    expect(right.stdout).toBe('on');
  });

  it('takes scheduled backups in its daemon, and others by make', async () => {
    const backup = await make('backup', 'TYPE=diff');
    expect(backup).toMatch(/diff/);
    await insert(1);
    await waitUntil('a scheduled backup', async () => (await labels()).some((label) => label.endsWith('I')), {
      everyMs: 2000,
      timeoutMs: 150_000,
    });
    expect(await make('backup-info')).toMatch(/\dF_\d+-\d+I/);
    expect(await make('backup-check')).toMatch(/arrived in local/);
    expect(await make('status')).toMatch(/shop/);
    const journal = await project.holdfast('journal', '--json');
    expect(journal.stdout).toMatch(/"via":\s*"daemon"/);
  });

  it('restores the newest, a moment and a set, and goes back', async () => {
    await insert(2);
    await make('backup');
    const set = (await labels()).findLast((label) => label.endsWith('F')) ?? '';
    await insert(3);
    await delay(1500);
    const moment = await project.sql("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')");
    await delay(1500);
    await insert(4);
    expect(await make('restore-latest')).toMatch(/hand-over/);
    expect(await orders()).toBe('1,2,3,4');
    await make('restore-pitr', `TARGET=${moment}`);
    expect(await orders()).toBe('1,2,3');
    await make('restore-backup', `BACKUP_SET=${set}`);
    expect(await orders()).toBe('1,2');
    await make('restore-undo');
    expect(await orders()).toBe('1,2,3');
  });

  it('never restores under the running database', async () => {
    for (const mode of [[], ['--delta']]) {
      const refused = await project.holdfast('restore', '--to', 'latest', ...mode, '--yes');
      expect(refused.code).toBeGreaterThanOrEqual(64);
      expect(refused.stderr).toMatch(
        /another container works in the data directory[^]*docker compose stop db/,
      );
    }
    expect(await orders()).toBe('1,2,3');
  });

  it('is as it was when a restore cannot be done', async () => {
    const missing = await project.make('restore-pitr', 'TARGET=2001-01-01 00:00:00', 'YES=1');
    expect(missing.code).not.toBe(0);
    const wrong = await project.make('restore-backup', 'BACKUP_SET=20010101-000000F; touch /tmp/x', 'YES=1');
    expect(wrong.code).not.toBe(0);
    expect((await project.make('restore-backup')).stderr).toMatch(/BACKUP_SET is missing/);
    await untilAnswering();
    expect(await orders()).toBe('1,2,3');
  });

  it('starts no server on a restore that was killed half way, and finishes it', async () => {
    await project.compose(['stop', 'db']);
    // As when the kernel runs out of memory: everything in the container ends at once, while files are restored.
    const script = `holdfast restore --to latest --yes &
      until [ -e "$PGDATA.holdfast-restore.json" ]; do sleep 0.05; done
      sleep 0.3
      kill -9 -1`;
    const killed = await project.run(['exec', '-T', 'holdfast', 'sh', '-c', script]);
    expect(killed.stdout).not.toContain('restored');
    const begun = await project.run(['start', 'db']);
    expect(begun.code, begun.stderr).toBe(0);
    await waitUntil('the database says why it does not start', async () =>
      (await project.logs('db')).includes('was not finished, so nothing is started there'),
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await project.logs('db')}`);
    });
    await waitUntil('Holdfast is there again', async () => (await project.holdfast('version')).code === 0);
    const hint = /holdfast (restore --resume \S+)/.exec(await project.logs('db'))?.[1]?.split(' ') ?? [];
    const resumed = await project.holdfast(...hint, '--yes');
    expect(resumed.code, resumed.stderr).toBe(0);
    await project.compose(['up', '--detach', 'db']);
    await untilAnswering();
    expect(await orders()).toBe('1,2,3');
  });

  it('lets a database that is started meanwhile wait for the end of a restore', async () => {
    await project.compose(['stop', 'db']);
    let started: Promise<unknown> | undefined;
    const restored = await project.run(
      ['exec', '-T', 'holdfast', 'holdfast', 'restore', '--to', 'latest', '--yes'],
      {
        onLine: (line) => {
          if (/restore backup set/.test(line)) started ??= project.run(['start', 'db']);
        },
      },
    );
    expect(restored.code, restored.stderr).toBe(0);
    expect(started).toBeDefined();
    await started;
    await untilAnswering();
    expect(await project.logs('db')).toMatch(/a restore works in .*: waiting for its end/);
    expect(await orders()).toBe('1,2,3');
  });

  it('proves a backup by restoring it beside the database', async () => {
    await make('backup');
    expect(await make('drill')).toMatch(/drill\s+passed/);
  });

  it('loses nothing when the database is killed while it archives', async () => {
    const writing = project.sql(
      "INSERT INTO orders SELECT i FROM generate_series(100, 199) i; SELECT pg_switch_wal(); CREATE TABLE filler AS SELECT i, repeat('x', 900) FROM generate_series(1, 60000) i",
      'shop',
    );
    await writing;
    const id = await project.compose(['ps', '--quiet', 'db']);
    await sharedEngine().docker.mustRun(['kill', '--signal', 'KILL', id]);
    await project.compose(['start', 'db']);
    await untilAnswering();
    expect(await project.sql('SELECT count(*) FROM orders WHERE id >= 100', 'shop')).toBe('100');
    expect((await project.holdfast('check')).stdout).toMatch(/arrived in local/);
    await make('restore-latest');
    expect(await project.sql('SELECT count(*) FROM filler', 'shop')).toBe('60000');
  });

  it('comes back from down and up with everything', async () => {
    const before = [await orders(), (await labels()).join()];
    expect((await project.make('down')).code).toBe(0);
    const up = await project.make('deploy');
    expect(up.code, up.stderr).toBe(0);
    expect(await orders()).toBe(before[0]);
    expect((await labels()).join()).toContain(before[1]);
    expect((await project.holdfast('journal')).stdout).toMatch(/restore/);
  });

  it('puts no empty cluster in the place of a lost one, and brings it back on a new machine', async () => {
    const before = await orders();
    await make('restore-latest');
    await project.compose(['down']);
    await sharedEngine().docker.mustRun(['volume', 'rm', 'shop_data', 'shop_state']);
    await project.run(['up', '--detach']);
    await waitUntil('the database says what it needs', async () =>
      (await project.logs('db')).includes('this volume is new, and a repository has backups of shop'),
    );
    await make('restore-latest');
    expect(await orders()).toBe(before);
  });

  it('says clearly that a passphrase is wrong', async () => {
    const file = join(project.directory, 'secrets', 'stanzas.shop.repositories.local.encryption.passphrase');
    expect(existsSync(file)).toBe(true);
    writeFileSync(file, 'another-passphrase-altogether\n');
    await project.compose(['up', '--detach', '--force-recreate']);
    await untilAnswering();
    const shown = await project.holdfast('check');
    expect(`${shown.stdout}${shown.stderr}`).toMatch(/passphrase/i);
    expect(shown.code).toBeGreaterThanOrEqual(2);
  });
});
