import { formatByteSize } from '../../model/byte-size.ts';
import type { Finding } from '../../model/finding.ts';
import { overlaps } from '../../model/is-within.ts';
import type { DiskNeed } from '../restore-plan.ts';
import type { FileSystemObservation, RestoreObservations } from './observations.ts';
import { restoreModeOf, type RestoreRequest } from './restore-request.ts';

/** Why the directories or the disks stand in the way. */
export function checkPlace(
  request: RestoreRequest,
  observations: RestoreObservations,
  disk: readonly DiskNeed[],
): Finding[] {
  const own =
    restoreModeOf(request) === 'into' ? checkInto(observations) : checkInPlace(request, observations);
  return [...own, ...checkDisks(disk, observations.disks)];
}

function checkInPlace(request: RestoreRequest, { cluster }: RestoreObservations): Finding[] {
  const path = cluster.server.node.path;
  const findings: Finding[] = [];
  if (restoreModeOf(request) === 'in-place' && cluster.isMountPoint) {
    findings.push({
      rule: 'data-directory-is-mount-point',
      severity: 'critical',
      subject: path,
      problem: 'the data directory is a mount point, so it cannot be moved aside',
      evidence: 'it lies on another file system than its parent directory',
      remedy:
        'Restore over it with --delta (what that changes is copied first), or into another directory with --into.',
    });
  }
  if (restoreModeOf(request) === 'in-place' && !cluster.parentWritable) findings.push(notWritable(path));
  if (request.delta && cluster.directory !== 'cluster') {
    findings.push({
      rule: 'delta-without-cluster',
      severity: 'critical',
      subject: path,
      problem: 'there is no readable cluster for --delta to work on',
      evidence:
        cluster.directory === 'missing' ? 'the directory does not exist' : 'it has no readable control file',
      remedy: 'Restore without --delta.',
    });
  }
  return findings;
}

function checkInto({ destination, cluster }: RestoreObservations): Finding[] {
  if (destination === undefined) throw new Error('a copy was planned without a look at its place');
  const { path } = destination;
  const findings: Finding[] = [];
  if (destination.entries > 0) {
    findings.push({
      rule: 'destination-not-empty',
      severity: 'critical',
      subject: path,
      problem: 'the directory to restore into is not empty',
      evidence: `${destination.entries} entries`,
      remedy: 'Name a directory that is empty or does not exist yet.',
    });
  }
  if (overlaps(destination.realPath, destination.productionRealPath)) {
    findings.push({
      rule: 'destination-overlaps-production',
      severity: 'critical',
      subject: path,
      problem: "the directory to restore into is production's data directory, lies in it or holds it",
      evidence: `production lives in ${destination.productionRealPath}`,
      remedy: 'Name a directory elsewhere; leave out --into to restore production itself.',
    });
  }
  if (!destination.parentWritable) findings.push(notWritable(path));
  else if (!destination.ownerCanEnter) findings.push(notEnterable(path, cluster.server.owner.name));
  if (!destination.portFree) {
    findings.push({
      rule: 'port-taken',
      severity: 'critical',
      subject: `port ${destination.port}`,
      problem: 'somebody listens on the port for the restored server',
      evidence: 'it could not be bound on 127.0.0.1',
      remedy: 'Give another one with --port, or leave the option out and a free one is taken.',
    });
  }
  return findings;
}

function notWritable(path: string): Finding {
  return {
    rule: 'parent-not-writable',
    severity: 'critical',
    subject: path,
    problem: 'Holdfast may not create or rename anything beside this directory',
    evidence: 'the parent directory is not writable for the present user',
    remedy: 'Run Holdfast as root (sudo), or let the owner of the data directory write there.',
  };
}

function notEnterable(path: string, user: string): Finding {
  return {
    rule: 'parent-not-enterable',
    severity: 'critical',
    subject: path,
    problem: `${user}, as whom pgBackRest and PostgreSQL run, may not enter the directory it lies in`,
    evidence: `tried as ${user}`,
    remedy: `Name a directory that ${user} can reach, as below /var/tmp or beside the data directory.`,
  };
}

/** Needs of one file system are added up. */
function checkDisks(disk: readonly DiskNeed[], observed: readonly FileSystemObservation[]): Finding[] {
  const byDevice = new Map<number | string, DiskNeed[]>();
  for (const need of disk) {
    const device = observed.find((one) => one.path === need.path)?.device ?? need.path;
    byDevice.set(device, [...(byDevice.get(device) ?? []), need]);
  }
  return [...byDevice.values()].flatMap((needs) => {
    const needed = needs.reduce((sum, need) => sum + need.neededBytes, 0);
    const available = Math.min(...needs.map((need) => need.availableBytes));
    if (needed <= available) return [];
    return [
      {
        rule: 'disk-too-small',
        severity: 'critical' as const,
        subject: needs.map((need) => need.path).join(', '),
        problem: 'there is not enough room for the restored cluster',
        evidence: `${formatByteSize(needed)} are needed and ${formatByteSize(available)} are free`,
        remedy:
          'Make room, or restore onto another file system with --into. The old data is kept until you remove it.',
      },
    ];
  });
}
