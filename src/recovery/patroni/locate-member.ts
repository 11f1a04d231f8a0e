import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Server } from '../../postgres/server.ts';
import { exists } from '../apply/durable-files.ts';

/**
 * The server of a Patroni member, as Holdfast starts it while the cluster is paused: by pg_ctl and by nothing that has
 * opinions of its own, with the configuration that Patroni keeps for it. Without an old directory there is none, and
 * where it listens is said with the start.
 */
export async function locateMember(server: Server): Promise<Server> {
  const { node, socketDirectory } = server;
  const configFile = await configFileOf(node.path);
  const isThere = await exists(configFile ?? join(node.path, 'postgresql.conf'));
  const settings = {
    listen_addresses: node.host ?? '*',
    port: String(node.port),
    unix_socket_directories: socketDirectory,
  };
  return {
    ...server,
    configFile: configFile ?? server.configFile,
    control: isThere ? { kind: 'pg_ctl' } : { kind: 'pg_ctl', settings },
  };
}

/** The one that the postmaster was started with last, where it lies outside the data directory (`config_dir`). */
async function configFileOf(dataDirectory: string): Promise<string | undefined> {
  const file = join(dataDirectory, 'postmaster.opts');
  if (!(await exists(file))) return undefined;
  const path = /"?--?(?:c"? "?)?config[-_]file=([^"\s]+)"?/.exec(await readFile(file, 'utf8'))?.[1];
  return path === undefined || !path.startsWith('/') || path.startsWith(`${dataDirectory}/`)
    ? undefined
    : path;
}
