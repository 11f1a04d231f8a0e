import { type ArchiveDirectory, eachRun, findRow, rowBytes } from './archive-directory.ts';

/**
 * A directory is not read at one moment: of two segments that are archived meanwhile the later one may be in its listing
 * and the earlier one not. A gap counts only when something behind it had been seen before the listing began.
 *
 * @param before the listing before this one
 * @param goesOn true when the directory before it is there: then its own first segments are missing too
 * @returns the number of the first missing segment of which that is not known
 */
export function findUnsettled(
  before: ArchiveDirectory | undefined,
  directory: ArchiveDirectory,
  goesOn: boolean,
): number | undefined {
  const seen = before === undefined ? -1 : lastOf(before);
  let end = goesOn ? -1 : undefined;
  for (const { first, last } of eachRun(directory)) {
    if (end !== undefined && first > end + 1 && first > seen) return end + 1;
    end = last;
  }
  return undefined;
}

function lastOf(directory: ArchiveDirectory): number {
  let end = -1;
  for (const { last } of eachRun(directory)) end = last;
  return end;
}

/** The directory without what lies behind a segment: the next listing will tell of it. */
export function cutBehind(directory: ArchiveDirectory, low: number): ArchiveDirectory {
  return { ...directory, rows: directory.rows.subarray(0, findRow(directory, low) * rowBytes) };
}
