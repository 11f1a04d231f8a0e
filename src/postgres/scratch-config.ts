import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteSetting } from '../model/quote-setting.ts';
import { queryRow } from './query.ts';
import { readConfiguredSetting } from './read-configured-setting.ts';
import type { ControlData, Server } from './server.ts';
import { makePrivateDirectory, writeOwnedFile } from './write-owned-file.ts';

/** What a restored copy of a cluster needs to be started beside production. */
export interface ScratchRequest {
  /** The copy. */
  readonly dataDirectory: string;
  readonly port: number;
  /** Of the copy, or of production: a server in recovery must not be below it. */
  readonly control: Pick<ControlData, 'parameters' | 'walLevel'>;
  /** Nobody gets in there before `openScratch`. Defaults to none: only the socket, which only the owner can reach. */
  readonly listenAddresses?: readonly string[] | undefined;
  /** More settings; they can not switch archiving on. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/** `struct sockaddr_un` has 108 bytes for the path and its final zero: unix(7). */
const socketPathLimit = 107;
const blockStart = '# Settings of a restored copy, written by Holdfast: it must never archive.';

/**
 * The socket directory of a copy: inside it, or where that path would be too long a short one below /tmp whose name
 * follows from the directory, so that a second call finds the same.
 */
export function scratchSocketDirectory(dataDirectory: string, port: number): string {
  const inside = join(dataDirectory, 'holdfast-scratch');
  if (Buffer.byteLength(join(inside, `.s.PGSQL.${port}`)) <= socketPathLimit) return inside;
  return `/tmp/holdfast-${createHash('sha256').update(dataDirectory).digest('hex').slice(0, 12)}`;
}

/**
 * The settings of a copy. Nothing in them lets it reach production: no archiving, no replication to or from anybody,
 * no commands of production's recovery, no jobs.
 *
 * @param libraries production's shared_preload_libraries; types and access methods of extensions may need them
 */
export function scratchSettings(
  major: number,
  request: ScratchRequest,
  libraries = '',
): Record<string, string> {
  const directory = join(request.dataDirectory, 'holdfast-scratch');
  return {
    hot_standby: 'on',
    wal_level: request.control.walLevel === 'logical' ? 'logical' : 'replica',
    ...Object.fromEntries(
      Object.entries(request.control.parameters).map(([name, value]) => [name, String(value)]),
    ),
    shared_preload_libraries: passiveLibraries(libraries),
    ...quietSettings(libraries),
    logging_collector: 'off',
    log_timezone: 'UTC',
    lc_messages: 'C',
    ssl: 'off',
    ...request.settings,
    // From here on nothing may be overridden.
    ...harmlessSettings(major),
    // Where production's statistics (before 15) and signals are, two servers would write and read the same files.
    ...(major < 15 ? { stats_temp_directory: 'pg_stat_tmp' } : {}),
    ...(major >= 12 && major < 16 ? { promote_trigger_file: '' } : {}),
    log_destination: 'stderr',
    port: String(request.port),
    listen_addresses: (request.listenAddresses ?? []).join(','),
    unix_socket_directories: scratchSocketDirectory(request.dataDirectory, request.port),
    unix_socket_permissions: '0700',
    external_pid_file: '',
    hba_file: join(directory, 'pg_hba.conf'),
    ident_file: join(directory, 'pg_ident.conf'),
  };
}

/**
 * What keeps a copy from reaching production: it archives nothing, streams from nobody, waits for no standby, and its
 * subscriptions take nothing from their publishers. In its files, and given with every start as well: there they win
 * over ALTER SYSTEM and over another configuration file, also in a restart by hand (`pg_ctl restart` repeats them).
 *
 * @see https://www.postgresql.org/docs/current/config-setting.html#CONFIG-SETTING-SHELL
 */
export function harmlessSettings(major: number): Record<string, string> {
  return {
    archive_mode: 'off',
    archive_command: '',
    ...(major >= 15 ? { archive_library: '' } : {}),
    // Before 12 these were in recovery.conf and are no settings.
    ...(major >= 12
      ? { archive_cleanup_command: '', recovery_end_command: '', primary_conninfo: '', primary_slot_name: '' }
      : {}),
    ...(major >= 17 ? { sync_replication_slots: 'off' } : {}),
    synchronous_standby_names: '',
    max_logical_replication_workers: '0',
  };
}

/**
 * Libraries whose workers act by themselves as soon as a server runs: they would run production's jobs, subscribe to its
 * publishers, or speak to its other nodes. No data needs them to be read.
 */
const activeLibraries = new Set([
  'basic_archive',
  'bdr',
  'pg_cron',
  'pg_net',
  'pg_partman_bgw',
  'pg_squeeze',
  'pgautofailover',
  'pglogical',
  'spock',
]);

/** shared_preload_libraries without those that act by themselves. */
export function passiveLibraries(libraries: string): string {
  return splitLibraries(libraries)
    .filter((library) => !activeLibraries.has(nameOfLibrary(library)))
    .join(',');
}

/** Settings that keep the workers of libraries still which data cannot be read without. */
function quietSettings(libraries: string): Record<string, string> {
  const names = new Set(splitLibraries(libraries).map(nameOfLibrary));
  return {
    // Its jobs compress and drop chunks.
    ...(names.has('timescaledb') ? { 'timescaledb.max_background_workers': '0' } : {}),
    // It would end prepared transactions on production's workers.
    ...(names.has('citus')
      ? { 'citus.recover_2pc_interval': '-1', 'citus.distributed_deadlock_detection_factor': '-1' }
      : {}),
  };
}

function splitLibraries(libraries: string): string[] {
  return libraries
    .split(',')
    .map((library) => library.trim())
    .filter((library) => library !== '');
}

/** `$libdir/pg_cron`, `"pg_cron"` and `pg_cron.so` are the same. */
function nameOfLibrary(library: string): string {
  return library.replaceAll('"', '').replace(/^.*\//, '').replace(/\.so$/, '');
}

/**
 * Access to a copy: whoever reaches the private socket; over the network with a password.
 *
 * @param allow networks: `10.0.0.0/8`, `samenet`
 */
function scratchHba(allow: readonly string[]): string {
  const network = allow.map((from) => `host all all ${from} scram-sha-256\n`);
  return `# A restored copy: its socket directory can be entered by its owner only.\nlocal all all trust\n${network.join('')}`;
}

/**
 * Lets clients of these networks in, with the roles and passwords that the copy has. It listens since its start, and has
 * refused everybody so far: what may not be served is seen first (prove-harmless.ts).
 *
 * @throws Failure as queryRow
 */
export async function openScratch(server: Server, allow: readonly string[]): Promise<void> {
  const file = join(server.node.path, 'holdfast-scratch', 'pg_hba.conf');
  await writeOwnedFile(file, scratchHba(allow), server.owner, 0o600);
  await queryRow(server, 'SELECT pg_reload_conf() AS reloaded', { database: 'postgres' });
}

/**
 * Puts the settings at the end of the text of postgresql.auto.conf, where they win over production's ALTER SYSTEM and
 * over any configuration file; a block from an earlier call is replaced.
 */
export function appendScratchBlock(autoConf: string, settings: Readonly<Record<string, string>>): string {
  const kept = autoConf.split(`${blockStart}\n`)[0] ?? '';
  return `${kept === '' || kept.endsWith('\n') ? kept : `${kept}\n`}${blockStart}\n${renderSettings(settings)}`;
}

/** Settings as lines of a configuration file. */
export function renderSettings(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${quoteSetting(value)}\n`)
    .join('');
}

/**
 * Makes a restored directory startable on its own: a configuration file and access rules of its own, and the same
 * settings at the end of postgresql.auto.conf, so that even a plain `pg_ctl -D DIR start` cannot archive. May be
 * repeated.
 *
 * Run it after the engine's restore, which writes postgresql.auto.conf, and before the first start.
 *
 * @returns the copy as a Server: start, query and stop it like any other
 */
export async function prepareScratch(server: Server, request: ScratchRequest): Promise<Server> {
  const directory = join(request.dataDirectory, 'holdfast-scratch');
  const socketDirectory = scratchSocketDirectory(request.dataDirectory, request.port);
  await makePrivateDirectory(directory, server.owner);
  if (socketDirectory !== directory) await makePrivateDirectory(socketDirectory, server.owner);
  // In containers the kind of shared memory that is usual may not work: initdb found out which one does.
  const [libraries, sharedMemory] = await Promise.all([
    readRestoredSetting(server, request, 'shared_preload_libraries'),
    readRestoredSetting(server, request, 'dynamic_shared_memory_type'),
  ]);
  const settings = {
    ...(sharedMemory === undefined ? {} : { dynamic_shared_memory_type: sharedMemory }),
    ...scratchSettings(server.major, request, libraries),
  };
  const autoConf = join(request.dataDirectory, 'postgresql.auto.conf');
  // First the file that every start reads: from here on the copy cannot archive.
  await writeOwnedFile(
    autoConf,
    appendScratchBlock(await readOrEmpty(autoConf), settings),
    server.owner,
    0o600,
  );
  const configFile = join(directory, 'postgresql.conf');
  await writeOwnedFile(configFile, renderSettings(settings), server.owner, 0o600);
  await writeOwnedFile(join(directory, 'pg_hba.conf'), scratchHba([]), server.owner, 0o600);
  await writeOwnedFile(join(directory, 'pg_ident.conf'), '', server.owner, 0o600);
  return scratchServer(server, request);
}

/** A setting as the restored files have it; where production's configuration lies elsewhere, as that has it. */
async function readRestoredSetting(
  server: Server,
  { dataDirectory }: ScratchRequest,
  name: string,
): Promise<string | undefined> {
  return (
    (await readConfiguredSetting(server, name, dataDirectory)) ?? (await readConfiguredSetting(server, name))
  );
}

/** The Server that prepareScratch makes, without touching anything. */
export function scratchServer(
  server: Server,
  request: Pick<ScratchRequest, 'dataDirectory' | 'port'>,
): Server {
  const socketDirectory = scratchSocketDirectory(request.dataDirectory, request.port);
  return {
    ...server,
    node: { ...server.node, path: request.dataDirectory, port: request.port, socketPath: socketDirectory },
    control: { kind: 'pg_ctl', settings: harmlessSettings(server.major) },
    socketDirectory,
    configFile: join(request.dataDirectory, 'holdfast-scratch', 'postgresql.conf'),
  };
}

async function readOrEmpty(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
