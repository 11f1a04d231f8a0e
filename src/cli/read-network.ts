import { isIP } from 'node:net';
import type { CopyNetwork } from '../model/copy.ts';
import { Failure } from '../model/failure.ts';

/** Words that pg_hba.conf has for networks. */
const words = ['samehost', 'samenet', 'all'];

/**
 * `--listen` and `--allow` of a clone. Without `--allow` whoever is in a network of this host gets in, with a password.
 *
 * @returns undefined where nothing is asked for
 * @throws Failure usage
 * @see https://www.postgresql.org/docs/current/auth-pg-hba-conf.html
 */
export function readNetwork(addresses: readonly string[], allow: readonly string[]): CopyNetwork | undefined {
  const [address, network] = [addresses.find((one) => !isAddress(one)), allow.find((one) => !isNetwork(one))];
  if (address !== undefined)
    throw usage(
      `--listen ${address} is no address`,
      'Write an address of this host, its name, or `*` for all.',
    );
  if (network !== undefined) {
    throw usage(
      `--allow ${network} is no network`,
      `Write it as 10.0.0.0/8 or 192.168.1.20/32, or as one of ${words.join(', ')}.`,
    );
  }
  if (addresses.length > 0) return { addresses, allow: allow.length > 0 ? allow : ['samenet'] };
  if (allow.length === 0) return undefined;
  throw usage(
    '--allow goes with --listen',
    'Say with --listen on which address of this host the clone is reached.',
  );
}

function isAddress(text: string): boolean {
  return text === '*' || isIP(text) > 0 || /^[a-z\d]([\w.-]{0,251}[a-z\d])?$/i.test(text);
}

function isNetwork(text: string): boolean {
  const [, address = '', length] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return words.includes(text) || Number(length) <= longest;
}

function usage(problem: string, hint: string): Failure {
  return new Failure('usage', { operation: 'read the command line', problem, hint });
}
