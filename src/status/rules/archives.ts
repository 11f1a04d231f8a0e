import type { Configuration } from '../../config/configuration.ts';
import { findingPlace, type Finding } from '../../model/finding.ts';
import type { RepositoryWindows } from '../../model/window.ts';
import type { ArchiveObservation, ArchiveSighting } from '../archive-observation.ts';
import { explainUnknown } from '../sighting.ts';
import { judgeForeign, judgeStandings } from './foreign-wal.ts';
import { judgeGoingOn } from './going-on.ts';
import { judgeHoles } from './holes.ts';
import { judgeInfoCopies } from './info-copies.ts';
import { judgeOtherCluster } from './other-cluster.ts';

export type ArchivePlace = ReturnType<typeof findingPlace>;

/**
 * What the WAL archive of each repository makes possible, as long as its sighting may be believed: holes, sets that
 * cannot be restored, WAL that production never wrote.
 */
export function assessArchives(
  configuration: Configuration,
  archives: readonly ArchiveSighting[],
  now: number,
): Finding[] {
  return archives.flatMap(({ stanza, repository, archive }) => {
    if (!configuration.stanzas.some(({ name }) => name === stanza)) return [];
    const place = findingPlace(stanza, repository);
    const unknown = explainUnknown(archive, now);
    if (unknown !== undefined || archive.value === undefined)
      return [archiveUnknown(place, unknown ?? 'nothing was seen')];
    const seenAt = ` (seen at ${new Date(archive.observedAt ?? now).toISOString()})`;
    return [...judgeArchive(place, archive.value), ...judgeGoingOn(place, archive.value, now)].map(
      (finding) => ({
        ...finding,
        evidence: finding.evidence + seenAt,
      }),
    );
  });
}

function archiveUnknown(place: ArchivePlace, evidence: string): Finding {
  return {
    rule: 'archive-unknown',
    severity: 'critical',
    ...place,
    problem: 'it is not known which WAL is in the repository now',
    evidence,
    remedy: `Run holdfast windows --stanza ${place.stanza} --repo ${place.repository}, and look at the repository and its access.`,
  };
}

function judgeArchive(place: ArchivePlace, seen: ArchiveObservation): Finding[] {
  // A repository without the stanza: no-backup and repository-not-ok say so.
  if (seen.archiveId === undefined) return [];
  return [
    ...judgeOtherCluster(place, seen.otherCluster),
    ...judgeForeign(place, seen),
    ...judgeStandings(place, seen),
    ...(seen.windows === undefined
      ? [windowsUnknown(place)]
      : [...judgeHoles(place, seen.windows), ...judgeSets(place, seen.windows)]),
    ...judgePartials(place, seen),
    ...judgeInfoCopies(place, seen.infoFiles),
  ];
}

function windowsUnknown(place: ArchivePlace): Finding {
  return {
    rule: 'windows-unknown',
    severity: 'critical',
    ...place,
    problem: 'it is not known which times can be restored: production was never seen by this Holdfast',
    evidence: 'no timeline of production is remembered, and the primary could not be looked at',
    remedy: `Run holdfast check --stanza ${place.stanza} where the primary can be reached, and see that its address in holdfast.yaml is right.`,
  };
}

function judgeSets(place: ArchivePlace, { contiguous, unusable }: RepositoryWindows): Finding[] {
  const { stanza, repository, subject } = place;
  const backup = `Take a new full backup: holdfast backup --type full --stanza ${stanza} --repo ${repository}.`;
  const own = unusable.filter(({ why }) => why !== 'former');
  const broken = own.filter(({ why }) => why === 'broken');
  const findings = broken.map(({ set, problem }): Finding => {
    return {
      rule: 'set-unusable',
      severity: 'warning',
      ...place,
      subject: `${subject}, set ${set}`,
      problem: 'this backup set cannot be restored, although info lists it',
      evidence: problem,
      remedy: `${backup} Expire this one with holdfast expire, or with pgbackrest expire --set=${set}.`,
    };
  });
  if (contiguous.length > 0 || unusable.length === 0) return findings;
  if (own.length === 0) return [noBackupSinceUpgrade(place, unusable)];
  const [last] = own.slice(-1);
  return [
    {
      rule: 'no-usable-set',
      severity: 'critical',
      ...place,
      problem: 'none of its backup sets can be restored',
      evidence: `${own.length} listed; the newest, ${last?.set}: ${last?.problem}`,
      remedy: `${backup} Until then restore from another repository.`,
    },
    ...findings,
  ];
}

/** Sets of the former version are good and restore it; of the present one there is nothing. */
function noBackupSinceUpgrade(place: ArchivePlace, former: RepositoryWindows['unusable']): Finding {
  const { stanza, repository } = place;
  return {
    rule: 'no-backup-since-upgrade',
    severity: 'critical',
    ...place,
    problem:
      'every backup here is of the database before stanza-upgrade: nothing of the present one can be restored',
    evidence: `${former.length} listed; the newest is ${former.at(-1)?.set}`,
    remedy: `Take a full backup: holdfast backup --type full --stanza ${stanza} --repo ${repository}. The older ones stay good for the version that they are of, until they are expired.`,
  };
}

function judgePartials(place: ArchivePlace, { partials }: ArchiveObservation): Finding[] {
  const [first] = partials;
  if (first === undefined) return [];
  return [
    {
      rule: 'partial-segments',
      severity: 'advice',
      ...place,
      problem: 'the repository has partial segments: what a server that was promoted kept of its last one',
      evidence: partials.length === 1 ? first : `${first} and ${partials.length - 1} more`,
      remedy:
        'Nothing needs to be done. A restore never reads them; they go with the WAL around them when it is expired.',
    },
  ];
}
