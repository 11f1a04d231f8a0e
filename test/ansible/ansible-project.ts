import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runCommand } from '../../src/process/run-command.ts';
import { mustRunHoldfast } from '../support/holdfast.ts';
import type { Machine, MachineNetwork } from './machine.ts';

const checkout = join(import.meta.dirname, '../..');

/** What a playbook came to. */
export interface PlaybookResult {
  readonly code: number | undefined;
  readonly output: string;
  /** By host: what PLAY RECAP counts. */
  readonly recap: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A rendered project, with its vault and the archives that it brings to the hosts. */
export interface AnsibleProject {
  readonly directory: string;
  /** Runs a playbook; any exit code is a result. */
  play(playbook: string, ...args: readonly string[]): Promise<PlaybookResult>;
  /** @throws Error with the output when it fails */
  mustPlay(playbook: string, ...args: readonly string[]): Promise<PlaybookResult>;
  lint(): Promise<{ readonly code: number | undefined; readonly output: string }>;
}

const environment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  USER: 'root',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  ANSIBLE_NOCOLOR: '1',
  // Connections that are kept end before the machines are judged gone.
  ANSIBLE_SSH_ARGS: '-C -o ControlMaster=auto -o ControlPersist=5s',
};

/** `npm pack` of this checkout, from a build of its own, and an archive of Node as nodejs.org has it. */
export function packHoldfast(folder: string): { readonly package: string; readonly node: string } {
  const staged = join(folder, 'staged');
  mkdirSync(join(staged, 'dist'), { recursive: true });
  for (const part of ['bin', 'package.json', 'holdfast.schema.json', 'README.md', 'LICENSE'])
    cpSync(join(checkout, part), join(staged, part), { recursive: true });
  const node = realpathSync(join(checkout, 'node_modules/.bin/node'));
  const bundler = join(checkout, 'node_modules/rolldown/bin/cli.mjs');
  const main = join(checkout, 'src/main.ts');
  const format = ['--platform', 'node', '--format', 'esm', '--charset', 'ascii', '--no-comments.jsdoc'];
  execFileSync(node, [bundler, main, '--dir', join(staged, 'dist'), ...format], {
    cwd: checkout,
    stdio: 'pipe',
  });
  // `prepack` would build from sources that are not there.
  const pack = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder];
  execFileSync('npm', pack, { cwd: staged, stdio: 'pipe' });
  mkdirSync(join(folder, 'node-v24-linux-x64/bin'), { recursive: true });
  cpSync(node, join(folder, 'node-v24-linux-x64/bin/node'));
  execFileSync('tar', ['-C', folder, '-cf', join(folder, 'node.tar'), 'node-v24-linux-x64']);
  const version = (JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as { version: string })
    .version;
  return { package: join(folder, `holdfast-${version}.tgz`), node: join(folder, 'node.tar') };
}

/** Renders the project, fills its vault in and encrypts it, and says how the machines are reached. */
export async function createAnsibleProject(
  folder: string,
  configuration: string,
  access: { readonly network: MachineNetwork; readonly machines: readonly Machine[] },
  secrets: Readonly<Record<string, string>>,
): Promise<AnsibleProject> {
  const directory = join(folder, 'project');
  await mustRunHoldfast(['--config', configuration, 'render', 'ansible', '--out', directory]);
  const password = join(folder, 'vault-password');
  writeFileSync(password, 'for tests only\n', { mode: 0o600 });
  const vault = join(directory, 'group_vars/all/vault.yml');
  writeFileSync(vault, stringify(secrets));
  const local = {
    ansible_ssh_private_key_file: access.network.keyFile,
    ansible_ssh_common_args: `-o UserKnownHostsFile=${access.network.knownHosts}`,
    ansible_python_interpreter: '/usr/bin/python3',
    // The machines reach no mirror.
    pgbackrest_update_cache: false,
  };
  writeFileSync(join(directory, 'group_vars/all/local.yml'), stringify(local));
  for (const { name, address } of access.machines) {
    mkdirSync(join(directory, 'host_vars'), { recursive: true });
    writeFileSync(join(directory, 'host_vars', `${name}.yml`), stringify({ ansible_host: address }));
  }
  chmodSync(directory, 0o755);
  execFileSync('ansible-vault', ['encrypt', '--vault-password-file', password, vault], {
    env: environment,
    stdio: 'pipe',
  });
  const play: AnsibleProject['play'] = async (playbook, ...args) => {
    const { code, stdout, stderr } = await runCommand({
      command: 'ansible-playbook',
      args: [playbook, '--vault-password-file', password, ...args],
      env: environment,
      cwd: directory,
      timeoutMs: 900_000,
    });
    return { code, output: `${stdout}\n${stderr}`, recap: readRecap(stdout) };
  };
  return {
    directory,
    play,
    async mustPlay(playbook, ...args) {
      const result = await play(playbook, ...args);
      if (result.code !== 0)
        throw new Error(
          `${playbook} ${args.join(' ')}: ${String(result.code)}\n${result.output.slice(-12_000)}`,
        );
      return result;
    },
    async lint() {
      const { code, stdout, stderr } = await runCommand({
        command: 'ansible-lint',
        args: ['--offline', '-p', '--nocolor'],
        env: { ...environment, ANSIBLE_VAULT_PASSWORD_FILE: password },
        cwd: directory,
        timeoutMs: 300_000,
      });
      return { code, output: `${stdout}\n${stderr}` };
    },
  };
}

function readRecap(output: string): PlaybookResult['recap'] {
  const lines = output.slice(output.lastIndexOf('PLAY RECAP')).split('\n').slice(1);
  return Object.fromEntries(
    lines.flatMap((line) => {
      const host = /^(\S+)\s+:/.exec(line)?.[1];
      const counts = [...line.matchAll(/(\w+)=(\d+)/g)].map(
        ([, name = '', count]) => [name, Number(count)] as const,
      );
      return host === undefined ? [] : [[host, Object.fromEntries(counts)] as const];
    }),
  );
}
