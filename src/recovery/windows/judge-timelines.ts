import type {
  ForeignWal,
  LeftTimeline,
  TimelineInArchive,
  TimelineStanding,
} from '../../model/archive-timeline.ts';
import { hex8, historyFileName, segmentNumberOf, type Lsn, type TimelineSwitch } from '../../model/wal.ts';
import type { KnownTimeline } from '../../store/timeline-memory.ts';
import { countRows, eachRun, lowAt } from '../wal/archive-directory.ts';
import { eachSegment, findSegment, listDuplicates, type ArchiveLedger } from '../wal/ledger.ts';

/** The way of production, as it was seen or is remembered. */
export interface ProductionWay {
  readonly timeline: number;
  /** Its ancestors, oldest first. */
  readonly history: readonly TimelineSwitch[];
  /**
   * Where it was at a look that began after the archive had been listed. Undefined: it was not seen since, and nobody can
   * say what is not its own. Only such a look can: right after a failover the archive has the new timeline before anybody
   * has looked at the new primary.
   */
  readonly seenAfterwards: { readonly insertLsn: Lsn } | undefined;
}

export interface ArchiveTimelines {
  readonly ledger: ArchiveLedger;
  /** Ancestors by timeline, of the history files in the archive that were read. */
  readonly histories: ReadonlyMap<number, readonly TimelineSwitch[]>;
  /** Undefined: production was never seen. */
  readonly production: ProductionWay | undefined;
  readonly known: readonly KnownTimeline[];
  /**
   * Where production was seen last on a timeline between two moments, epoch milliseconds. It gives undefined where nothing
   * is remembered of that.
   */
  readonly lastPosition?: ((timeline: number, from: number, until: number) => Lsn | undefined) | undefined;
}

export interface TimelineJudgement {
  /** By number. */
  readonly timelines: readonly TimelineInArchive[];
  readonly foreign: readonly ForeignWal[];
  /** Timelines that somebody still writes although production has left them. */
  readonly goingOn: readonly LeftTimeline[];
}

/**
 * Says of every timeline in an archive whether production wrote it. A timeline is foreign when production, seen after the
 * archive, is on another one and has it neither among its ancestors nor ever been on it, and when it is higher than
 * production's (a plain restore would follow it) or came while production was watched. An older one of which nothing is
 * known stays unknown: it may be from before Holdfast.
 */
export function judgeTimelines(archive: ArchiveTimelines): TimelineJudgement {
  const { ledger, histories, production, known } = archive;
  const numbers = new Set([...ledger.timelines.keys(), ...ledger.histories]);
  const timelines = [...numbers]
    .toSorted((left, right) => left - right)
    .map((timeline): TimelineInArchive => {
      const parts = measureTimeline(ledger, timeline);
      const parent = histories.get(timeline)?.at(-1) ?? parentOf(known, timeline);
      return {
        timeline,
        ...parts,
        hasHistory: ledger.histories.includes(timeline),
        ...(parent === undefined ? {} : { parent: parent.timeline }),
        standing: judgeStanding(archive, timeline),
      };
    });
  const foreign = timelines
    .filter(({ standing }) => standing === 'foreign')
    .map(({ timeline }) => describeForeign(archive, timeline));
  return {
    timelines,
    foreign: [
      ...foreign,
      ...findAhead(archive),
      ...findDuplicates(ledger, production?.timeline),
      ...findOtherHistories(archive),
    ],
    goingOn: findGoingOn(archive),
  };
}

function parentOf(
  known: readonly KnownTimeline[],
  timeline: number,
): { readonly timeline: number } | undefined {
  const parent = known.find((one) => one.timeline === timeline)?.parent;
  return parent === undefined ? undefined : { timeline: parent };
}

function judgeStanding(archive: ArchiveTimelines, timeline: number): TimelineStanding {
  const { production, known } = archive;
  if (production !== undefined) {
    const isOnWay =
      timeline === production.timeline || production.history.some((one) => one.timeline === timeline);
    if (isOnWay) return 'production';
  }
  const memory = known.find((one) => one.timeline === timeline);
  if (memory !== undefined) return memory.source === 'accepted' ? 'accepted' : 'former';
  if (production?.seenAfterwards === undefined) return 'unknown';
  if (timeline > production.timeline) return 'foreign';
  const watchedSince = Math.min(
    ...known.filter(({ source }) => source === 'primary').map(({ firstSeen }) => firstSeen),
  );
  const came = firstStoredAt(archive.ledger, timeline);
  return came !== undefined && came > watchedSince ? 'foreign' : 'unknown';
}

/** Counted by runs: the timeline of production has millions of segments. */
function measureTimeline(
  ledger: ArchiveLedger,
  timeline: number,
): Pick<TimelineInArchive, 'firstSegment' | 'lastSegment' | 'segments' | 'lastStoredAt'> {
  let segments = 0;
  let first: string | undefined;
  let last: string | undefined;
  for (const directory of ledger.timelines.get(timeline) ?? []) {
    for (const run of eachRun(directory)) {
      segments += run.last - run.first + 1;
      first ??= directory.name + hex8(run.first);
      last = directory.name + hex8(run.last);
    }
  }
  const stored = last === undefined ? undefined : findSegment(ledger, last)?.storedAt;
  return {
    firstSegment: first,
    lastSegment: last,
    segments,
    lastStoredAt: stored === undefined ? undefined : stored * 1000,
  };
}

/** Epoch milliseconds, by the repository's clock. */
function firstStoredAt(ledger: ArchiveLedger, timeline: number): number | undefined {
  let first: number | undefined;
  for (const { storedAt } of eachSegment(ledger, timeline)) {
    if (first === undefined || storedAt < first) first = storedAt;
  }
  return first === undefined ? undefined : first * 1000;
}

function describeForeign({ ledger, production }: ArchiveTimelines, timeline: number): ForeignWal {
  const { firstSegment, segments } = measureTimeline(ledger, timeline);
  return {
    why: 'timeline-unknown-to-production',
    timeline,
    firstFile: firstSegment ?? historyFileName(timeline),
    files: segments + (ledger.histories.includes(timeline) ? 1 : 0),
    firstStoredAt: firstStoredAt(ledger, timeline),
    safeTimeline: production?.timeline,
  };
}

/**
 * Segments of production's own timeline that it had not written yet when it was looked at after the archive: a whole
 * segment is archived when the position has left it.
 */
function findAhead({ ledger, production }: ArchiveTimelines): ForeignWal[] {
  if (production?.seenAfterwards === undefined) return [];
  const { timeline, seenAfterwards } = production;
  const present = segmentNumberOf(seenAfterwards.insertLsn, ledger.segmentSize);
  if (!reaches(ledger, timeline, present)) return [];
  const ahead = [...eachSegment(ledger, timeline)].filter(({ number }) => number >= present);
  const [first] = ahead;
  if (first === undefined) return [];
  return [
    {
      why: 'ahead-of-production',
      timeline,
      firstFile: first.name,
      files: ahead.length,
      firstStoredAt: Math.min(...ahead.map(({ storedAt }) => storedAt)) * 1000,
      safeTimeline: timeline,
    },
  ];
}

/** Whether the last directory of a timeline has anything from this number on. */
function reaches(ledger: ArchiveLedger, timeline: number, number: bigint): boolean {
  const last = ledger.timelines.get(timeline)?.at(-1);
  if (last === undefined) return false;
  const row = lowAt(last, countRows(last) - 1);
  return BigInt(last.high) * BigInt(ledger.perDirectory) + BigInt(row) >= number;
}

/** What a former primary hands over late, when it comes back, comes within this time. Milliseconds. */
const leftoverMs = 60_000;

/**
 * Segments of an ancestor behind the one in which production left it, stored after production was seen on its child: the
 * former primary is alive. (What it had not replicated when it died is older than that.) What it was seen to have written
 * before is none of that, whenever it comes: a host that is repaired hours later hands over what it had not archived.
 */
function findGoingOn(archive: ArchiveTimelines): LeftTimeline[] {
  const { ledger, production, known } = archive;
  const history = production?.history ?? [];
  return history.flatMap(({ timeline, switchLsn }, index): LeftTimeline[] => {
    const leftFor = history[index + 1]?.timeline ?? production?.timeline ?? timeline;
    const child = known.find((one) => one.timeline === leftFor && one.source === 'primary');
    const left = segmentNumberOf(switchLsn, ledger.segmentSize);
    if (child === undefined || !reaches(ledger, timeline, left + 1n)) return [];
    const written = lastWritten(archive, timeline, child.firstSeen);
    const behind = written === undefined || written < left ? left : written;
    const after = [...eachSegment(ledger, timeline)].filter(
      ({ number, storedAt }) => number > behind && storedAt * 1000 > child.firstSeen + leftoverMs,
    );
    const [first] = after;
    if (first === undefined) return [];
    const lastStoredAt = Math.max(...after.map(({ storedAt }) => storedAt)) * 1000;
    return [{ timeline, leftFor, firstSegment: first.name, segments: after.length, lastStoredAt }];
  });
}

/** The segment that production was writing when it was seen for the last time before it left the timeline. */
function lastWritten(
  { ledger, known, lastPosition }: ArchiveTimelines,
  timeline: number,
  leftAt: number,
): bigint | undefined {
  const from = known.find((one) => one.timeline === timeline)?.firstSeen;
  const lsn = from === undefined ? undefined : lastPosition?.(timeline, from, leftAt);
  return lsn === undefined ? undefined : segmentNumberOf(lsn, ledger.segmentSize);
}

/** Two servers archived into one place. */
function findDuplicates(ledger: ArchiveLedger, safeTimeline: number | undefined): ForeignWal[] {
  const names = listDuplicates(ledger);
  const [first] = names;
  if (first === undefined) return [];
  const stored = findSegment(ledger, first);
  return [
    {
      why: 'different-contents',
      timeline: Number.parseInt(first.slice(0, 8), 16),
      firstFile: first,
      files: names.length,
      firstStoredAt: stored === undefined ? undefined : stored.storedAt * 1000,
      safeTimeline,
    },
  ];
}

/** A history file of a timeline on production's way that tells of another way: somebody else made that timeline first. */
function findOtherHistories({ histories, production }: ArchiveTimelines): ForeignWal[] {
  if (production === undefined) return [];
  const own = [...production.history.map(({ timeline }) => timeline), production.timeline];
  return own.flatMap((timeline, index): ForeignWal[] => {
    const stored = histories.get(timeline);
    if (stored === undefined || isSameWay(stored, production.history.slice(0, index))) return [];
    return [
      {
        why: 'different-contents',
        timeline,
        firstFile: historyFileName(timeline),
        files: 1,
        firstStoredAt: undefined,
        safeTimeline: production.timeline,
      },
    ];
  });
}

function isSameWay(left: readonly TimelineSwitch[], right: readonly TimelineSwitch[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ timeline, switchLsn }, index) => {
      const other = right[index];
      return other?.timeline === timeline && other.switchLsn === switchLsn;
    })
  );
}
