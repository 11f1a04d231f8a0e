import { formatByteSize } from '../../model/byte-size.ts';
import { type Markup, markup } from '../../report/page/markup.ts';
import type { Picture } from '../../retention/picture/picture.ts';
import { timeTicks } from '../../retention/picture/time-axis.ts';
import { valueTicks } from '../../retention/picture/value-axis.ts';
import { formatDollars, formatTotal, type RepositoryCost, totalOf } from '../describe-cost.ts';
import type { CostForecast } from '../forecast-cost.ts';
import { drawScenarios, scenariosHeight } from './draw-scenarios.ts';

const width = 960;
const [left, right] = [84, 925] as const;
/** Top and bottom of what is stored, and of what it costs. */
const stored = { top: 92, bottom: 262 } as const;
const money = { top: 372, bottom: 512 } as const;
const heights = { stored: 306, both: 566 } as const;

/** Where time lies in the picture. */
type Place = (at: number) => number;

/**
 * What a repository holds and costs: what is stored over time (sets, and WAL on top), what each month costs, and what the
 * scenarios come to.
 *
 * @param id unique on a page
 */
export function drawCost(one: RepositoryCost, id: string): Picture {
  const [first] = one.scenarios;
  if (first === undefined) throw new RangeError('there is no scenario');
  const { forecast } = first;
  const { from, to } = forecast.simulated;
  const x: Place = (at) => left + ((at - from) / (to - from)) * (right - left);
  const height = forecast.priced ? heights.both : heights.stored;
  const several = one.scenarios.length > 1;
  return {
    id,
    title: `What ${one.repository} holds and costs`,
    description: describe(one, forecast),
    width,
    height: height + (several ? scenariosHeight(one.scenarios.length) : 0),
    body: markup`
<text class="title" x="8" y="24">${one.repository}, ${first.scenario.title}</text>
${drawStored(forecast, x)}
${forecast.priced ? drawMoney(forecast, x) : undefined}
${several ? drawScenarios(one, height) : undefined}`,
  };
}

function describe(one: RepositoryCost, forecast: CostForecast): string {
  const total = totalOf(forecast);
  const scenarios = one.scenarios
    .slice(1)
    .map((other) => `${other.scenario.title}: ${formatTotal(other.forecast)} US dollars`);
  return [
    `${formatByteSize(Math.round(forecast.nowBytes))} now, ${formatByteSize(Math.round(forecast.endBytes))} after ${forecast.months.length} months`,
    total === undefined
      ? 'no price is known'
      : `together ${formatTotal(forecast)} US dollars, in the last month ${formatDollars(forecast.months.at(-1)?.total)}`,
    ...scenarios,
  ].join('. ');
}

function px(value: number): string {
  return value.toFixed(1);
}

/** Of many samples the highest of each pixel: the eye sees no more, and the file stays small. */
function thin(forecast: CostForecast, x: Place): CostForecast['simulated']['usage'] {
  const highest = new Map<number, CostForecast['simulated']['usage'][number]>();
  for (const sample of forecast.simulated.usage) {
    const pixel = Math.floor(x(sample.at));
    const known = highest.get(pixel);
    if (known === undefined || sample.setBytes + sample.walBytes >= known.setBytes + known.walBytes)
      highest.set(pixel, sample);
  }
  return [...highest.values()];
}

function drawStored(forecast: CostForecast, x: Place): readonly Markup[] {
  const samples = thin(forecast, x);
  const most = Math.max(1, ...samples.map(({ setBytes, walBytes }) => setBytes + walBytes));
  const y = (bytes: number): number => stored.bottom - (bytes / most) * (stored.bottom - stored.top);
  const area = (upper: (index: number) => number, lower: (index: number) => number): string => {
    const there = samples.map(({ at }, index) => `${px(x(at))},${px(y(upper(index)))}`);
    const back = samples.map(({ at }, index) => `${px(x(at))},${px(y(lower(index)))}`).toReversed();
    return [...there, ...back].join(' ');
  };
  const sets = (index: number): number => samples[index]?.setBytes ?? 0;
  const all = (index: number): number => sets(index) + (samples[index]?.walBytes ?? 0);
  return [
    ...drawGrid(forecast, x, stored),
    markup`<polygon class="one" points="${area(sets, () => 0)}"/>`,
    markup`<polygon class="two" points="${area(all, sets)}"/>`,
    ...drawScale(valueTicks(most, 5, 2), y, (bytes) => formatByteSize(bytes).replace('.0 ', ' ')),
    ...drawAxes(stored),
    ...drawTimes(forecast, x, stored.bottom),
    ...drawLegend(48, [
      ['one', 'backup sets'],
      ['two', 'WAL'],
    ]),
    markup`<text class="soft" x="8" y="${stored.top - 14}">stored</text>`,
    markup`<text class="soft" x="${right}" y="${stored.bottom + 40}" text-anchor="end">time (UTC)</text>`,
  ];
}

function drawMoney(forecast: CostForecast, x: Place): readonly Markup[] {
  const { months } = forecast;
  const most = Math.max(0.01, ...months.map(({ total }) => total));
  const y = (amount: number): number => money.bottom - (amount / most) * (money.bottom - money.top);
  return [
    ...drawScale(valueTicks(most, 4), y, (amount) => formatDollars(amount)),
    ...months.flatMap((month) => {
      const parts = [
        ['one', month.storage ?? 0],
        ['two', (month.early ?? 0) + (month.minimum ?? 0)],
        ['three', (month.requests ?? 0) + (month.reading ?? 0)],
      ] as const;
      const gap = Math.min(6, (x(month.to) - x(month.from)) / 5);
      const [begin, wide] = [x(month.from) + gap / 2, x(month.to) - x(month.from) - gap];
      let below = 0;
      return parts.map(([kind, amount]) => {
        const top = y(below + amount);
        const bar = markup`<rect class="${kind}" x="${px(begin)}" y="${px(top)}" width="${px(wide)}" height="${px(y(below) - top)}"><title>month ${month.month}: ${formatDollars(month.total)} US dollars</title></rect>`;
        below += amount;
        return bar;
      });
    }),
    ...drawAxes(money),
    ...monthLabels(forecast, x),
    ...drawLegend(money.top - 40, [
      ['one', 'storage'],
      ['two', 'minimum durations and volumes'],
      ['three', 'writes, drills, verifies'],
    ]),
    markup`<text class="soft" x="8" y="${money.top - 14}">US dollars a month</text>`,
    markup`<text class="soft" x="${right}" y="${money.bottom + 40}" text-anchor="end">month of the forecast</text>`,
  ];
}

/** At most sixteen of them. */
function monthLabels({ months }: CostForecast, x: Place): readonly Markup[] {
  const step = Math.ceil(months.length / 16);
  return months
    .filter(({ month }) => step === 1 || month % step === 0)
    .map(
      ({ month, from, to }) =>
        markup`<text x="${px((x(from) + x(to)) / 2)}" y="${money.bottom + 20}" text-anchor="middle">${month}</text>`,
    );
}

interface Field {
  readonly top: number;
  readonly bottom: number;
}

function drawGrid({ simulated }: CostForecast, x: Place, { top, bottom }: Field): readonly Markup[] {
  return timeTicks(simulated.from, simulated.to, 8).map(
    ({ at }) => markup`<line class="grid" x1="${px(x(at))}" x2="${px(x(at))}" y1="${top}" y2="${bottom}"/>`,
  );
}

function drawTimes({ simulated }: CostForecast, x: Place, bottom: number): readonly Markup[] {
  return timeTicks(simulated.from, simulated.to, 8).map(
    ({ at, label }) => markup`<text x="${px(x(at))}" y="${bottom + 20}" text-anchor="middle">${label}</text>`,
  );
}

function drawScale(
  values: readonly number[],
  y: (value: number) => number,
  format: (value: number) => string,
): readonly Markup[] {
  return values.map(
    (value) =>
      markup`<line class="grid" x1="${left}" x2="${right}" y1="${px(y(value))}" y2="${px(y(value))}"/><text x="${left - 8}" y="${px(y(value) + 4)}" text-anchor="end">${format(value)}</text>`,
  );
}

function drawAxes({ top, bottom }: Field): readonly Markup[] {
  return [
    markup`<line class="axis" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}"/>`,
    markup`<line class="axis" x1="${left}" x2="${left}" y1="${top}" y2="${bottom}"/>`,
  ];
}

function drawLegend(y: number, entries: readonly (readonly [string, string])[]): readonly Markup[] {
  let begin = 8;
  return entries.map(([kind, text]) => {
    const entry = markup`<rect class="${kind}" x="${begin}" y="${y - 11}" width="20" height="12"/><text x="${begin + 28}" y="${y}">${text}</text>`;
    begin += 28 + text.length * 7.4 + 22;
    return entry;
  });
}
