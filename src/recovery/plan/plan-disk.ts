import { dirname } from 'node:path';
import type { BackupSet } from '../../model/backup-set.ts';
import { defaultSegmentSize } from '../../model/wal.ts';
import type { DiskNeed, TablespaceMapping } from '../restore-plan.ts';
import type { RestoreObservations } from './observations.ts';
import { restoreModeOf, type RestoreRequest } from './restore-request.ts';

/**
 * Room that the restore takes. The old data stays, so an in-place restore needs the whole size once more; a delta
 * restore needs it for the copy of what it changes. How the size spreads over tablespaces the engine does not tell: the
 * data directory's file system is asked for the whole, other ones are only shown with what is free.
 */
export function planDisk(
  request: RestoreRequest,
  observations: RestoreObservations,
  set: BackupSet,
  tablespaces: readonly TablespaceMapping[],
): DiskNeed[] {
  const mode = restoreModeOf(request);
  const segmentSize = observations.cluster.localWal.segmentSize ?? defaultSegmentSize;
  const data = request.into ?? observations.cluster.server.node.path;
  const place = mode === 'delta' ? dirname(data) : data;
  const available = (path: string): number =>
    observations.disks.find((one) => one.path === path)?.availableBytes ?? Number.MAX_SAFE_INTEGER;
  const device = (path: string): number | undefined =>
    observations.disks.find((one) => one.path === path)?.device;
  // Recovery fetches WAL one segment at a time and needs two, and the first checkpoint some more.
  const needs: DiskNeed[] = [
    {
      path: place,
      neededBytes: sizeOf(request, observations, set) + 4 * segmentSize,
      availableBytes: available(place),
    },
  ];
  for (const { to } of tablespaces) {
    if (mode !== 'delta' && device(to) !== device(place)) {
      needs.push({ path: to, neededBytes: 0, availableBytes: available(to) });
    }
  }
  const salvaged = observations.cluster.localWal.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const state = request.configuration.stateDirectory;
  if (mode !== 'into') needs.push({ path: state, neededBytes: salvaged, availableBytes: available(state) });
  return needs;
}

/**
 * Files of databases that are left out are sparse and take nothing. The set does not say how large each database is, so
 * what production has now is taken off; where it does not answer, nothing is.
 */
function sizeOf(
  request: RestoreRequest,
  { databaseSizes = {} }: RestoreObservations,
  set: BackupSet,
): number {
  const wanted = request.databases;
  if (wanted === undefined) return set.size;
  const always = new Set([...wanted, 'postgres', 'template0', 'template1']);
  const left = Object.entries(databaseSizes).filter(([name]) => !always.has(name));
  // What has grown since the set was made may be more than the set has of it.
  const known = Object.entries(databaseSizes).reduce((sum, [, bytes]) => sum + bytes, 0);
  const share = known > set.size ? set.size / known : 1;
  return Math.ceil(set.size - share * left.reduce((sum, [, bytes]) => sum + bytes, 0));
}
