import { type Markup, markup } from '../../report/page/markup.ts';
import type { RepositoryRetention } from '../document-retention.ts';
import { describeRetention } from '../describe-retention.ts';
import type { SetLife } from '../simulated-repository.ts';
import { inDays } from '../in-days.ts';
import { formatPolicy } from '../parse-policy.ts';
import type { TimeRange } from '../time-range.ts';
import type { Picture } from './picture.ts';
import { timeTicks } from './time-axis.ts';

const [width, height] = [960, 500];
/** Where the field lies in which is drawn. */
const field = { left: 60, right: 925, top: 112, bottom: 442 } as const;
/** Lines of sets nearer than this could not be told from each other. */
const leastGap = 4.5;

const day = 86_400_000;

/** Where a day lies, and how far back from it a moment. Milliseconds. */
interface Scale {
  readonly x: (at: number) => number;
  readonly y: (back: number) => number;
  readonly from: number;
  readonly to: number;
  /** The furthest back. */
  readonly most: number;
}

/**
 * How far back one can go on each day: days from left to right, time before them from the bottom up. The band is what can
 * be restored to any moment; each line is a set, from its end until it goes, which gets older by a day each day. A line
 * outside of the band is a single moment.
 *
 * @param id unique on a page
 */
export function drawRetention(one: RepositoryRetention, id: string): Picture {
  const { simulated, repository, retention } = one;
  const { from, to, lives } = simulated;
  const shown = lives.filter(({ set, goneAt }) => set.stopTime * 1000 < to && (goneAt ?? to) > from);
  const scale = createScale(one, shown);
  const dense = tooDense(shown, scale);
  const sets = shown.filter(({ set }) => !dense.includes(set.type));
  return {
    id,
    title: `How far back ${repository} goes, day by day`,
    description: describeRetention(one).join('. '),
    width,
    height,
    body: markup`
<text class="title" x="8" y="24">${repository}: ${formatPolicy(retention)}</text>
${drawGrid(scale)}
${drawBand(one, scale)}
${(['incr', 'diff', 'full'] as const).flatMap((type) => sets.filter(({ set }) => set.type === type).map((life) => drawSet(life, scale)))}
${drawLeast(one, scale)}
${drawAxes(scale)}
${drawLegend(one, dense)}`,
  };
}

function createScale({ simulated }: RepositoryRetention, shown: readonly SetLife[]): Scale {
  const { from, to, days } = simulated;
  let most = day;
  for (const { set, goneAt } of shown) most = Math.max(most, (goneAt ?? to) - set.stopTime * 1000);
  for (const { at, windows } of days) most = Math.max(most, at - (windows[0]?.from ?? at));
  const x = (at: number): number => field.left + ((at - from) / (to - from)) * (field.right - field.left);
  const y = (back: number): number => field.bottom - (back / most) * (field.bottom - field.top);
  return { x, y, from, to, most };
}

/** Types of which there are so many that they would be a grey field. */
function tooDense(lives: readonly SetLife[], { x }: Scale): readonly SetLife['set']['type'][] {
  return (['incr', 'diff'] as const).filter((type) => {
    const places = lives
      .filter(({ set }) => set.type === type)
      .map(({ set }) => x(set.stopTime * 1000))
      .toSorted((left, right) => left - right);
    const [first, last] = [places[0], places.at(-1)];
    return first !== undefined && last !== undefined && places.length > 2
      ? (last - first) / (places.length - 1) < leastGap
      : false;
  });
}

function px(value: number): string {
  return value.toFixed(1);
}

/** Whole days back, at most ten of them. */
function backTicks(most: number): readonly number[] {
  const step = [1, 2, 5, 7, 14, 30, 60, 90, 180, 365, 730].find((days) => most / (days * day) <= 10) ?? 3650;
  return Array.from({ length: Math.floor(most / (step * day)) + 1 }, (_, index) => index * step);
}

function drawGrid({ x, y, from, to, most }: Scale): readonly Markup[] {
  return [
    ...timeTicks(from, to, 9).map(
      ({ at }) =>
        markup`<line class="grid" x1="${px(x(at))}" x2="${px(x(at))}" y1="${field.top}" y2="${field.bottom}"/>`,
    ),
    ...backTicks(most).map(
      (days) =>
        markup`<line class="grid" x1="${field.left}" x2="${field.right}" y1="${px(y(days * day))}" y2="${px(y(days * day))}"/>`,
    ),
  ];
}

/** A stretch of days over which a window began at the same moment. */
interface Piece {
  readonly window: TimeRange;
  readonly since: number;
  readonly until: number;
  readonly live: boolean;
}

/** Days with the same window are one shape, so that there are no seams between them. */
function drawBand({ simulated }: RepositoryRetention, { x, y }: Scale): readonly Markup[] {
  const pieces: Piece[] = [];
  let since = simulated.from;
  for (const { at, windows } of simulated.days) {
    for (const window of windows) {
      const live = window.to >= at;
      const index = pieces.findLastIndex(
        (piece) =>
          piece.until === since &&
          piece.live === live &&
          piece.window.from === window.from &&
          (live || piece.window.to === window.to),
      );
      const before = pieces[index];
      const piece = { window, since: before?.since ?? since, until: at, live };
      if (before === undefined) pieces.push(piece);
      else pieces[index] = piece;
    }
    since = at;
  }
  return pieces.map((piece) => {
    const { window, live, until } = piece;
    const begin = Math.max(piece.since, Math.min(window.from, until));
    const near = (at: number): string => px(y(live ? 0 : Math.max(0, at - window.to)));
    const far = (at: number): string => px(y(at - window.from));
    const [left, right] = [px(x(begin)), px(x(until))];
    return markup`<polygon class="band" points="${left},${near(begin)} ${right},${near(until)} ${right},${far(until)} ${left},${far(begin)}"/>`;
  });
}

function drawSet({ set, goneAt, reason }: SetLife, { x, y, from, to }: Scale): Markup {
  const ended = set.stopTime * 1000;
  const [begin, end] = [Math.max(from, ended), Math.min(to, goneAt ?? to)];
  const until =
    goneAt === undefined
      ? 'still there'
      : `gone ${dayAndTime(goneAt)}${reason === undefined ? '' : ` (${reason})`}`;
  return markup`<line class="${set.type}" x1="${px(x(begin))}" x2="${px(x(end))}" y1="${px(y(begin - ended))}" y2="${px(y(end - ended))}"><title>${set.label}: ended ${dayAndTime(ended)}, ${until}</title></line>`;
}

/** What one can count on, once sets go. */
function drawLeast({ simulated }: RepositoryRetention, { y }: Scale): Markup | undefined {
  const { least } = simulated.reach;
  if (least === undefined || y(0) - y(least) < 16) return undefined;
  return markup`<line class="least" x1="${field.left}" x2="${field.right}" y1="${px(y(least))}" y2="${px(y(least))}"/>
<text class="halo" x="${field.left + 8}" y="${px(y(least) - 5)}">never less than ${inDays(least)} once full sets go</text>`;
}

function dayAndTime(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

function drawAxes({ x, y, from, to, most }: Scale): readonly Markup[] {
  return [
    markup`<line class="axis" x1="${field.left}" x2="${field.right}" y1="${field.bottom}" y2="${field.bottom}"/>`,
    markup`<line class="axis" x1="${field.left}" x2="${field.left}" y1="${field.top}" y2="${field.bottom}"/>`,
    ...timeTicks(from, to, 9).map(
      ({ at, label }) =>
        markup`<text x="${px(x(at))}" y="${field.bottom + 20}" text-anchor="middle">${label}</text>`,
    ),
    ...backTicks(most).map(
      (days) =>
        markup`<text x="${field.left - 8}" y="${px(y(days * day) + 4)}" text-anchor="end">${days}</text>`,
    ),
    markup`<text class="soft" x="${field.right}" y="${field.bottom + 44}" text-anchor="end">on this day (UTC)</text>`,
    markup`<text class="soft" x="8" y="${field.top - 14}">days back</text>`,
  ];
}

const names = { full: 'full', diff: 'differential', incr: 'incremental' } as const;

function drawLegend({ simulated }: RepositoryRetention, dense: readonly string[]): readonly Markup[] {
  const counts = (['full', 'diff', 'incr'] as const).flatMap((type) => {
    const count = simulated.lives.filter(({ set }) => set.type === type).length;
    return count === 0 ? [] : [{ type, count }];
  });
  let left = 8;
  const entries = counts.map(({ type, count }) => {
    const text = `${names[type]} set (${count})${dense.includes(type) ? ', too many to draw' : ''}`;
    const entry = markup`<line class="${type}" x1="${left}" x2="${left + 28}" y1="47" y2="47"/><text x="${left + 36}" y="52">${text}</text>`;
    left += 36 + text.length * 7.4 + 22;
    return entry;
  });
  return [
    ...entries,
    markup`<rect class="band" x="8" y="62" width="28" height="12"/><text x="44" y="73">every moment can be restored; a line outside of it: only the moment at which that set ended</text>`,
  ];
}
