import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { runCommand, type CommandResult } from '../../src/process/run-command.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { requireRoot } from '../support/test-user.ts';
import { waitUntil } from '../support/wait-until.ts';
import { initScripts } from './init-scripts.ts';

const rootEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  USER: 'root',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
};

/** Machines on a network of their own, which reach each other and this host by name and by SSH. */
export interface MachineNetwork {
  /** Of this host, as the machines see it. */
  readonly gateway: string;
  /** Private key with which root may log in on each, and who they are. */
  readonly keyFile: string;
  readonly knownHosts: string;
  /** Starts all of them; their names are known to all of them. */
  start(names: readonly string[]): Promise<readonly Machine[]>;
}

/** A host as far as Ansible can tell: files, processes, network and name of its own, over the programs of this one. */
export interface Machine {
  readonly name: string;
  readonly address: string;
  /** Runs a command there as root. Any exit code is a result. */
  run(command: string, args: readonly string[], timeoutMs?: number): Promise<CommandResult>;
  /** @throws Error when the exit code is not 0 */
  mustRun(command: string, args: readonly string[], timeoutMs?: number): Promise<string>;
  /** Path on this host of a file there that the machine has changed. */
  file(path: string): string;
}

/** @param shared folder that all machines see as /srv @throws Error when the tests do not run as root */
export async function createMachineNetwork(sandbox: Sandbox, shared: string): Promise<MachineNetwork> {
  requireRoot();
  const id = randomBytes(2).toString('hex');
  const net = `198.19.${Number.parseInt(id.slice(0, 2), 16) % 250}`;
  const bridge = `hfm${id}`;
  const gateway = `${net}.1`;
  await ip('link', 'add', bridge, 'type', 'bridge');
  sandbox.defer(() => ip('link', 'delete', bridge));
  await ip('address', 'add', `${gateway}/24`, 'dev', bridge);
  await ip('link', 'set', bridge, 'up');
  const keyFile = sandbox.file('machines/key');
  mkdirSync(sandbox.file('machines'), { recursive: true, mode: 0o755 });
  await mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
  const knownHosts = sandbox.file('machines/known_hosts');
  return {
    gateway,
    keyFile,
    knownHosts,
    async start(names) {
      const places = names.map((name, at) => ({ name, address: `${net}.${at + 11}` }));
      const hosts = ['127.0.0.1 localhost', ...places.map(({ name, address }) => `${address} ${name}`), ''];
      const machines = await Promise.all(
        places.map((place, at) =>
          startMachine({
            ...place,
            sandbox,
            shared,
            keyFile,
            device: `hm${id}${at}`,
            bridge,
            gateway,
            hosts,
          }),
        ),
      );
      const keys = machines.flatMap(({ name, address }) => {
        const key = readFileSync(sandbox.file('machines', name, 'ssh_host_ed25519_key.pub'), 'utf8');
        return [`${address} ${key.trim()}`, `${name} ${key.trim()}`];
      });
      writeFileSync(knownHosts, `${keys.join('\n')}\n`);
      return machines;
    },
  };
}

interface MachineRequest {
  readonly name: string;
  readonly address: string;
  readonly sandbox: Sandbox;
  readonly shared: string;
  readonly keyFile: string;
  readonly device: string;
  readonly bridge: string;
  readonly gateway: string;
  readonly hosts: readonly string[];
}

async function startMachine(request: MachineRequest): Promise<Machine> {
  const { name, address, sandbox, shared, device, bridge } = request;
  const folder = sandbox.file('machines', name);
  await prepareFolder(folder, request);
  const namespace = device;
  await ip('netns', 'add', namespace);
  sandbox.defer(() => ip('netns', 'delete', namespace));
  await ip('link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
  await ip('link', 'set', device, 'master', bridge, 'up');
  await ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0');
  await ip('-n', namespace, 'link', 'set', 'eth0', 'up');
  await ip('-n', namespace, 'link', 'set', 'lo', 'up');
  const ssh = process.env['HOLDFAST_TEST_SSHD'];
  if (ssh === undefined) throw new Error('sshd is not here: run `npm run test:ansible`');
  const script = join(import.meta.dirname, 'start-machine.sh');
  const namespaces = [
    '--mount',
    '--uts',
    '--ipc',
    '--pid',
    '--fork',
    '--kill-child',
    '--propagation',
    'private',
  ];
  const child = spawn(
    'ip',
    ['netns', 'exec', namespace, 'unshare', ...namespaces, 'sh', script, folder, name, ssh, shared],
    { cwd: '/', env: rootEnvironment, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (output += String(part)));
  sandbox.defer(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    child.stdout.destroy();
    child.stderr.destroy();
  });
  const first = await waitUntil(`${name} is up`, async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${output}`);
    if (!output.includes('ready\n')) return undefined;
    return (await mustRun('pgrep', ['-P', String(child.pid)])).trim();
  });
  const run: Machine['run'] = (command, args, timeoutMs = 120_000) =>
    runCommand({
      command: 'nsenter',
      args: ['--target', String(first), '--all', '--', command, ...args],
      env: rootEnvironment,
      cwd: '/',
      timeoutMs,
    });
  return {
    name,
    address,
    run,
    async mustRun(command, args, timeoutMs) {
      const { code, stdout, stderr } = await run(command, args, timeoutMs);
      if (code !== 0)
        throw new Error(`${name}: ${command} ${args.join(' ')}: ${String(code)}\n${stdout}\n${stderr}`);
      return stdout;
    },
    file: (path) => {
      const [, part = '', ...rest] = path.split('/');
      return join(folder, part, 'upper', ...rest);
    },
  };
}

async function prepareFolder(folder: string, { name, keyFile, hosts }: MachineRequest): Promise<void> {
  mkdirSync(join(folder, 'init.d'), { recursive: true, mode: 0o755 });
  await mustRun('ssh-keygen', [
    '-q',
    '-t',
    'ed25519',
    '-N',
    '',
    '-C',
    name,
    '-f',
    join(folder, 'ssh_host_ed25519_key'),
  ]);
  cpSync(`${keyFile}.pub`, join(folder, 'authorized_keys'));
  writeFileSync(join(folder, 'hosts'), hosts.join('\n'));
  for (const [script, text] of Object.entries(initScripts))
    writeFileSync(join(folder, 'init.d', script), text);
  chownSync(folder, 0, 0);
}

async function ip(...args: readonly string[]): Promise<void> {
  await mustRun('ip', args);
}

async function mustRun(command: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand({ command, args, env: rootEnvironment, cwd: '/' });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${String(code)} ${stdout}${stderr}`);
  return stdout;
}
