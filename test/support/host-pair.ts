import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { runCommand, type CommandResult } from '../../src/process/run-command.ts';
import { holdfastProgram } from './installation.ts';
import type { Sandbox } from './sandbox.ts';
import { requireRoot, testEnvironment } from './test-user.ts';

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A host of a pair: a network of its own with a name, and files of its own under the same paths as the other. */
export interface PairHost {
  readonly name: string;
  /** What `here` of the pair is on this host, seen from outside. A folder `ssh-etc` in it is its /etc/ssh. */
  readonly folder: string;
  run(command: string, args: readonly string[], options?: PairRunOptions): Promise<CommandResult>;
  /** @throws Error when it fails */
  mustRun(command: string, args: readonly string[], options?: PairRunOptions): Promise<CommandResult>;
  /** holdfast with the holdfast.yaml of this host, as root. */
  holdfast(...args: readonly string[]): Promise<CommandResult>;
  /** Starts something that stays; it is ended with the sandbox. */
  start(command: string, args: readonly string[], options?: PairRunOptions): ServingProcess;
}

export interface PairRunOptions {
  readonly as?: 'root' | 'postgres';
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export interface ServingProcess {
  /** Of the program itself: what leads to it gave way to it. */
  readonly pid: number;
  /** SIGKILL to it and to whom it serves. */
  stop(): Promise<void>;
}

/** Two hosts with one cable between them. */
export interface HostPair {
  /** A folder that is another one on each host; both see the rest of the file system. */
  readonly here: string;
  readonly hosts: readonly [PairHost, PairHost];
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/**
 * Makes both; the sandbox removes them. Each finds the other by its name (/etc/netns, ip-netns(8)).
 *
 * @throws Error when the tests do not run as root
 */
export async function createHostPair(sandbox: Sandbox, names: readonly [string, string]): Promise<HostPair> {
  requireRoot();
  const id = randomBytes(3).toString('hex');
  const here = sandbox.directory('here');
  const ip = async (...args: readonly string[]): Promise<void> => {
    const result = await runCommand({ command: 'ip', args, env: { PATH: systemPath } });
    if (result.code !== 0) throw new Error(`ip ${args.join(' ')}: ${result.stderr}`);
  };
  const addresses = ['198.19.77.1', '198.19.77.2'] as const;
  const file = `127.0.0.1 localhost\n${names.map((name, index) => `${addresses[index]} ${name}\n`).join('')}`;
  const namespaces = [`hf-${id}-a`, `hf-${id}-b`] as const;
  for (const namespace of namespaces) {
    mkdirSync(`/etc/netns/${namespace}`, { recursive: true });
    writeFileSync(`/etc/netns/${namespace}/hosts`, file);
    sandbox.defer(() => rmSync(`/etc/netns/${namespace}`, { recursive: true }));
    await ip('netns', 'add', namespace);
    sandbox.defer(() => ip('netns', 'delete', namespace));
  }
  await ip(
    'link',
    'add',
    'v0',
    'netns',
    namespaces[0],
    'type',
    'veth',
    'peer',
    'name',
    'v0',
    'netns',
    namespaces[1],
  );
  for (const [index, namespace] of namespaces.entries()) {
    await ip('-n', namespace, 'address', 'add', `${addresses[index]}/30`, 'dev', 'v0');
    await ip('-n', namespace, 'link', 'set', 'v0', 'up');
    await ip('-n', namespace, 'link', 'set', 'lo', 'up');
  }
  const host = (index: 0 | 1): PairHost =>
    createHost(sandbox, { name: names[index], namespace: namespaces[index], here });
  return {
    here,
    hosts: [host(0), host(1)],
    cut: () => ip('-n', namespaces[0], 'link', 'set', 'v0', 'down'),
    mend: () => ip('-n', namespaces[0], 'link', 'set', 'v0', 'up'),
  };
}

function createHost(
  sandbox: Sandbox,
  { name, namespace, here }: { readonly name: string; readonly namespace: string; readonly here: string },
): PairHost {
  const folder = sandbox.directory(name);
  for (const leaf of ['etc', 'log', 'lock', 'spool', 'tls', 'state', 'repository'])
    sandbox.directory(`${name}/${leaf}`);
  const { uid, gid } = sandbox.owner;
  const words = (command: string, args: readonly string[], as: 'root' | 'postgres'): readonly string[] => {
    const stepDown = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
    const enter = [
      'netns',
      'exec',
      namespace,
      'sh',
      '-c',
      `mount --bind ${folder} ${here} && { [ ! -d ${folder}/ssh-etc ] || mount --bind ${folder}/ssh-etc /etc/ssh; } && exec "$@"`,
      'sh',
    ];
    return [...enter, ...(as === 'root' ? [] : stepDown), command, ...args];
  };
  const environment = ({ as = 'postgres', env = {} }: PairRunOptions): Readonly<Record<string, string>> => ({
    ...testEnvironment(sandbox.owner),
    PATH: systemPath,
    ...(as === 'root' ? { HOME: '/root', USER: 'root' } : {}),
    ...env,
  });
  const host: PairHost = {
    name,
    folder,
    run: (command, args, options = {}) =>
      runCommand({
        command: 'ip',
        args: words(command, args, options.as ?? 'postgres'),
        env: environment(options),
        cwd: '/',
        timeoutMs: options.timeoutMs ?? 120_000,
      }),
    async mustRun(command, args, options) {
      const result = await host.run(command, args, options);
      if (result.code === 0) return result;
      const said = `${result.stdout}\n${result.stderr}`;
      throw new Error(`${name}: ${command} ${args.join(' ')}: ${String(result.code)}\n${said}`);
    },
    holdfast: (...args) =>
      host.run(holdfastProgram(), ['--config', `${here}/holdfast.yaml`, ...args], { as: 'root' }),
    start(command, args, options = {}) {
      const child = spawn('ip', [...words(command, args, options.as ?? 'postgres')], {
        cwd: '/',
        env: environment(options),
        stdio: 'ignore',
        detached: true,
      });
      sandbox.defer(() => endGroup(child));
      return { pid: child.pid ?? 0, stop: () => endGroup(child) };
    },
  };
  return host;
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await ended;
}
