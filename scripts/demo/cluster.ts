import { existsSync } from 'node:fs';
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runPostgresProgram, type Playground } from './playground.ts';

/** Newest installed server binaries of the distribution. @throws Error when there are none */
export async function findBinaries(): Promise<string> {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? (await readdir(root)).filter((name) => /^\d+$/.test(name)) : [];
  const newest = versions.map(Number).toSorted((left, right) => right - left)[0];
  if (newest === undefined) throw new Error('no PostgreSQL server is installed: run scripts/setup.sh');
  return join(root, String(newest), 'bin');
}

/** A cluster with page checksums that listens on a socket of its own only, without archiving yet. */
export async function startCluster(playground: Playground): Promise<void> {
  const encoding = ['-E', 'UTF8', '--locale=C.UTF-8'];
  const access = ['-U', 'postgres', '--auth-local=peer', '--auth-host=reject'];
  const args = ['-D', playground.data, '--data-checksums', ...access, ...encoding];
  await runPostgresProgram(playground, 'initdb', args);
  const settings = {
    port: playground.port,
    listen_addresses: '',
    unix_socket_directories: playground.socket,
    // Commit times are what the demo's proof compares; a production cluster does not need them.
    track_commit_timestamp: 'on',
    shared_buffers: '64MB',
    max_wal_size: '256MB',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`);
  await appendFile(join(playground.data, 'postgresql.conf'), `\n# the demo's own\n${lines.join('\n')}\n`);
  const log = join(playground.directory, 'postgresql.log');
  await runPostgresProgram(playground, 'pg_ctl', ['-D', playground.data, '-l', log, '-w', 'start']);
}
