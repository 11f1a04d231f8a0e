import { formatByteSize } from '../../model/byte-size.ts';
import { findingPlace, type Finding } from '../../model/finding.ts';
import type { CheckObservations, FileSystemObservation } from '../observations.ts';

const criticalShare = 0.05;
const warningShare = 0.2;

/** There is room where pgBackRest and the server write; in a repository at least for one more full backup. */
export function assessFreeSpace(seen: CheckObservations): Finding[] {
  return seen.fileSystems.flatMap((fileSystem) =>
    judge(fileSystem, latestFullSize(seen, fileSystem.repository), seen.stanza),
  );
}

function latestFullSize(seen: CheckObservations, repository: string | undefined): number | undefined {
  const sets = seen.repositories.find(({ name }) => name === repository)?.sets ?? [];
  return sets.findLast(({ type }) => type === 'full')?.repositorySize;
}

function judge(fileSystem: FileSystemObservation, needed: number | undefined, stanza: string): Finding[] {
  const { availableBytes, totalBytes, path, purpose, repository } = fileSystem;
  const share = totalBytes === 0 ? 0 : availableBytes / totalBytes;
  const tooSmall = needed !== undefined && availableBytes < needed;
  if (share >= warningShare && !tooSmall) return [];
  const demand = tooSmall ? `; the last full backup took ${formatByteSize(needed)}` : '';
  return [
    {
      rule: 'disk-space',
      severity: share < criticalShare || tooSmall ? 'critical' : 'warning',
      ...(repository === undefined
        ? { ...findingPlace(stanza), subject: path }
        : findingPlace(stanza, repository)),
      problem: tooSmall ? 'there is no room for another full backup' : `there is little room for ${purpose}`,
      evidence: `${path}: ${formatByteSize(availableBytes)} of ${formatByteSize(totalBytes)} are free (${(share * 100).toFixed(1)} %)${demand}`,
      remedy: 'Make room, enlarge the file system, or keep fewer backups (retention).',
    },
  ];
}
