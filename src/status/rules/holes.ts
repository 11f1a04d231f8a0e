import type { Finding } from '../../model/finding.ts';
import type { Hole, RepositoryWindows, WindowEdge } from '../../model/window.ts';
import type { ArchivePlace } from './archives.ts';

/**
 * A hole is critical as long as no set behind it can be restored: nothing that was committed since is safe. Behind a set
 * it is the past, and only the times in it are lost. What retention took is none.
 */
export function judgeHoles(place: ArchivePlace, { holes }: RepositoryWindows): Finding[] {
  return holes
    .filter(({ why }) => why === 'lost')
    .map((hole) => (hole.lostTo === undefined ? openHole(place, hole) : closedHole(place, hole)));
}

function openHole(place: ArchivePlace, hole: Hole): Finding {
  const { stanza, repository, subject } = place;
  return {
    rule: 'wal-hole',
    severity: 'critical',
    ...place,
    subject: `${subject}, WAL from ${hole.first}`,
    problem: `WAL is missing: nothing that was committed after ${describeEdge(hole.lostFrom)} can be restored from here`,
    evidence: `${describeMissing(hole)}; no backup set begins behind it`,
    remedy: `Take a backup at once, with which a new window begins: holdfast backup --type full --stanza ${stanza} --repo ${repository}. Look whether the segment is still in pg_wal of a server or in another repository before it is removed there.`,
  };
}

function closedHole(place: ArchivePlace, hole: Hole): Finding {
  const to = hole.lostTo === undefined ? '' : new Date(hole.lostTo.time).toISOString();
  return {
    rule: 'wal-hole-behind',
    severity: 'advice',
    ...place,
    subject: `${place.subject}, WAL from ${hole.first}`,
    problem: `times between ${describeEdge(hole.lostFrom)} and ${to} cannot be restored from here`,
    evidence: `${describeMissing(hole)}; a window begins again with set ${hole.lostTo?.set ?? ''}`,
    remedy:
      'Nothing is to be done for the present: a new window has begun. The hole goes when the sets before it are expired; restore to those times from another repository if one has them.',
  };
}

function describeMissing({ first, last, segments, timeline }: Hole): string {
  const which = segments === 1 ? first : `${first} to ${last}, ${segments} segments`;
  return `not in the archive: ${which}, of timeline ${timeline}`;
}

function describeEdge({ time, timeFrom, segment }: WindowEdge): string {
  if (time === undefined) return 'the oldest backup set';
  const at = new Date(time).toISOString();
  if (timeFrom === 'stored') return `about ${at} (when segment ${segment} was stored)`;
  return timeFrom === 'set' ? `${at} (the end of a backup set)` : at;
}
