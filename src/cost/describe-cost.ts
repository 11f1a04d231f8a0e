import { formatByteSize } from '../model/byte-size.ts';
import type { StorePrice } from '../model/store-price.ts';
import { inDays } from '../retention/in-days.ts';
import { formatPolicy } from '../retention/parse-policy.ts';
import { formatCompression, referenceSource } from './compression.ts';
import type { CostScenario } from './cost-scenario.ts';
import type { CostForecast } from './forecast-cost.ts';
import type { Measured, StoreMeasures } from './measure-store.ts';
import type { MonthCost } from './price-usage.ts';

/** A repository with what it costs in each scenario; the first is how it is. */
export interface RepositoryCost {
  readonly repository: string;
  readonly measures: StoreMeasures;
  /** What was taken to be so without having been seen. */
  readonly assumed: readonly string[];
  readonly scenarios: readonly { readonly scenario: CostScenario; readonly forecast: CostForecast }[];
}

/** US dollars: `12.34`; `-` where no price is known. */
export function formatDollars(amount: number | undefined): string {
  return amount === undefined ? '-' : amount.toFixed(2);
}

/** Sizes with where they come from: `full 12.3 GiB (measured: the newest one, …)`. */
export function describeMeasures(measures: StoreMeasures): readonly string[] {
  const { sets, walBytesPerDay, growthPerDay } = measures;
  const line = (name: string, measured: Measured | undefined, each = ''): string[] =>
    measured === undefined
      ? []
      : [`${name} ${formatByteSize(Math.round(measured.value))}${each} (${measured.from}: ${measured.how})`];
  return [
    ...line('full set', sets.full),
    ...line('differential set', sets.diff),
    ...line('incremental set', sets.incr),
    ...line('WAL', walBytesPerDay, ' a day'),
    ...line('growth of full sets', growthPerDay, ' a day'),
  ];
}

/** Whose prices, of when, and what of them is not known. */
export function describePrice(price: StorePrice | undefined): string {
  if (price === undefined)
    return 'no price is known: give `price: { storage: … }` of the repository, or --what-if provider=…';
  const read = price.read === undefined ? '' : `, read ${price.read}`;
  const unknown = unpriced(price);
  const missing = unknown.length === 0 ? '' : `; not priced: ${unknown.join(', ')}`;
  const least = [
    ...(price.minimumDays > 0 ? [`at least ${price.minimumDays} days`] : []),
    ...(price.minimumGigabytes > 0 ? [`at least ${price.minimumGigabytes} GB`] : []),
    ...(price.freeGigabytes > 0 ? [`${price.freeGigabytes} GB free`] : []),
  ];
  const rules = least.length === 0 ? '' : `; ${least.join(', ')}`;
  return `${price.title}: ${price.source}${read}${rules}${missing}${price.remark === undefined ? '' : `; ${price.remark}`}`;
}

function unpriced(price: StorePrice): readonly string[] {
  return [
    ...(price.storage === undefined ? ['storage'] : []),
    ...(price.put === undefined ? ['writes'] : []),
    ...(price.egress === undefined ? ['egress'] : []),
    ...(price.retrieval === undefined ? ['retrieval'] : []),
    ...(price.get === undefined ? ['reads'] : []),
  ];
}

/** Month, stored on average, storage, minimums, writes, reading, together. */
export function monthRows({ months, priced }: CostForecast): readonly (readonly string[])[] {
  return months.map((month) => {
    const { meanBytes, storage, early, minimum, requests, reading, total } = month;
    return [
      String(month.month),
      formatByteSize(Math.round(meanBytes)),
      formatDollars(storage),
      formatDollars(priced ? sumOf(early, minimum) : undefined),
      formatDollars(requests),
      formatDollars(priced ? reading : undefined),
      priced ? formatPartly(total, [month]) : '-',
    ];
  });
}

export const monthTitles = [
  'month',
  'stored (mean)',
  'storage',
  'minimums',
  'writes',
  'drills, verifies',
  'total (USD)',
] as const;

function sumOf(...parts: readonly (number | undefined)[]): number | undefined {
  const known = parts.filter((part) => part !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, part) => sum + part, 0);
}

/** All months together; undefined where there is no price. */
export function totalOf({ months, priced }: CostForecast): number | undefined {
  return priced ? months.reduce((sum, { total }) => sum + total, 0) : undefined;
}

/** All months together, with a plus where something of it has no price. */
export function formatTotal(forecast: CostForecast): string {
  const total = totalOf(forecast);
  return total === undefined ? '-' : formatPartly(total, forecast.months);
}

function formatPartly(amount: number, months: readonly MonthCost[]): string {
  return `${formatDollars(amount)}${months.some(isPartly) ? '+' : ''}`;
}

function isPartly({ storage, early, minimum, requests, reading }: MonthCost): boolean {
  return [storage, early, minimum, requests, reading].includes(undefined);
}

export const scenarioTitles = [
  'scenario',
  'at the end',
  'last month',
  'together (USD)',
  'a restore',
  'every moment of at least',
] as const;

/** What the scenarios come to, side by side. */
export function scenarioRows({ scenarios }: RepositoryCost): readonly (readonly string[])[] {
  return scenarios.map(({ scenario, forecast }) => {
    const { least, atEnd } = forecast.simulated.reach;
    const last = forecast.months.at(-1);
    return [
      scenario.title,
      formatByteSize(Math.round(forecast.endBytes)),
      forecast.priced && last !== undefined ? formatPartly(last.total, [last]) : '-',
      formatTotal(forecast),
      formatDollars(forecast.restore.cost),
      least === undefined ? `${inDays(atEnd)} (nothing went)` : inDays(least),
    ];
  });
}

/** What each scenario is, and whose prices it has. */
export function describeScenarios({ scenarios }: RepositoryCost): readonly string[] {
  return scenarios.map(
    ({ scenario: { title, retention, compression, factor, price } }) =>
      `${title}: ${formatPolicy(retention)} compress=${formatCompression(compression)}${factor === undefined ? '' : ' *'}; ${describePrice(price)}`,
  );
}

/** What stands below the table of scenarios. */
export function scenarioNotes({ scenarios }: RepositoryCost): readonly string[] {
  return [
    ...(scenarios.some(({ scenario }) => scenario.factor !== undefined)
      ? [
          `* from ${referenceSource}: only the relation of one compression to another, for what is taken from now on`,
        ]
      : []),
    ...(scenarios.some(({ forecast }) => forecast.priced && forecast.months.some(isPartly))
      ? ['+ and what has no price here: see its prices']
      : []),
  ];
}
