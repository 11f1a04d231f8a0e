import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { SpawnError, runCommand } from '../process/run-command.ts';
import { Failure } from '../model/failure.ts';

/*
 * A data directory on a volume can have its server in another container, whose processes nobody sees from here:
 * PostgreSQL's own interlock (pid and shared memory) is blind there. What containers share is the volume, and what the
 * kernel keeps right on it, whoever dies in whatever way, is a file lock (flock(2)). So a server that a container runs
 * holds a lock on a file beside its data directory for as long as any of its processes lives (a rendered deployment starts
 * it that way), and whoever replaces that directory holds the same lock, as does the server that he starts for his proofs.
 */

/** The right to work in a data directory, which a server in another container cannot have meanwhile. */
export interface ServerGuard extends AsyncDisposable {
  /** Children that are given it hold the lock too, for as long as they live. */
  readonly fd: number;
}

/** The file that is locked. It lies beside the data directory, so that it stays when that is moved aside. */
export function guardFileOf(dataDirectory: string): string {
  return `${dataDirectory.replace(/\/+$/, '')}.holdfast-server.lock`;
}

/**
 * Takes the lock. `none`: there is no such file, because no container runs this server, or not in our way.
 * `held`: a server works in the directory, or somebody who replaces it.
 *
 * @param kind `shared` only to look: it must be given back at once
 * @throws Failure not-permitted when the file cannot be opened or locked
 */
export async function takeServerGuard(
  dataDirectory: string,
  kind: 'exclusive' | 'shared' = 'exclusive',
): Promise<ServerGuard | 'none' | 'held'> {
  const file = guardFileOf(dataDirectory);
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw notLockable(file, String(code), error);
  });
  if (handle === undefined) return 'none';
  const result = await lock(handle.fd, kind, file).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  if (result) return { fd: handle.fd, [Symbol.asyncDispose]: () => handle.close() };
  await handle.close();
  return 'held';
}

/** A container that refuses to start its server tries again and again, and has the lock for a moment each time. */
const patience = { shared: ['--nonblock'], exclusive: ['--timeout', '5'] } as const;

/** flock(1) locks what we opened: the lock is the open file's, so that it outlives that child and ends with us. */
async function lock(fd: number, kind: 'exclusive' | 'shared', file: string): Promise<boolean> {
  try {
    const { code, stderr } = await runCommand({
      command: '/usr/bin/flock',
      args: [...patience[kind], '--conflict-exit-code', '75', `--${kind}`, '3'],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
      inherited: [fd],
      timeoutMs: 10_000,
    });
    if (code === 0 || code === 75) return code === 0;
    throw notLockable(file, stderr.trim() || `flock ended with ${String(code)}`);
  } catch (error) {
    if (error instanceof SpawnError) throw notLockable(file, 'flock is missing', error);
    throw error;
  }
}

function notLockable(file: string, problem: string, cause?: unknown): Failure {
  return new Failure('not-permitted', {
    operation: 'make sure that no server works in the data directory',
    place: file,
    problem: `the lock cannot be taken (${problem})`,
    hint: 'Run Holdfast as the owner of the data directory; flock is in the package util-linux.',
    cause,
  });
}
