import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';

const setpriv = '/usr/bin/setpriv';

/** A program with its arguments, and for a system without setpriv the identity that spawn(2) is to take. */
export interface StepDown {
  readonly command: string;
  readonly args: readonly string[];
  readonly identity: { readonly uid: number; readonly gid: number } | undefined;
}

/**
 * How to start a program as another user with all of that user's groups: through util-linux's setpriv, which keeps the
 * pid. Node's own `uid` and `gid` drop the supplementary groups (libuv calls setgroups(0)), and with them, on Debian,
 * the right of `postgres` to read the TLS keys that belong to the group `ssl-cert`.
 *
 * @param path the PATH that the child will have, for a bare name
 * @throws NodeJS.ErrnoException ENOENT or EACCES when there is no such program: setpriv would only end with 127
 */
export function stepDown(
  command: string,
  args: readonly string[],
  user: { readonly uid: number; readonly gid: number },
  path: string | undefined,
): StepDown {
  const identity = { uid: user.uid, gid: user.gid };
  if (!existsSync(setpriv)) return { command, args, identity };
  const program = findProgram(command, path ?? '');
  const become = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--'];
  return { command: setpriv, args: [...become, program, ...args], identity: undefined };
}

/** Where a program is. @throws NodeJS.ErrnoException ENOENT or EACCES */
export function findProgram(command: string, path: string): string {
  if (command.includes('/')) {
    accessSync(command, constants.X_OK);
    return command;
  }
  for (const directory of path.split(':').filter(Boolean)) {
    const candidate = join(directory, command);
    if (existsSync(candidate)) return candidate;
  }
  throw Object.assign(new Error(`no ${command} in ${path}`), { code: 'ENOENT' });
}
