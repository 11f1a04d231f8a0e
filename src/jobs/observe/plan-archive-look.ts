import {
  type ArchiveDirectory,
  countRows,
  eachRun,
  storedAtAt,
} from '../../recovery/wal/archive-directory.ts';

/** What a look at a WAL archive begins with. */
export interface ArchiveLookInput {
  /** What is remembered. */
  readonly known: readonly ArchiveDirectory[];
  /** What is there now, names only. */
  readonly present: readonly string[];
  /** Segments in a directory. */
  readonly perDirectory: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Since the last look, milliseconds. */
  readonly elapsedMs: number;
  /** Within this time each directory is to be listed again, milliseconds. */
  readonly recheckMs: number;
}

export interface ArchiveLookPlan {
  /** Names in the order in which they are to be listed. */
  readonly list: readonly string[];
  /** Names of directories that are not there any more. */
  readonly gone: readonly string[];
}

/**
 * Which directories must be listed again. A listing tells no time of a directory, so that these are chosen: new ones;
 * those in which segments may still arrive (the newest of each timeline that is in use, and those that are not full or
 * have a hole where something was stored lately, because asynchronous archiving stores out of order); the neighbours of what expire has
 * removed; and of the others a share, those seen longest ago, so that each is seen within `recheckMs`.
 */
export function planArchiveLook(input: ArchiveLookInput): ArchiveLookPlan {
  const present = new Set(input.present);
  const known = new Set(input.known.map(({ name }) => name));
  const gone = input.known.filter(({ name }) => !present.has(name)).map(({ name }) => name);
  const stay = input.known.filter(({ name }) => present.has(name));
  const names = new Set([
    ...input.present.filter((name) => !known.has(name)),
    ...listGrowing(stay, input),
    ...besideGone(input.present, gone),
    ...listUnfinished(stay, input),
  ]);
  const rest = stay.filter(({ name }) => !names.has(name));
  for (const name of listShare(rest, input)) names.add(name);
  // The newest first: what was archived before anything that is seen in them is then there in the older ones too.
  return { list: [...names].toSorted().toReversed(), gone };
}

/** The newest of the four highest timelines, however long ago, and what is not full and was written to lately. */
function listGrowing(known: readonly ArchiveDirectory[], input: ArchiveLookInput): string[] {
  const newest = new Map<number, ArchiveDirectory>();
  for (const directory of known) {
    const before = newest.get(directory.timeline);
    if (before === undefined || before.high < directory.high) newest.set(directory.timeline, directory);
  }
  const highest = new Set([...newest.keys()].toSorted((left, right) => right - left).slice(0, 4));
  const mayGrow = (directory: ArchiveDirectory): boolean =>
    newest.get(directory.timeline) === directory || countWhole(directory) < input.perDirectory;
  return known
    .filter(
      (directory) =>
        (highest.has(directory.timeline) && newest.get(directory.timeline) === directory) ||
        (mayGrow(directory) && isLate(directory, input)),
    )
    .map(({ name }) => name);
}

function countWhole(directory: ArchiveDirectory): number {
  let count = 0;
  for (const { first, last } of eachRun(directory)) count += last - first + 1;
  return count;
}

/** Something was stored in it within the recheck time, by the clock of the repository. */
function isLate(
  directory: ArchiveDirectory,
  { now, recheckMs }: Pick<ArchiveLookInput, 'now' | 'recheckMs'>,
): boolean {
  return newestTime(directory) * 1000 > now - recheckMs;
}

function newestTime(directory: ArchiveDirectory): number {
  let newest = 0;
  for (let index = 0; index < countRows(directory); index += 1)
    newest = Math.max(newest, storedAtAt(directory, index));
  return newest;
}

/** Expire removes whole directories and parts of those at their ends. */
function besideGone(present: readonly string[], gone: readonly string[]): string[] {
  if (gone.length === 0) return [];
  const all = [...present, ...gone].toSorted();
  const lost = new Set(gone);
  return all.filter(
    (name, index) => !lost.has(name) && (lost.has(all[index - 1] ?? '') || lost.has(all[index + 1] ?? '')),
  );
}

/**
 * Directories with a hole: between segments of theirs, before the first one when the timeline goes on from the directory
 * before, or behind the last one when it goes on in another. Only where something was stored lately, there or in what
 * follows: elsewhere nothing arrives any more.
 *
 * @returns their names
 */
export function listUnfinished(
  directories: readonly ArchiveDirectory[],
  input: Pick<ArchiveLookInput, 'perDirectory' | 'now' | 'recheckMs'>,
): string[] {
  const sorted = directories.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const hasHole = (directory: ArchiveDirectory, index: number): boolean => {
    const [before, after] = [sorted[index - 1], sorted[index + 1]];
    const runs = [...eachRun(directory)];
    const [first, last] = [runs[0]?.first, runs.at(-1)?.last];
    if (first === undefined || last === undefined) return countRows(directory) > 0;
    return (
      runs.length > 1 ||
      (first > 0 && before?.timeline === directory.timeline && before.high === directory.high - 1) ||
      (last < input.perDirectory - 1 && after?.timeline === directory.timeline)
    );
  };
  return sorted
    .filter((directory, index) => {
      const after = sorted[index + 1];
      const isRecent = isLate(directory, input) || (after !== undefined && isLate(after, input));
      return isRecent && hasHole(directory, index);
    })
    .map(({ name }) => name);
}

/** Of a clock that was set back nothing is known: what was seen later than now is due. */
function listShare(rest: readonly ArchiveDirectory[], input: ArchiveLookInput): string[] {
  const { now, recheckMs, elapsedMs } = input;
  const due = (directory: ArchiveDirectory): boolean =>
    directory.seenAt > now || directory.seenAt + recheckMs <= now + elapsedMs;
  // A tenth more, because looks do not come to the second.
  const share = Math.ceil((rest.length * Math.min(1, elapsedMs / recheckMs) * 11) / 10);
  return rest
    .toSorted((left, right) => Number(due(right)) - Number(due(left)) || left.seenAt - right.seenAt)
    .filter((directory, index) => index < share || due(directory))
    .map(({ name }) => name);
}

/**
 * Whether one recursive listing is cheaper. At an object store a command of its own costs two requests for each
 * directory, a recursive one costs a request for each directory of the archive; on a disk starting the engine costs most.
 */
export function isWholeCheaper(listed: number, present: number): boolean {
  return listed > 16 && listed * 2 > present;
}
