import { randomBytes } from 'node:crypto';
import { chown, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { runCommand, type CommandResult, type RunAs } from '../../src/process/run-command.ts';

/** Directory names that are the demo's own and that it may therefore remove. */
const prefix = 'holdfast-demo-';
const markerName = 'demo.pid';

/** The throw-away place of one demo: everything it makes lies in one directory that belongs to `postgres`. */
export interface Playground {
  readonly directory: string;
  readonly data: string;
  readonly socket: string;
  readonly port: number;
  readonly owner: RunAs;
  readonly binaries: string;
  readonly configuration: string;
}

/** Makes the directory and everything in it that Holdfast's `setup` does not make itself. */
export async function makePlayground(parent: string, owner: RunAs, binaries: string): Promise<Playground> {
  const directory = await mkdtemp(join(parent, prefix));
  await writeFile(join(directory, markerName), String(process.pid));
  await chown(directory, owner.uid, owner.gid);
  const playground: Playground = {
    directory,
    data: join(directory, 'data'),
    socket: join(directory, 'run'),
    port: await freePort(),
    owner,
    binaries,
    configuration: join(directory, 'holdfast.yaml'),
  };
  for (const path of [playground.socket, join(directory, 'secrets')]) {
    await mkdir(path, { mode: 0o700 });
    await chown(path, owner.uid, owner.gid);
  }
  const passphrase = join(directory, 'secrets', 'vault-passphrase');
  await writeFile(passphrase, `${randomBytes(48).toString('base64')}\n`, { mode: 0o600 });
  await chown(passphrase, owner.uid, owner.gid);
  await writeFile(playground.configuration, holdfastYaml(playground));
  return playground;
}

function holdfastYaml(playground: Playground): string {
  const { directory } = playground;
  return `# Written by the demo. Two repositories: one local and plain, one encrypted.
engine:
  configFile: ${directory}/etc/pgbackrest.conf
  includeDirectory: ${directory}/etc/conf.d
  logDirectory: ${directory}/log
  lockDirectory: ${directory}/lock
  spoolDirectory: ${directory}/spool
state:
  directory: ${directory}/state
stanzas:
  demo:
    postgres:
      - path: ${playground.data}
        port: ${playground.port}
        socket: ${playground.socket}
    repositories:
      local:
        type: posix
        path: ${directory}/repository-local
        retention: { full: 2 }
      vault:
        type: posix
        path: ${directory}/repository-vault
        encryption: { passphrase: "file:${directory}/secrets/vault-passphrase" }
        retention: { full: 14d }
    objectives: { rpo: 1m, backupAge: 26h }
`;
}

/** A port nobody listens on, below the ephemeral range so that no outgoing connection can sit on it. */
async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error('found no free port between 20000 and 32000');
}

/** Environment of every PostgreSQL program the demo runs: complete, nothing inherited. */
export function postgresEnvironment(playground: Playground): Record<string, string> {
  return {
    PATH: `${playground.binaries}:/usr/local/bin:/usr/bin:/bin`,
    HOME: playground.owner.home,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    PGHOST: playground.socket,
    PGPORT: String(playground.port),
    PGUSER: 'postgres',
    PGDATABASE: 'postgres',
  };
}

/** Runs one of PostgreSQL's programs as `postgres`. @throws Error with its output when it fails */
export async function runPostgresProgram(
  playground: Playground,
  program: string,
  args: readonly string[],
  options: { input?: string; signal?: AbortSignal | undefined } = {},
): Promise<CommandResult> {
  const result = await runCommand({
    command: join(playground.binaries, program),
    args,
    env: postgresEnvironment(playground),
    runAs: process.getuid?.() === 0 ? playground.owner : undefined,
    ...options,
  });
  if (result.code !== 0 && result.stopped === undefined) {
    throw new Error(
      `${program} ${args.join(' ')} ended with ${result.code}:\n${result.stderr}\n${result.stdout}`,
    );
  }
  return result;
}

/** One query, its rows as arrays of text. */
export async function query(playground: Playground, sql: string): Promise<string[][]> {
  const args = ['-XqAt', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-f', '-'];
  const result = await runPostgresProgram(playground, 'psql', args, { input: sql });
  return result.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));
}

/** Stops whatever server runs in the playground. `immediate` because its data is about to be thrown away. */
export async function stopServers(playground: Playground): Promise<void> {
  for (const name of await readdir(playground.directory)) {
    const directory = join(playground.directory, name);
    const running = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => undefined);
    if (running === undefined) continue;
    await runPostgresProgram(playground, 'pg_ctl', ['-D', directory, '-m', 'immediate', '-w', 'stop']).catch(
      () => {
        // A stale pid file: the server is gone already, which is all that is wanted here.
      },
    );
  }
}

/** Removes the playground. Refuses any directory that is not a demo's own. */
export async function removePlayground(playground: Playground): Promise<void> {
  await readFile(join(playground.directory, markerName));
  if (!playground.directory.includes(`/${prefix}`))
    throw new Error(`not a demo directory: ${playground.directory}`);
  await rm(playground.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** Takes the marker away, so that no later demo tidies this one up. */
export async function keepPlayground(playground: Playground): Promise<void> {
  await writeFile(join(playground.directory, markerName), 'kept');
}

/** Tidies up after demos that were killed before they could do it themselves. Kept ones stay. */
export async function removeDeadPlaygrounds(
  parent: string,
  owner: RunAs,
  binaries: string,
): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const directory = join(parent, name);
    const marker = await readFile(join(directory, markerName), 'utf8').catch(() => 'kept');
    if (!/^\d+$/.test(marker) || isRunning(Number(marker))) continue;
    const playground = { directory, data: join(directory, 'data'), socket: join(directory, 'run'), port: 0 };
    const dead: Playground = {
      ...playground,
      owner,
      binaries,
      configuration: join(directory, 'holdfast.yaml'),
    };
    await stopServers(dead);
    await removePlayground(dead);
    removed.push(directory);
  }
  return removed;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
