import { readFileSync } from 'node:fs';
import type { RunAs } from '../../src/process/run-command.ts';

/** The operating system user that owns test clusters, and whether we have to step down to it. */
export interface TestUser {
  readonly owner: RunAs;
  /** Undefined when the tests already run as that user. */
  readonly runAs: RunAs | undefined;
}

/**
 * The user `postgres`, from /etc/passwd.
 *
 * @throws Error when there is no such user, or when the tests run as somebody who can neither be it nor become it
 */
export function testUser(): TestUser {
  const owner = findPostgresUser(readFileSync('/etc/passwd', 'utf8'));
  if (owner === undefined) {
    throw new Error(
      'there is no operating system user "postgres": run `npm test` once, it installs PostgreSQL',
    );
  }
  const uid = process.getuid?.();
  if (uid !== 0 && uid !== owner.uid) {
    throw new Error(
      `these tests start real PostgreSQL servers as the user postgres: run them as root or as postgres, ` +
        `for example with \`sudo npm test\` (they run as uid ${String(uid)} now)`,
    );
  }
  return { owner, runAs: uid === 0 ? owner : undefined };
}

/**
 * For what only root can try: to be two users in one test.
 *
 * @throws Error when the tests do not run as root. They are not skipped: what was not tried is not known to work
 */
export function requireRoot(): { readonly owner: RunAs; readonly runAs: RunAs } {
  const { owner, runAs } = testUser();
  if (runAs === undefined) {
    throw new Error('this test must run as root: run `sudo npm test`');
  }
  return { owner, runAs };
}

function findPostgresUser(passwd: string): RunAs | undefined {
  for (const line of passwd.split('\n')) {
    const [name, , uid, gid, , home] = line.split(':');
    if (name === 'postgres' && home !== undefined) return { name, uid: Number(uid), gid: Number(gid), home };
  }
  return undefined;
}

/** The complete environment of children: what a service of the user postgres would have. */
export function testEnvironment(owner: RunAs): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin',
    HOME: owner.home,
    USER: owner.name,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
  };
}
