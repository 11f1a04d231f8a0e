import type { Stanza } from '../../config/configuration.ts';
import { measureStore, type StoredWal, type StoreMeasures } from '../../cost/measure-store.ts';
import type { Engine } from '../../engine/engine.ts';
import { listRepository } from '../../engine/repo-list.ts';
import type { BackupType } from '../../model/backup-set.ts';
import type { Repository } from '../../model/repository.ts';
import { countRows, storedAtAt, storedBytesAt } from '../../recovery/wal/archive-directory.ts';
import { listWholeArchive } from '../../recovery/wal/list-archive.ts';
import type { CommandContext } from '../context.ts';
import type { KnownBegin } from './read-begin.ts';

/** WAL of so many days before the newest segment tells how much there is in a day. */
const walDays = 14;

/**
 * Measures a repository: sizes from the catalogue, files of the newest set of each type and WAL from listings.
 *
 * @throws Failure as listRepository
 */
export async function measureRepository(
  { stanza, repository }: { readonly stanza: Stanza; readonly repository: Repository },
  begin: KnownBegin,
  engine: Engine,
  context: CommandContext,
): Promise<StoreMeasures> {
  const run = { signal: context.signal, onSpawn: context.onSpawn };
  const files: Partial<Record<BackupType, number>> = {};
  for (const type of ['full', 'diff', 'incr'] as const) {
    const newest = begin.sets.findLast((set) => set.type === type);
    if (newest === undefined) continue;
    const path = `backup/${stanza.name}/${newest.label}`;
    const request = { stanza: stanza.name, repositoryKey: repository.key, path, recurse: true };
    const entries = await listRepository(engine, request, run);
    files[type] = entries.filter((entry) => entry.type === 'file').length;
  }
  const wal = await measureWal({ stanza, repository, engine }, begin, run);
  return measureStore(begin.sets, files, wal, repository.bundle ?? true);
}

async function measureWal(
  place: { readonly stanza: Stanza; readonly repository: Repository; readonly engine: Engine },
  { archiveId, now }: KnownBegin,
  run: Parameters<typeof listWholeArchive>[2],
): Promise<StoredWal | undefined> {
  if (archiveId === undefined) return undefined;
  const { stanza, repository, engine } = place;
  const archive = { engine, stanza: stanza.name, repositoryKey: repository.key, archiveId };
  const { directories } = await listWholeArchive(archive, now, run);
  const stored: { readonly at: number; readonly bytes: number }[] = [];
  for (const directory of directories) {
    for (let index = 0; index < countRows(directory); index += 1)
      stored.push({ at: storedAtAt(directory, index) * 1000, bytes: storedBytesAt(directory, index) });
  }
  stored.sort((left, right) => left.at - right.at);
  const last = stored.at(-1)?.at ?? 0;
  const recent = stored.filter(({ at }) => at >= last - walDays * 86_400_000);
  const first = recent[0]?.at ?? last;
  // What came first was written before the time that is looked at began.
  const within = recent.slice(1);
  return {
    bytes: within.reduce((sum, { bytes }) => sum + bytes, 0),
    segments: within.length,
    overMs: last - first,
  };
}
