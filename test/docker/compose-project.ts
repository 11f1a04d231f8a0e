import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runCommand, type CommandResult } from '../../src/process/run-command.ts';
import { mustRunHoldfast } from '../support/holdfast.ts';
import { createSandbox } from '../support/sandbox.ts';
import { dockerTools, type DockerCall } from './docker-client.ts';
import { sharedEngine } from './shared-engine.ts';

const checkout = join(import.meta.dirname, '../..');

/** What `deploy.compose` may say here: images are those that the engine of the tests has. */
export const testImages = {
  baseImage: 'holdfast-test/debian:13',
  nodeImage: 'holdfast-test/node:24',
};

/** A rendered Compose project, and how to work with it. */
export interface ComposeProject extends AsyncDisposable {
  /** Where compose.yaml is. */
  readonly directory: string;
  /** `docker compose ARGS` there. Any exit code is a result. */
  run(args: readonly string[], options?: DockerCall): Promise<CommandResult>;
  /** Gives stdout. @throws Error when the exit code is not 0 */
  compose(args: readonly string[], options?: DockerCall): Promise<string>;
  /** `make TARGET VARIABLES` there. */
  make(...words: readonly string[]): Promise<CommandResult>;
  /** `holdfast ARGS` in its container. */
  holdfast(...args: readonly string[]): Promise<CommandResult>;
  /** One query in the database's container; the first value. @throws Error when it fails */
  sql(statement: string, database?: string): Promise<string>;
  /** Renders it again from this configuration. */
  render(configuration: object): Promise<void>;
  /** Everything that containers of a service have said. */
  logs(service: string): Promise<string>;
}

/** Renders a project into a folder of its own, with a Holdfast that `npm pack` made. Nothing is built or started. */
export async function createComposeProject(
  configuration: object,
  env: Readonly<Record<string, string>>,
): Promise<ComposeProject> {
  const sandbox = await createSandbox('compose');
  const { docker } = sharedEngine();
  const directory = sandbox.directory('project', 0o755);
  const file = sandbox.file('holdfast.yaml');
  const run: ComposeProject['run'] = (args, options) =>
    docker.run(['compose', ...args], { cwd: directory, timeoutMs: 600_000, ...options });
  const project: ComposeProject = {
    directory,
    run,
    async compose(args, options) {
      const result = await run(args, options);
      if (result.code === 0) return result.stdout;
      const said = `${result.stdout}\n${result.stderr}`;
      throw new Error(`docker compose ${args.join(' ')}: ${String(result.code)}\n${said}`);
    },
    make: (...words) =>
      runCommand({
        command: join(dockerTools(), 'bin/make'),
        args: words,
        env: docker.env,
        cwd: directory,
        timeoutMs: 600_000,
      }),
    holdfast: (...args) => run(['exec', '-T', 'holdfast', 'holdfast', ...args]),
    sql: async (statement, database = 'postgres') => {
      const psql = ['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', statement];
      return (await project.compose(['exec', '-T', 'db', ...psql])).trim();
    },
    async render(changed) {
      writeFileSync(file, stringify(changed));
      await mustRunHoldfast(['--config', file, 'render', 'compose', '--out', directory], { env, as: 'root' });
    },
    logs: (service) => project.compose(['logs', '--no-color', '--no-log-prefix', service]),
    async [Symbol.asyncDispose]() {
      if (existsSync(join(directory, 'compose.yaml'))) {
        await run(['down', '--volumes', '--remove-orphans', '--timeout', '2']);
      }
      await sandbox[Symbol.asyncDispose]();
    },
  };
  await project.render(configuration);
  await packHoldfast(directory);
  return project;
}

/** As a user gets it: the project's own `npm pack`. */
async function packHoldfast(directory: string): Promise<void> {
  const result = await runCommand({
    command: 'npm',
    args: ['pack', '--silent', '--pack-destination', directory],
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/root' },
    cwd: checkout,
    timeoutMs: 120_000,
  });
  if (result.code !== 0 || !readdirSync(directory).some((name) => name.endsWith('.tgz'))) {
    throw new Error(`npm pack: ${String(result.code)}\n${result.stdout}\n${result.stderr}`);
  }
}
