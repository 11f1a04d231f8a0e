import { instant } from '../model/instant.ts';
import type { StorePrice } from '../model/store-price.ts';
import { formatPolicy } from '../retention/parse-policy.ts';
import { formatCompression, referenceSource } from './compression.ts';
import type { RepositoryCost } from './describe-cost.ts';
import { totalOf } from './describe-cost.ts';
import type { Measured } from './measure-store.ts';

/** The JSON of one repository; docs/json.md. Money is US dollars. */
export function documentCost(one: RepositoryCost): Readonly<Record<string, unknown>> {
  const { repository, measures, assumed, scenarios } = one;
  return {
    repository,
    currency: 'USD',
    assumed,
    measures: {
      full: measured(measures.sets.full),
      diff: measured(measures.sets.diff),
      incr: measured(measures.sets.incr),
      walPerDay: measured(measures.walBytesPerDay),
      walSegmentsPerDay: measured(measures.walSegmentsPerDay),
      growthPerDay: measured(measures.growthPerDay),
      objects: {
        full: measured(measures.objects.full),
        diff: measured(measures.objects.diff),
        incr: measured(measures.objects.incr),
      },
    },
    scenarios: scenarios.map(({ scenario, forecast }) => ({
      title: scenario.title,
      policy: formatPolicy(scenario.retention),
      compression: formatCompression(scenario.compression),
      compressionFrom: scenario.factor === undefined ? null : referenceSource,
      price: priceDocument(scenario.price),
      nowBytes: Math.round(forecast.nowBytes),
      endBytes: Math.round(forecast.endBytes),
      total: money(totalOf(forecast)),
      restore: {
        bytes: Math.round(forecast.restore.bytes),
        objects: forecast.restore.objects,
        cost: money(forecast.restore.cost),
      },
      reachSeconds: seconds(forecast.simulated.reach.least),
      months: forecast.months.map((month) => ({
        month: month.month,
        from: instant(month.from),
        to: instant(month.to),
        meanBytes: Math.round(month.meanBytes),
        endBytes: Math.round(month.endBytes),
        storage: money(month.storage),
        early: money(month.early),
        minimum: money(month.minimum),
        writes: money(month.requests),
        reading: money(month.reading),
        total: forecast.priced ? money(month.total) : null,
      })),
    })),
  };
}

function measured(value: Measured | undefined): Readonly<Record<string, unknown>> | null {
  return value === undefined ? null : { value: Math.round(value.value), from: value.from, how: value.how };
}

/** To a hundredth of a cent. */
function money(amount: number | undefined): number | null {
  return amount === undefined ? null : Math.round(amount * 10_000) / 10_000;
}

function seconds(milliseconds: number | undefined): number | null {
  return milliseconds === undefined ? null : Math.round(milliseconds / 1000);
}

function priceDocument(price: StorePrice | undefined): Readonly<Record<string, unknown>> | null {
  if (price === undefined) return null;
  const { freeEgress, ...rest } = price;
  const known = Object.entries(rest).map(([key, value]) => [key, value ?? null]);
  return {
    ...Object.fromEntries(known),
    freeEgress: { gigabytes: freeEgress.gigabytes ?? null, timesStored: freeEgress.timesStored ?? null },
  };
}
