import type { Configuration } from '../../config/configuration.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed } from '../../model/duration.ts';
import { findingPlace, type Finding } from '../../model/finding.ts';
import { formatLsn, parseSegmentName, segmentName, segmentStart } from '../../model/wal.ts';
import type { ArchiveObservation, ArchiveSighting } from '../archive-observation.ts';
import { comparePosition, listedAt, type PositionComparison } from '../compare-position.ts';
import type { PrimaryObservation, PrimarySighting, TrackPoint } from '../primary-observation.ts';
import { believe } from '../sighting.ts';
import { instant } from '../../model/instant.ts';

/** Behind for so long it is critical also where no objective says so: an archive that stands still. Milliseconds. */
const standstillMs = 60 * 60_000;
/** A claim that was read this long before the listing began must be true in it. Milliseconds. */
const settleMs = 2000;

/**
 * What the primary wrote is in every repository. Says nothing where the primary or the archive is unknown: other rules
 * say that.
 */
export function assessPosition(
  configuration: Configuration,
  primaries: readonly PrimarySighting[],
  archives: readonly ArchiveSighting[],
  now: number,
): Finding[] {
  return archives.flatMap(({ stanza: name, repository, archive }) => {
    const stanza = configuration.stanzas.find((candidate) => candidate.name === name);
    const primary = primaries.find((sighting) => sighting.stanza === name)?.primary;
    const judged = comparePosition(primary, archive, now);
    const server = believe(primary, now);
    const store = believe(archive, now);
    if (stanza === undefined || !judged.known || server === undefined || store === undefined) return [];
    const seen = { server, store, storeAt: listedAt({ at: archive.observedAt ?? now, value: store }) };
    const place = findingPlace(name, repository);
    return [
      ...judgeBehind(place, judged.comparison, seen, stanza.objectives.rpo),
      ...judgeClaim(place, seen),
    ];
  });
}

interface Seen {
  readonly server: PrimaryObservation;
  readonly store: ArchiveObservation;
  readonly storeAt: number;
}

type Place = ReturnType<typeof findingPlace>;

function judgeBehind(
  place: Place,
  comparison: PositionComparison,
  { server, store }: Seen,
  rpo: number | undefined,
): Finding[] {
  if (comparison.state !== 'behind') return [];
  const { behindMs = 0, behindBytes, behindSegments, isAtLeast, at } = comparison;
  const limit = rpo === undefined ? standstillMs : rpo * 1000;
  const since = isAtLeast ? `at least ${formatElapsed(behindMs)}` : formatElapsed(behindMs);
  const newest = store.newest === undefined ? 'no segment is there' : `the newest is ${store.newest.segment}`;
  return [
    {
      rule: 'archive-behind',
      severity: behindMs > limit ? 'critical' : 'warning',
      ...place,
      problem: 'WAL that the primary wrote is not in the repository',
      evidence: `${newest}; the primary was at ${formatLsn(server.insertLsn)}, timeline ${server.timeline}: ${behindSegments} full segments, ${formatByteSize(behindBytes)}, for ${since} (as of ${instant(at)})`,
      remedy:
        'Read the server log and the archive-push log of pgBackRest. What is missing can not be restored, and it is lost when pg_wal is.',
    },
  ];
}

/**
 * What pg_stat_archiver called archived before the archive was listed must be in it. It is not where archive_command
 * ends well without archiving (`… || true`), and where archive-push-queue-max drops WAL and reports success.
 */
function judgeClaim(place: Place, { server, store, storeAt }: Seen): Finding[] {
  // What the primary before a promotion claimed is of the old timeline, which may have gone further than the new one began.
  const claim = server.track.findLast(
    ({ at, timeline, claimedEnd }) =>
      claimedEnd !== undefined && timeline === server.timeline && at <= storeAt - settleMs,
  );
  if (claim?.claimedEnd === undefined || hasGoneBack(server.track, claim)) return [];
  const { segmentSize, timeline } = server;
  const newest = store.newest === undefined ? undefined : parseSegmentName(store.newest.segment, segmentSize);
  const archivedEnd = newest === undefined ? 0n : segmentStart(newest.number + 1n, segmentSize);
  if (claim.claimedEnd <= archivedEnd) return [];
  const number = claim.claimedEnd / BigInt(segmentSize) - 1n;
  const missing = Number((claim.claimedEnd - archivedEnd) / BigInt(segmentSize));
  return [
    {
      rule: 'archived-but-missing',
      severity: 'critical',
      ...place,
      problem: 'the server was told that WAL is archived which is not in the repository',
      evidence: `pg_stat_archiver at ${instant(claim.at)}: ${segmentName({ timeline, number }, segmentSize)} was archived; in the repository at ${instant(storeAt)}: ${store.newest?.segment ?? 'no segment'}${newest === undefined ? '' : `, ${missing} segments before it`}`,
      remedy:
        'That WAL is lost: PostgreSQL removes what it takes for archived. Look at archive_command (nothing may hide its exit code) and remove archive-push-queue-max, then take a backup: holdfast backup --type full.',
    },
  ];
}

/** What a former database of this stanza claimed says nothing of this one. */
function hasGoneBack(track: readonly TrackPoint[], from: TrackPoint): boolean {
  const later = track.slice(track.indexOf(from));
  return later.some((point, index) => point.lsn < (later[index - 1]?.lsn ?? point.lsn));
}
