import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pushSegment } from '../../engine/archive-push.ts';
import type { SetupContext } from './setup-deps.ts';

/**
 * Gives new repositories the history of the timeline that the server is on. PostgreSQL archives a history file once, when
 * a timeline begins; a repository that is made later never gets it, and a restore from there which names the timeline ends
 * with "recovery target timeline N does not exist" (`src/backend/access/transam/xlogrecovery.c`). Repositories that have
 * the file answer that it is there already.
 *
 * The newest in pg_wal is that of the server: the control file has a new timeline only after the next checkpoint.
 *
 * @throws Failure as pushSegment; nothing is pushed on the first timeline, or on a host without the server
 */
export async function archiveHistory({
  engine,
  stanza,
  server,
  signal,
  onSpawn,
}: SetupContext): Promise<void> {
  if (server === undefined) return;
  const directory = join(server.node.path, 'pg_wal');
  // Where this user may not look, pgBackRest could not read the file either.
  const names = await readdir(directory).catch(() => []);
  const newest = names
    .filter((name) => /^[0-9A-F]{8}\.history$/.test(name))
    .toSorted()
    .at(-1);
  if (newest === undefined) return;
  await pushSegment(engine, { stanza: stanza.name, file: join(directory, newest) }, { signal, onSpawn });
}
