import { stat } from 'node:fs/promises';
import { lookupUserById } from '../../process/os-user.ts';
import type { ConfSource } from '../../engine/conf/conf-source.ts';

/** Where the engine writes by default: whoever owns these directories runs it. */
const usualDirectories = ['/var/lib/pgbackrest', '/var/log/pgbackrest', '/var/spool/pgbackrest'];

/**
 * The operating system user that runs the engine here: the owner of a repository or of its logs.
 *
 * @returns undefined when none of them is there, or all belong to root
 */
export async function findEngineUser(sources: readonly ConfSource[]): Promise<string | undefined> {
  const named = sources.flatMap(({ entries }) =>
    entries
      .filter(({ name }) => /^(?:repo\d*-path|log-path|spool-path)$/.test(name))
      .map(({ value }) => value),
  );
  for (const directory of [...named, ...usualDirectories]) {
    const uid = await ownerOf(directory);
    if (uid === undefined || uid === 0) continue;
    const user = await lookupUserById(uid);
    if (user !== undefined) return user.name;
  }
  return undefined;
}

async function ownerOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).uid;
  } catch (error) {
    // Not there, or below a directory that is closed to us: the next one may tell.
    if ((error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}
