import { wholeSegmentOf } from '../../model/wal.ts';

/**
 * Whole segments by the archive that they are of. After a stanza-upgrade to a new cluster the names begin anew: a name
 * alone says nothing.
 *
 * @param files below the archive directory of the stanza: `15-2/0000000100000000/000000010000000000000006-….gz`
 */
export function segmentsByArchive(files: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const archives = new Map<string, Set<string>>();
  for (const file of files) {
    const [archiveId = '', ...below] = file.split('/');
    const segment = wholeSegmentOf(below.at(-1) ?? '');
    if (segment === undefined) continue;
    const segments = archives.get(archiveId) ?? new Set();
    archives.set(archiveId, segments.add(segment));
  }
  return archives;
}
