import { readFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import type { RunAs } from './run-command.ts';
import { runCommand, SpawnError } from './run-command.ts';

/** The search path for children when nothing better is known: where distributions keep their programs. */
export const standardPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Looks an operating system user up: first /etc/passwd, then `getent passwd` (LDAP, SSSD).
 *
 * @param name login name
 * @returns undefined when there is no such user
 */
export async function lookupUser(name: string): Promise<RunAs | undefined> {
  if (!/^[A-Za-z0-9_.][A-Za-z0-9_.@-]*\$?$/.test(name)) return undefined;
  const local = parsePasswd(await readFile('/etc/passwd', 'utf8'), name);
  return local ?? (await askNameService(name));
}

/** Looks an operating system user up by number. @returns undefined when there is none */
export async function lookupUserById(uid: number): Promise<RunAs | undefined> {
  const line = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((candidate) => candidate.split(':')[2] === String(uid));
  const name = line?.split(':', 1)[0];
  return name === undefined ? askNameService(String(uid)) : lookupUser(name);
}

/** The user this process runs as, with the home directory of the password database, not of `$HOME`. */
export function currentUser(): RunAs {
  try {
    const info = userInfo();
    return { name: info.username, uid: info.uid, gid: info.gid, home: info.homedir };
  } catch {
    // A uid without an entry in the password database (containers): node's userInfo throws a SystemError.
    const uid = process.getuid?.() ?? -1;
    return { name: String(uid), uid, gid: process.getgid?.() ?? -1, home: homedir() };
  }
}

/**
 * What a child needs in order to run as `user`.
 *
 * @param currentUid the uid this process runs as
 * @returns undefined when nothing has to change
 */
export function runAsFor(user: RunAs, currentUid: number): RunAs | undefined {
  return user.uid === currentUid ? undefined : user;
}

/** Reads the entry of one user out of the text of /etc/passwd: passwd(5). */
export function parsePasswd(text: string, name: string): RunAs | undefined {
  for (const line of text.split('\n')) {
    const fields = line.split(':');
    if (fields[0] !== name || fields.length < 6) continue;
    const uid = Number(fields[2]);
    const gid = Number(fields[3]);
    if (!Number.isInteger(uid) || !Number.isInteger(gid)) continue;
    return { name, uid, gid, home: fields[5] === '' ? '/' : (fields[5] as string) };
  }
  return undefined;
}

async function askNameService(name: string): Promise<RunAs | undefined> {
  try {
    const result = await runCommand({
      command: 'getent',
      args: ['passwd', name],
      env: { PATH: standardPath },
      timeoutMs: 10_000,
    });
    // Asked by number, the entry has the name.
    return result.code === 0 ? parsePasswd(result.stdout, result.stdout.split(':', 1)[0] ?? '') : undefined;
  } catch (error) {
    // Systems without getent (musl) have no name services beyond /etc/passwd either.
    if (error instanceof SpawnError) return undefined;
    throw error;
  }
}
