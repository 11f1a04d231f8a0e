/**
 * The difference of two texts in the form of `diff -u`, with three lines of context.
 *
 * @returns an empty text when they are equal
 */
export function unifiedDiff(before: string, after: string, names: { before: string; after: string }): string {
  const changes = compareLines(splitLines(before), splitLines(after));
  const hunks = groupHunks(changes);
  if (hunks.length === 0) return '';
  return [`--- ${names.before}`, `+++ ${names.after}`, ...hunks.flatMap(printHunk)].join('\n') + '\n';
}

interface Change {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
  /** Line numbers from 0 in both texts, before this change is counted. */
  readonly left: number;
  readonly right: number;
}

function splitLines(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

/** By the longest common subsequence: configuration files are short enough for the whole table. */
function compareLines(left: readonly string[], right: readonly string[]): Change[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        left[row] === right[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const changes: Change[] = [];
  let row = 0;
  let column = 0;
  while (row < left.length || column < right.length) {
    const place = { left: row, right: column };
    if (row < left.length && column < right.length && left[row] === right[column]) {
      changes.push({ sign: ' ', line: left[row] as string, ...place });
      row += 1;
      column += 1;
    } else if (row < left.length && (column === right.length || at(row + 1, column) >= at(row, column + 1))) {
      changes.push({ sign: '-', line: left[row] as string, ...place });
      row += 1;
    } else {
      changes.push({ sign: '+', line: right[column] as string, ...place });
      column += 1;
    }
  }
  return changes;
}

const context = 3;

function groupHunks(changes: readonly Change[]): Change[][] {
  const hunks: Change[][] = [];
  let end = 0;
  changes.forEach((change, position) => {
    if (change.sign === ' ') return;
    const start = Math.max(position - context, 0);
    const stop = Math.min(position + context + 1, changes.length);
    if (hunks.length === 0 || start > end) hunks.push(changes.slice(start, stop));
    else hunks.at(-1)?.push(...changes.slice(end, stop));
    end = stop;
  });
  return hunks;
}

function printHunk(hunk: readonly Change[]): string[] {
  const first = hunk[0] as Change;
  const count = (sign: '-' | '+'): number =>
    hunk.filter((change) => change.sign === ' ' || change.sign === sign).length;
  const range = (start: number, lines: number): string => `${lines === 0 ? start : start + 1},${lines}`;
  return [
    `@@ -${range(first.left, count('-'))} +${range(first.right, count('+'))} @@`,
    ...hunk.map((change) => change.sign + change.line),
  ];
}
