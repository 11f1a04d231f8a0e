import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PairHost, ServingProcess } from './host-pair.ts';
import { waitUntil } from './wait-until.ts';

/** Path of an sshd; where the machine has none its package is unpacked (test/tools/get-sshd.sh). */
function sshdProgram(): string {
  const script = join(import.meta.dirname, '../tools/get-sshd.sh');
  return execFileSync('sh', [script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

/** Public keys of a host, made there as its administrator makes them. */
export interface HostKeys {
  readonly client: string;
  readonly server: string;
}

/** @param here folder of the host, as the host sees it */
export async function makeHostKeys(host: PairHost, here: string): Promise<HostKeys> {
  await host.mustRun('mkdir', ['-p', '-m', '700', `${here}/ssh`]);
  const make = async (name: string): Promise<string> => {
    await host.mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${here}/ssh/${name}`]);
    return readFileSync(join(host.folder, 'ssh', `${name}.pub`), 'utf8').trim();
  };
  return { client: await make('id_ed25519'), server: await make('host_key') };
}

/**
 * Puts what was rendered for /etc/ssh into the /etc/ssh of the host, beside the distribution's ssh_config, and starts
 * sshd there as postgres, which can let in nobody else.
 *
 * @param rendered the folder `etc/ssh` of what `holdfast render repository-host --out` wrote
 */
export async function serveSsh(host: PairHost, here: string, rendered: string): Promise<ServingProcess> {
  const etc = join(host.folder, 'ssh-etc');
  mkdirSync(etc);
  cpSync(rendered, etc, { recursive: true });
  writeFileSync(join(etc, 'ssh_config'), 'Include /etc/ssh/ssh_config.d/*.conf\n');
  writeFileSync(
    join(etc, 'sshd_config'),
    [
      'ListenAddress 0.0.0.0',
      `HostKey ${here}/ssh/host_key`,
      `PidFile ${here}/sshd.pid`,
      'UsePAM no',
      'PasswordAuthentication no',
      'Include /etc/ssh/sshd_config.d/*.conf',
      '',
    ].join('\n'),
  );
  const sshd = sshdProgram();
  const library = join(dirname(sshd), '../lib', `${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu`);
  const words = ['-D', '-p', '2222', '-f', '/etc/ssh/sshd_config', '-E', `${here}/log/sshd.log`];
  const server = host.start(sshd, words, { env: { LD_LIBRARY_PATH: library } });
  const log = join(host.folder, 'log/sshd.log');
  await waitUntil(`sshd of ${host.name} listens`, () => {
    try {
      return readFileSync(log, 'utf8').includes('Server listening');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  });
  return server;
}
