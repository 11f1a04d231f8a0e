import type { ForeignWal, TimelineInArchive } from '../../model/archive-timeline.ts';
import type { Finding } from '../../model/finding.ts';
import { hex8, historyFileName } from '../../model/wal.ts';
import type { ArchiveObservation } from '../archive-observation.ts';
import type { ArchivePlace } from './archives.ts';

/** WAL that no server of production wrote: a plain restore may follow it, and then production's rows are gone. */
export function judgeForeign(place: ArchivePlace, seen: ArchiveObservation): Finding[] {
  return seen.foreign.map((foreign) => {
    switch (foreign.why) {
      case 'timeline-unknown-to-production':
        return foreignTimeline(place, foreign, seen.archiveId ?? '');
      case 'ahead-of-production':
        return aheadOfProduction(place, foreign);
      case 'different-contents':
        return foreign.firstFile.endsWith('.history')
          ? otherHistory(place, foreign)
          : storedTwice(place, foreign, seen);
    }
  });
}

const findTheCopy =
  "Find the copy of production that archives here (a drill, a clone, a test machine with production's configuration) and stop it, or set archive_mode = off there.";

function foreignTimeline(place: ArchivePlace, foreign: ForeignWal, archiveId: string): Finding {
  const { timeline, safeTimeline, firstFile, files } = foreign;
  const { stanza, repository, subject } = place;
  const directory = `archive/${stanza}/${archiveId}`;
  const safe = safeTimeline ?? 'N';
  return {
    rule: 'foreign-timeline',
    severity: 'critical',
    ...place,
    subject: `${subject}, timeline ${timeline}`,
    problem: `timeline ${timeline} is in the archive, and production never was on it`,
    evidence: `the first of its ${count(files)} is ${firstFile}, ${whenStored(foreign)}; production is on timeline ${safe}`,
    remedy: `${findTheCopy} Until its WAL is gone a plain pgbackrest restore may follow it: name the timeline, --type=default --target-timeline=${safe} (holdfast restore always does). When it is certain that nobody needs it, keep a copy of ${directory}/${hex8(timeline)}* and take it away: pgbackrest repo-rm --recurse ${directory}/${hex8(timeline)}… for each of its directories, and repo-rm ${directory}/${historyFileName(timeline)}. If it is production's after all: holdfast timelines --stanza ${stanza} --repo ${repository} --accept ${timeline} --because "…".`,
  };
}

function aheadOfProduction(place: ArchivePlace, foreign: ForeignWal): Finding {
  const { timeline, firstFile, files } = foreign;
  return {
    rule: 'foreign-wal',
    severity: 'critical',
    ...place,
    subject: `${place.subject}, WAL of timeline ${timeline}`,
    problem: `WAL of production's timeline ${timeline} is in the archive that production has not written yet`,
    evidence: `the first of ${count(files)} is ${firstFile}, ${whenStored(foreign)}; the primary was looked at afterwards and had not come so far`,
    remedy: `${findTheCopy} When production comes to these positions its own segments will be refused (error 45), and archiving stops. Take a full backup into another repository now; then let the foreign segments be kept elsewhere and taken away with pgbackrest repo-rm.`,
  };
}

function otherHistory(place: ArchivePlace, { timeline, firstFile }: ForeignWal): Finding {
  return {
    rule: 'foreign-wal',
    severity: 'critical',
    ...place,
    subject: `${place.subject}, history of timeline ${timeline}`,
    problem: `the archive's history of timeline ${timeline} is not production's`,
    evidence: `${firstFile} in the archive names other ancestors or another position than the primary's own`,
    remedy: `${findTheCopy} A restore would follow the wrong way: get the file from pg_wal of the primary and compare it with pgbackrest repo-get; take a full backup into another repository before anything is changed here.`,
  };
}

function storedTwice(
  place: ArchivePlace,
  foreign: ForeignWal,
  { duplicates, duplicateCount }: ArchiveObservation,
): Finding {
  return {
    rule: 'wal-duplicate',
    severity: 'critical',
    ...place,
    problem: 'WAL segments are stored twice with different contents: two servers archived into one place',
    evidence: `${duplicates.slice(0, 5).join(', ')}${duplicateCount > 5 ? ` and ${duplicateCount - 5} more` : ''}; the younger of the first was ${whenStored(foreign)}`,
    remedy: `${findTheCopy} Which of the two a restore reads is not certain: take a full backup now, and restore to times before it only up to the first of these segments or from another repository.`,
  };
}

/** Timelines that nothing tells of, and those that a plain restore would follow although production left them. */
export function judgeStandings(place: ArchivePlace, seen: ArchiveObservation): Finding[] {
  return seen.timelines.flatMap((timeline) => [
    ...(timeline.standing === 'unknown' ? [timelineUnknown(place, timeline, seen)] : []),
    ...leftBehind(place, timeline, seen.followed?.timeline),
  ]);
}

function timelineUnknown(
  place: ArchivePlace,
  { timeline, firstSegment, segments }: TimelineInArchive,
  { followed }: ArchiveObservation,
): Finding {
  const { stanza, repository, subject } = place;
  const why =
    followed?.from === 'primary'
      ? "it is older than what Holdfast remembers, and no ancestor of production's timeline"
      : 'the primary was not seen after the archive';
  return {
    rule: 'timeline-unknown',
    severity: 'warning',
    ...place,
    subject: `${subject}, timeline ${timeline}`,
    problem: `it is not known whether production made timeline ${timeline}`,
    evidence: `${segments} segments${firstSegment === undefined ? '' : `, the first is ${firstSegment}`}; ${why}`,
    remedy: `Where the primary can be reached it is settled by itself. Otherwise find out who made it; if it is production's: holdfast timelines --stanza ${stanza} --repo ${repository} --accept ${timeline} --because "…".`,
  };
}

function leftBehind(
  place: ArchivePlace,
  { timeline, standing }: TimelineInArchive,
  followed: number | undefined,
): Finding[] {
  if ((standing !== 'former' && standing !== 'accepted') || followed === undefined || timeline < followed)
    return [];
  return [
    {
      rule: 'newer-timeline-left',
      severity: 'advice',
      ...place,
      subject: `${place.subject}, timeline ${timeline}`,
      problem: `the archive has timeline ${timeline}, and production went back to timeline ${followed}`,
      evidence: `timeline ${timeline} is ${standing === 'former' ? 'one that production was on' : 'accepted by a person'}`,
      remedy: `A plain pgbackrest restore follows the highest timeline: name the right one, --target-timeline=${followed} (holdfast restore always does).`,
    },
  ];
}

function count(files: number): string {
  return files === 1 ? 'one file' : `${files} files`;
}

function whenStored({ firstStoredAt }: ForeignWal): string {
  return firstStoredAt === undefined
    ? 'stored at a time that is not known'
    : `stored at ${new Date(firstStoredAt).toISOString()}`;
}
