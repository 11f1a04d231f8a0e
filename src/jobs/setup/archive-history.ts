import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { pushSegment } from '../../engine/archive-push.ts';
import { historyFileName } from '../../model/wal.ts';
import { readControlData } from '../../postgres/read-control-data.ts';
import type { SetupContext } from './setup-deps.ts';

/**
 * Gives new repositories the history of the timeline that the server is on. PostgreSQL archives a history file once, when
 * a timeline begins; a repository that is made later never gets it, and a restore from there which names the timeline ends
 * with "recovery target timeline N does not exist" (`src/backend/access/transam/xlogrecovery.c`). Repositories that have
 * the file answer that it is there already.
 *
 * @throws Failure as pushSegment; nothing is pushed on a timeline that has no history, or on a host without the server
 */
export async function archiveHistory({
  engine,
  stanza,
  server,
  signal,
  onSpawn,
}: SetupContext): Promise<void> {
  if (server === undefined) return;
  const { timeline } = await readControlData(server);
  const file = join(server.node.path, 'pg_wal', historyFileName(timeline));
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (timeline > 1 && isThere) await pushSegment(engine, { stanza: stanza.name, file }, { signal, onSpawn });
}
