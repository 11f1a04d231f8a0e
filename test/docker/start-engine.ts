import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { engineVariable } from './shared-engine.ts';
import { startDockerEngine, type DockerEngine } from './docker-engine.ts';

let engine: DockerEngine | undefined;

/** Before the tests of project `docker`: one engine for all of them, with the compiled Holdfast of this checkout. */
export async function setup(): Promise<void> {
  spawnSync(join(import.meta.dirname, '../../bin/holdfast'), ['--help'], { cwd: '/', stdio: 'ignore' });
  engine = await startDockerEngine();
  process.env[engineVariable] = engine.directory;
  console.log(`Docker ${await engine.docker.mustRun(['version', '--format', '{{.Server.Version}}'])}`);
}

export async function teardown(): Promise<void> {
  await engine?.[Symbol.asyncDispose]();
}
