import type {
  ArchiveDocument,
  HoleDocument,
  WindowDocument,
  WindowsDocument,
} from '../../status/document-archive.ts';
import { printable } from './printable.ts';

/** Widest name that is given a place beside the bars. */
const longestName = 24;
const kinds = ['claimed', 'contiguous', 'proven'] as const;
const legend = '- claimed by info   = can be restored   X WAL is missing   . expired   * proven by a restore';

/** From when to when the bars go, epoch milliseconds. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly columns: number;
}

/**
 * Draws the windows of some repositories on one time axis, three lines each, and names below them what is missing. Plain
 * characters, so that every terminal and log shows them.
 *
 * @param columns of the terminal
 * @returns text that ends with a newline
 */
export function drawWindows(archives: readonly ArchiveDocument[], now: number, columns: number): string {
  const names = archives.map(({ repository }) => printable(repository));
  const nameWidth = Math.min(longestName, Math.max(0, ...names.map(({ length }) => length)));
  const margin = nameWidth + 2 + 'contiguous'.length + 2;
  const axis = chooseAxis(archives, now, Math.max(20, columns - margin));
  const bars = axis === undefined ? [] : [drawAxis(axis, margin)];
  const lines = archives.flatMap((archive, index) => {
    const name = (names[index] ?? '').slice(0, nameWidth);
    return axis === undefined ? [] : drawBars(archive, axis, name.padEnd(nameWidth));
  });
  const drawn = [...bars, ...lines, ...(axis === undefined ? [] : [`${' '.repeat(margin)}${legend}`, ''])];
  return `${[...drawn, ...archives.flatMap(describeArchive)].join('\n')}\n`;
}

function millisecondsOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

function chooseAxis(archives: readonly ArchiveDocument[], now: number, columns: number): Axis | undefined {
  const times = archives.flatMap(({ windows }) =>
    [...(windows?.contiguous ?? []), ...(windows?.claimed === undefined ? [] : [windows.claimed])].flatMap(
      ({ from, to }) => [from.time, to.time],
    ),
  );
  const known = times.map(millisecondsOf).filter((time) => time !== undefined);
  if (known.length === 0) return undefined;
  return { from: Math.min(...known), to: Math.max(now, ...known), columns };
}

function drawAxis({ from, to, columns }: Axis, margin: number): string {
  const [left, right] = [shortTime(from), 'now'];
  const end = shortTime(to);
  const space = columns - left.length - end.length - right.length - 3;
  const label = space > 0 ? `${left}${' '.repeat(space)}${end} (${right})` : left;
  return `${' '.repeat(margin)}${label}`;
}

function drawBars({ windows }: ArchiveDocument, axis: Axis, name: string): string[] {
  const empty = (): string[] => Array.from({ length: axis.columns }, () => ' ');
  const lines: Record<(typeof kinds)[number], string[]> = {
    claimed: empty(),
    contiguous: empty(),
    proven: empty(),
  };
  if (windows?.claimed !== undefined) paintWindow(lines.claimed, windows.claimed, axis, '-');
  for (const window of windows?.contiguous ?? []) paintWindow(lines.contiguous, window, axis, '=');
  // A hole is drawn over the windows beside it: one that is too narrow to be seen is the worst of all.
  for (const hole of windows?.holes ?? []) paintHole(lines.contiguous, hole, windows?.claimed, axis);
  for (const { until } of windows?.proven ?? [])
    paint(lines.proven, millisecondsOf(until), undefined, axis, '*');
  return kinds.map((kind, index) =>
    `${index === 0 ? name : ' '.repeat(name.length)}  ${kind.padEnd('contiguous'.length)}  ${lines[kind].join('')}`.trimEnd(),
  );
}

function paintWindow(line: string[], { from, to }: WindowDocument, axis: Axis, mark: string): void {
  paint(line, millisecondsOf(from.time), millisecondsOf(to.time), axis, mark);
}

function paintHole(
  line: string[],
  { lostFrom, lostTo, why }: HoleDocument,
  claimed: WindowDocument | undefined,
  axis: Axis,
): void {
  const from = millisecondsOf(lostFrom.time) ?? millisecondsOf(claimed?.from.time);
  const to = millisecondsOf(lostTo?.time) ?? millisecondsOf(claimed?.to.time) ?? axis.to;
  paint(line, from, to, axis, why === 'lost' ? 'X' : '.');
}

/** At least one column, however short it was. */
function paint(
  line: string[],
  from: number | undefined,
  to: number | undefined,
  axis: Axis,
  mark: string,
): void {
  if (from === undefined) return;
  const first = columnOf(from, axis);
  const last = Math.max(first, to === undefined ? first : columnOf(to, axis));
  line.fill(mark, first, last + 1);
}

function columnOf(time: number, { from, to, columns }: Axis): number {
  if (to === from) return 0;
  return Math.min(columns - 1, Math.max(0, Math.floor(((time - from) / (to - from)) * columns)));
}

function shortTime(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

function describeUnusable({ set, problem, why }: WindowsDocument['unusable'][number]): string {
  return why === 'former'
    ? `set ${set} is for the former database alone: ${problem}`
    : `set ${set} cannot be restored: ${problem}`;
}

/** What the bars cannot say, in lines. */
function describeArchive(archive: ArchiveDocument): string[] {
  const { repository, observedAt, unknown, windows, followed, foreign, findings } = archive;
  const seen = observedAt === undefined ? '' : `, seen at ${utc(observedAt)}`;
  const way =
    followed === undefined
      ? ''
      : `, timeline ${followed.timeline}${followed.from === 'remembered' ? ' as remembered: the primary was not seen' : ''}`;
  const lines = [
    ...(unknown === undefined ? [] : [`not known now: ${unknown}`]),
    ...(windows?.contiguous ?? []).map(describeWindow),
    ...(windows === undefined || windows.contiguous.length > 0 ? [] : ['nothing can be restored from here']),
    ...(windows?.holes ?? []).map(describeHole),
    ...(windows?.unusable ?? []).map(describeUnusable),
    ...(windows?.proven ?? []).map(({ set, text }) => `proven: ${set} (${text})`),
    ...foreign.map(
      ({ timeline, firstFile, firstStoredAt }) =>
        `FOREIGN: ${firstFile} of timeline ${timeline}${firstStoredAt === undefined ? '' : `, stored at ${utc(firstStoredAt)}`}: see holdfast timelines`,
    ),
    ...findings
      .filter(({ severity }) => severity !== 'advice')
      .map(({ severity, rule, remedy }) => `${severity} ${rule}: ${remedy}`),
  ];
  return [`${repository}${way}${seen}`, ...lines.map((line) => `  ${line}`)].map(printable);
}

function describeWindow({ set, from, to }: WindowDocument): string {
  const end =
    to.timeFrom === 'stored'
      ? `about ${utc(to.time)} (segment ${to.segment} was stored then)`
      : to.timeFrom === 'set'
        ? `${utc(to.time)} (the end of a set: nothing is archived after it)`
        : utc(to.time);
  return `from ${utc(from.time)} (set ${set}) to ${end}`;
}

function describeHole({ first, last, segments, lostFrom, lostTo, why }: HoleDocument): string {
  const which = segments === 1 ? first : `${first} to ${last} (${segments} segments)`;
  const from = lostFrom.time === undefined ? 'the oldest set' : utc(lostFrom.time);
  const to =
    lostTo === undefined ? 'now: no set begins behind it' : `${utc(lostTo.time)} (set ${lostTo.set})`;
  return why === 'lost'
    ? `HOLE from ${from} to ${to}: missing ${which}`
    : `expired from ${from} to ${to}: ${which}`;
}

function utc(time: string | undefined): string {
  return time === undefined ? 'a time that is not known' : `${time.slice(0, 19).replace('T', ' ')} UTC`;
}
