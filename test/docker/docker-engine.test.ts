import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import { removeDeadEngines, runInEngine } from './docker-engine.ts';
import { sharedEngine } from './shared-engine.ts';

/** Node alone has no C library: it comes from Debian. */
const image = 'holdfast-test/node-on-debian';

describe('the Docker engine of the tests', () => {
  it('runs a Compose project in which one service waits for another and finds it by name', async () => {
    const { directory, docker } = sharedEngine();
    await using sandbox = await createSandbox('dockerbed');
    const server = {
      image,
      init: true,
      command: ['node', '-e', 'require("http").createServer((_, r) => r.end("here")).listen(8080)'],
      ports: ['127.0.0.1:26300:8080'],
      healthcheck: {
        test: ['CMD', 'node', '-e', 'fetch("http://localhost:8080").then(() => process.exit(0))'],
        interval: '30s',
        start_period: '20s',
        start_interval: '1s',
      },
    };
    const client = {
      image,
      depends_on: { server: { condition: 'service_healthy' } },
      command: ['node', '-e', 'fetch("http://server:8080").then((r) => r.text()).then(console.log)'],
    };
    const file = sandbox.write('compose.yaml', stringify({ name: 'bed', services: { server, client } }));
    const compose = ['compose', '--file', file];
    await docker.mustRun(['build', '--tag', image, '-'], {
      input:
        'FROM holdfast-test/node:24 AS node\nFROM holdfast-test/debian:13\nCOPY --from=node /usr/local/bin/node /usr/local/bin/node\n',
    });
    try {
      await docker.mustRun([...compose, 'up', '--detach', 'server']);
      expect(await docker.mustRun([...compose, 'run', '--rm', '-T', 'client'])).toContain('here');
      const answer = await runInEngine(directory, ['curl', '-sS', 'http://127.0.0.1:26300']);
      expect(answer.stdout).toBe('here');
    } finally {
      await docker.run([...compose, 'down', '--timeout', '1']);
    }
  });

  it('leaves nothing when the test that started it is killed', async () => {
    const script = `
      const { startDockerEngine } = await import(${JSON.stringify(join(import.meta.dirname, 'docker-engine.ts'))});
      const { directory, docker } = await startDockerEngine();
      await docker.mustRun(['run', '--detach', 'holdfast-test/debian:13', 'sleep', '1000']);
      console.log(directory);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [directory] = (await once(createInterface(child.stdout), 'line')) as [string];
    child.kill('SIGKILL');
    await once(child, 'exit');
    await waitUntil('nothing runs for it', () => processesNaming(basename(directory)).length === 0);
    expect(existsSync(directory)).toBe(true);
    await removeDeadEngines();
    expect(existsSync(directory)).toBe(false);
    expect(existsSync(`/sys/fs/cgroup/memory/${basename(directory)}`)).toBe(false);
    expect(existsSync(sharedEngine().directory)).toBe(true);
  });
});

/** Pids whose control group or arguments have the name. */
function processesNaming(name: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && mentions(pid, name));
}

function mentions(pid: string, name: string): boolean {
  try {
    return ['cgroup', 'cmdline'].some((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(name));
  } catch {
    return false;
  }
}
