import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { runCommand, type CommandResult } from '../../src/process/run-command.ts';
import { requireRoot } from '../support/test-user.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createDocker, dockerTools, type Docker } from './docker-client.ts';

const prefix = '/tmp/hf-docker-';

/** A running engine, and how to talk to it. */
export interface DockerEngine extends AsyncDisposable {
  /** Everything that it keeps; removed with it. */
  readonly directory: string;
  readonly docker: Docker;
}

/**
 * Starts an engine of its own (run-docker-engine.sh) and gives it the images `holdfast-test/debian` (Debian 13 with a
 * source of packages inside) and `holdfast-test/node`. What earlier ones left, whose test was killed, is removed first.
 *
 * @throws Error when this is not root, or the engine does not start
 */
export async function startDockerEngine(): Promise<DockerEngine> {
  requireRoot();
  await removeDeadEngines();
  const directory = mkdtempSync(prefix);
  writeFileSync(join(directory, 'starter'), `${process.pid} ${startOf(process.pid)}\n`);
  const log = openSync(join(directory, 'dockerd.log'), 'a');
  // With this process, however it ends, the kernel ends the engine: setpriv --pdeathsig.
  const child = spawn('sh', [join(import.meta.dirname, 'run-docker-engine.sh'), directory], {
    stdio: ['ignore', log, log],
    env: { PATH: process.env.PATH, HOLDFAST_DOCKER_DIR: dockerTools() },
  });
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await waitUntil(`${directory} is removed`, () => removeEngine(directory));
  };
  try {
    const docker = createDocker(directory);
    await waitUntil('the Docker engine answers', async () => {
      if (child.exitCode !== null) throw new Error(readFileSync(join(directory, 'dockerd.log'), 'utf8'));
      return (await docker.run(['version'])).code === 0;
    });
    // Process 1 of its namespace, as it is called here.
    writeFileSync(join(directory, 'first'), firstChild(child.pid ?? 0));
    await importImage(docker, 'debian.tar', 'holdfast-test/debian:13');
    await importImage(docker, 'node.tar', 'holdfast-test/node:24');
    return { directory, docker, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstChild(pid: number): string {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0] ?? '';
}

async function importImage(docker: Docker, file: string, name: string): Promise<void> {
  const change = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  await docker.mustRun(['import', '--change', change, join(dockerTools(), file), name]);
}

/** Engines whose test process is gone. Theirs ended with it; their data and control groups are still there. */
export async function removeDeadEngines(): Promise<void> {
  for (const name of readdirSync('/tmp')) {
    const directory = join('/tmp', name);
    if (!directory.startsWith(prefix) || !existsSync(join(directory, 'starter'))) continue;
    const [pid, start] = readFileSync(join(directory, 'starter'), 'utf8').trim().split(' ');
    if (startOf(Number(pid)) !== start)
      await waitUntil(`${directory} is removed`, () => removeEngine(directory));
  }
}

/** Clock ticks since boot (proc(5), field 22): a pid alone may be another's by now. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/** Gives false as long as the kernel still has something of it. */
function removeEngine(directory: string): boolean {
  const groups = '/sys/fs/cgroup';
  const roots = [groups, ...readdirSync(groups).map((name) => join(groups, name))];
  try {
    for (const root of roots) removeControlGroup(join(root, basename(directory)));
    rmSync(directory, { recursive: true, force: true });
    return true;
  } catch (error) {
    if (['EBUSY', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

function removeControlGroup(directory: string): void {
  if (!existsSync(directory)) return;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeControlGroup(join(directory, entry.name));
  }
  rmdirSync(directory);
}

/** A command in the engine's network, where the ports that containers publish are open. Any exit code is a result. */
export async function runInEngine(directory: string, command: readonly string[]): Promise<CommandResult> {
  return runCommand({
    command: 'nsenter',
    args: ['--net', '--target', readFileSync(join(directory, 'first'), 'utf8'), '--', ...command],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
}
