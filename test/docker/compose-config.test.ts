import { describe, expect, it } from 'vitest';
import { mustRunHoldfast } from '../support/holdfast.ts';
import { createSandbox } from '../support/sandbox.ts';
import { sharedEngine } from './shared-engine.ts';

describe('docker compose config', () => {
  const everything = {
    project: 'every-thing',
    packages: 'postgresql.org',
    baseImage: 'debian:bookworm-slim@sha256:0000000000000000000000000000000000000000000000000000000000000000',
    nodeImage: 'node:24.21.0-bookworm-slim',
    image: 'registry.example.com:5000/acme/postgres:17',
    package: 'https://example.com/holdfast-0.1.0.tgz',
    uid: 26,
    database: 'a"b $c',
    password: '${DATABASE_PASSWORD}',
    settings: { log_line_prefix: "%m '$p' ", shared_buffers: '1GB' },
    publish: '127.0.0.1:26301',
    publishStatus: '26302',
    networks: ['front', 'monitoring'],
    shm: '1G',
    databaseLimits: { memory: '4G', cpus: '3.5', memoryReservation: '1G', cpuReservation: '1' },
    backupLimits: { memory: '512M', cpus: 0.5, memoryReservation: '256M', cpuReservation: 0.25 },
  };
  const file = {
    stanzas: {
      'sh.op': {
        repositories: {
          local: { type: 'posix', encryption: { passphrase: '${PASSPHRASE}' } },
        },
        schedule: { full: '0 2 * * 0' },
        postgres: { path: "/srv/a $HOME '`id`'/17/data", port: 5433, socket: '/run/s $(id)' },
      },
    },
    server: { listen: '0.0.0.0:7432', token: '${TOKEN}' },
    deploy: { postgresVersion: 18, engineVersion: '2.59.1', compose: everything },
  };
  const env = { PASSPHRASE: 'a-long-passphrase-4711', DATABASE_PASSWORD: 'a-password', TOKEN: 'a-token' };

  it('takes every setting, and names that look like commands and variables', async () => {
    await using sandbox = await createSandbox('everything');
    const source = sandbox.write('holdfast.yaml', JSON.stringify(file), 0o644);
    const directory = sandbox.directory('project', 0o755);
    await mustRunHoldfast(['--config', source, 'render', 'compose', '--out', directory], { env, as: 'root' });
    const again = await mustRunHoldfast(
      ['--config', source, 'render', 'compose', '--out', directory, '--check'],
      { env, as: 'root' },
    );
    expect(again.stdout).not.toMatch(/changed|edited|new/);
    const { docker } = sharedEngine();
    const shown = await docker.mustRun(['compose', 'config', '--format', 'json'], {
      cwd: directory,
      env: { BACKUP_MEMORY_LIMIT: '300M' },
    });
    const { services } = JSON.parse(shown) as { services: Record<string, Record<string, never>> };
    expect(services['db']?.['environment']).toMatchObject({
      DATABASE: 'a"b $$c',
      PGDATA: "/srv/a $$HOME '`id`'/17/data",
    });
    expect(services['holdfast']?.['deploy']).toMatchObject({
      resources: { limits: { memory: String(300 * 1024 ** 2) } },
    });
    const warned = await docker.run(['compose', 'config', '--quiet'], { cwd: directory });
    expect([warned.code, warned.stderr]).toEqual([0, '']);
  });

  it('makes containers anew that have not read what was rendered, and no others', async () => {
    await using sandbox = await createSandbox('anew');
    const directory = sandbox.directory('project', 0o755);
    const { docker } = sharedEngine();
    const hashes = async (change: object, values: Readonly<Record<string, string>> = env) => {
      const source = sandbox.write('holdfast.yaml', JSON.stringify({ ...file, ...change }), 0o644);
      const words = ['--config', source, 'render', 'compose', '--out', directory, '--force'];
      await mustRunHoldfast(words, { env: values, as: 'root' });
      const said = await docker.mustRun(['compose', 'config', '--hash', 'db,holdfast'], { cwd: directory });
      return Object.fromEntries(
        said
          .trim()
          .split('\n')
          .map((line) => line.split(/\s+/) as [string, string]),
      );
    };
    const before = await hashes({});
    expect(Object.keys(before).toSorted()).toEqual(['db', 'holdfast']);
    expect(await hashes({}, { ...env, PASSPHRASE: 'another-passphrase-4711' })).toEqual(before);
    const scheduled = await hashes({ watch: { primary: '3s' } });
    expect(scheduled['db']).toBe(before['db']);
    expect(scheduled['holdfast']).not.toBe(before['holdfast']);
    const settings = { ...everything.settings, max_connections: '77' };
    const set = await hashes({ deploy: { ...file.deploy, compose: { ...everything, settings } } });
    expect(set['db']).not.toBe(before['db']);
    expect(set['holdfast']).toBe(before['holdfast']);
  });
});
