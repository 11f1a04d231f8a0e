import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, type CommandResult, type CommandSpec } from '../../src/process/run-command.ts';

/** Talks to one engine of the tests. */
export interface Docker {
  /** For children that call `docker` themselves, such as make. */
  readonly env: Readonly<Record<string, string>>;
  /** Any exit code is a result. */
  run(args: readonly string[], options?: DockerCall): Promise<CommandResult>;
  /** Gives stdout. @throws Error when the exit code is not 0 */
  mustRun(args: readonly string[], options?: DockerCall): Promise<string>;
}

export interface DockerCall extends Pick<CommandSpec, 'input' | 'onLine' | 'signal' | 'cwd'> {
  readonly timeoutMs?: number;
  /** Variables beside those of the client. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The folder of test/docker/get-docker.sh. @throws Error when it was not got yet */
export function dockerTools(): string {
  const asked = process.env.HOLDFAST_DOCKER_DIR;
  const folder =
    asked === undefined || asked === '' ? join(import.meta.dirname, '../../.cache/tools/docker') : asked;
  if (existsSync(join(folder, 'node.tar'))) return folder;
  throw new Error(`${folder} is not complete: \`npm run test:docker\` gets it`);
}

/** @param directory of the engine */
export function createDocker(directory: string): Docker {
  const tools = dockerTools();
  const env = {
    PATH: `${join(tools, 'bin')}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    HOME: directory,
    LANG: 'C.UTF-8',
    DOCKER_HOST: `unix://${join(directory, 'docker.sock')}`,
    DOCKER_CONFIG: join(tools, 'config'),
    BUILDKIT_PROGRESS: 'plain',
  };
  const run: Docker['run'] = (args, options = {}) =>
    runCommand({
      timeoutMs: 300_000,
      ...options,
      command: join(tools, 'bin/docker'),
      args,
      env: { ...env, ...options.env },
    });
  return {
    env,
    run,
    async mustRun(args, options) {
      const result = await run(args, options);
      if (result.code === 0) return result.stdout;
      throw new Error(`docker ${args.join(' ')}: ${String(result.code)}\n${result.stdout}\n${result.stderr}`);
    },
  };
}
