import type { StorePrice } from '../model/store-price.ts';
import type { SimulatedRetention } from '../retention/simulate-retention.ts';

/** Milliseconds of a month: the twelfth part of a year, as prices of a month are meant. */
export const monthMs = (365.25 / 12) * 86_400_000;
const day = 86_400_000;

/** What happens in a repository beside keeping. Times are epoch milliseconds. */
export interface Traffic {
  /** Files that are written, by when. */
  readonly writes: readonly { readonly at: number; readonly objects: number }[];
  /** What is read: drills and verifies. */
  readonly reads: readonly { readonly at: number; readonly bytes: number; readonly objects: number }[];
  readonly segmentsPerDay: number;
  /** What is removed, with when it came. */
  readonly removals: readonly { readonly at: number; readonly since: number; readonly bytes: number }[];
}

/** What one month costs, US dollars. Undefined: no price is known. */
export interface MonthCost {
  /** 1 is the first. */
  readonly month: number;
  readonly from: number;
  readonly to: number;
  /** Bytes: over the month, and at its end. */
  readonly meanBytes: number;
  readonly endBytes: number;
  readonly storage: number | undefined;
  /** For what was deleted before the minimum duration. */
  readonly early: number | undefined;
  /** To reach the least that is paid for. */
  readonly minimum: number | undefined;
  readonly requests: number | undefined;
  /** Drills and verifies: egress, retrieval, requests. */
  readonly reading: number | undefined;
  /** Of all that has a price. */
  readonly total: number;
}

/** Prices a forecast month by month. Whole months only. */
export function priceUsage(
  usage: SimulatedRetention['usage'],
  traffic: Traffic,
  price: StorePrice,
  span: { readonly from: number; readonly to: number },
): readonly MonthCost[] {
  const months = Math.round((span.to - span.from) / monthMs);
  return Array.from({ length: months }, (_, index) => {
    const from = span.from + index * monthMs;
    return priceMonth(index + 1, { from, to: from + monthMs }, usage, traffic, price);
  });
}

function priceMonth(
  month: number,
  span: { readonly from: number; readonly to: number },
  usage: SimulatedRetention['usage'],
  traffic: Traffic,
  price: StorePrice,
): MonthCost {
  const within = <Event extends { readonly at: number }>(events: readonly Event[]): readonly Event[] =>
    events.filter(({ at }) => at >= span.from && at < span.to);
  const meanBytes = meanOf(usage, span);
  const meanGigabytes = meanBytes / price.gigabyte;
  const earlyGigabytes = within(traffic.removals).reduce(
    (sum, { at, since, bytes }) =>
      sum + (Math.max(0, price.minimumDays * day - (at - since)) / monthMs) * (bytes / price.gigabyte),
    0,
  );
  const paid = Math.max(0, meanGigabytes - price.freeGigabytes);
  const missing = Math.max(0, price.minimumGigabytes - paid - earlyGigabytes);
  const times = (amount: number, each: number | undefined): number | undefined =>
    each === undefined ? (amount === 0 ? 0 : undefined) : amount * each;
  const writes =
    within(traffic.writes).reduce((sum, { objects }) => sum + objects, 0) +
    (traffic.segmentsPerDay * (span.to - span.from)) / day;
  const parts = {
    storage: times(paid, price.storage),
    early: times(earlyGigabytes, price.storage),
    minimum: times(missing, price.storage),
    requests: times(writes / 1000, price.put),
    reading: readingCost(within(traffic.reads), meanGigabytes, price),
  };
  return {
    month,
    ...span,
    meanBytes,
    endBytes: bytesAt(usage, span.to),
    ...parts,
    total: Object.values(parts).reduce<number>((sum, part) => sum + (part ?? 0), 0),
  };
}

function readingCost(
  reads: Traffic['reads'],
  storedGigabytes: number,
  price: StorePrice,
): number | undefined {
  const sum = (pick: (read: Traffic['reads'][number]) => number): number =>
    reads.reduce((total, read) => total + pick(read), 0);
  return priceReading(
    { bytes: sum(({ bytes }) => bytes), objects: sum(({ objects }) => objects) },
    storedGigabytes,
    price,
  );
}

/**
 * What reading so much within a month costs, beyond what is free.
 *
 * @returns undefined when a part of it has no price
 */
export function priceReading(
  read: { readonly bytes: number; readonly objects: number },
  storedGigabytes: number,
  price: StorePrice,
): number | undefined {
  if (read.bytes === 0) return 0;
  const gigabytes = read.bytes / price.gigabyte;
  const free = (price.freeEgress.gigabytes ?? 0) + (price.freeEgress.timesStored ?? 0) * storedGigabytes;
  const { egress, retrieval, get } = price;
  if (egress === undefined || retrieval === undefined || get === undefined) return undefined;
  return Math.max(0, gigabytes - free) * egress + gigabytes * retrieval + (read.objects / 1000) * get;
}

/** Between two samples what is stored grows evenly; several at one moment are before and after something. */
function meanOf(
  usage: SimulatedRetention['usage'],
  { from, to }: { readonly from: number; readonly to: number },
): number {
  let area = 0;
  for (const [index, sample] of usage.entries()) {
    const next = usage[index + 1];
    if (next === undefined || next.at <= from || sample.at >= to || next.at === sample.at) continue;
    const [begin, end] = [Math.max(from, sample.at), Math.min(to, next.at)];
    const at = (time: number): number =>
      totalOf(sample) + ((time - sample.at) / (next.at - sample.at)) * (totalOf(next) - totalOf(sample));
    area += ((at(begin) + at(end)) / 2) * (end - begin);
  }
  return area / (to - from);
}

function bytesAt(usage: SimulatedRetention['usage'], time: number): number {
  const last = usage.findLast(({ at }) => at <= time) ?? usage[0];
  return last === undefined ? 0 : totalOf(last);
}

function totalOf({ setBytes, walBytes }: SimulatedRetention['usage'][number]): number {
  return setBytes + walBytes;
}
