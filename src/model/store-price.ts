import table from './store-prices.json' with { type: 'json' };
import type { RepositoryAccess } from './repository.ts';

/** What a store charges, US dollars. A price that is not known is undefined: it is never taken to be nothing. */
export interface StorePrice {
  /** As in holdfast.yaml: `aws`, `gcs`, …; `own` where the file gives all prices. */
  readonly provider: string;
  /** Storage class, `standard`. */
  readonly class: string;
  readonly title: string;
  /** Bytes of the store's GB: 10^9, or 2^30. */
  readonly gigabyte: number;
  /** A GB for a month. */
  readonly storage: number | undefined;
  /** Reading a GB over the internet. */
  readonly egress: number | undefined;
  /** What of that is free in a month. */
  readonly freeEgress: { readonly gigabytes?: number | undefined; readonly timesStored?: number | undefined };
  /** Taking a GB out of a colder class, wherever it is read. */
  readonly retrieval: number | undefined;
  /** A thousand writes, and a thousand reads. */
  readonly put: number | undefined;
  readonly get: number | undefined;
  /** What is deleted sooner is paid for as long. */
  readonly minimumDays: number;
  /** The least that is paid for. */
  readonly minimumGigabytes: number;
  readonly freeGigabytes: number;
  /** Where it comes from and when it was read there: `aws.amazon.com/s3/pricing`, `2026-09`. */
  readonly source: string;
  readonly read: string | undefined;
  readonly remark: string | undefined;
}

/** What holdfast.yaml says of prices of a repository; what it does not say is the list price. */
export type OwnPrice = {
  readonly [
    Name in
      | 'class'
      | 'storage'
      | 'egress'
      | 'retrieval'
      | 'put'
      | 'get'
      | 'minimumDays'
      | 'minimumGigabytes'
      | 'freeGigabytes'
  ]?: StorePrice[Name] | undefined;
};

/** A price as the table has it. */
interface Entry {
  readonly provider: string;
  readonly class: string;
  readonly title: string;
  readonly gigabyte: number;
  readonly storage: number;
  readonly egress: number;
  readonly retrieval: number | null;
  readonly put: number | null;
  readonly get: number | null;
  readonly freeEgress?: StorePrice['freeEgress'];
  readonly minimumDays?: number;
  readonly minimumGigabytes?: number;
  readonly freeGigabytes?: number;
  readonly source: string;
  readonly read: string;
  readonly remark?: string;
}

/**
 * List prices by provider, the usual class first: `store-prices.json`, each with its source and the month in which it was
 * read. They change; `price` of a repository replaces them.
 */
export const listPrices: readonly StorePrice[] = (table as readonly Entry[]).map((entry) => ({
  ...entry,
  freeEgress: entry.freeEgress ?? {},
  retrieval: entry.retrieval ?? undefined,
  put: entry.put ?? undefined,
  get: entry.get ?? undefined,
  minimumDays: entry.minimumDays ?? 0,
  minimumGigabytes: entry.minimumGigabytes ?? 0,
  freeGigabytes: entry.freeGigabytes ?? 0,
  remark: entry.remark,
}));

/** Classes with a list price, the usual one first; empty: the provider has none here. */
export function priceClasses(provider: string): readonly string[] {
  return listPrices.filter((one) => one.provider === provider).map((one) => one.class);
}

/** The list price of a class, or of the provider's usual one. */
export function listPrice(provider: string | undefined, storageClass?: string): StorePrice | undefined {
  return listPrices.find(
    (one) => one.provider === provider && (storageClass === undefined || one.class === storageClass),
  );
}

/** Who charges for a repository: the provider of an S3 store, azure, gcs; undefined for a directory or an unknown store. */
export function providerOf(access: RepositoryAccess): string | undefined {
  if (access.type === 's3') return access.provider;
  return access.type === 'azure' || access.type === 'gcs' ? access.type : undefined;
}

/**
 * What a repository costs: what holdfast.yaml says, then the list price.
 *
 * @returns undefined where neither is known
 */
export function resolvePrice(provider: string | undefined, own: OwnPrice = {}): StorePrice | undefined {
  const { class: storageClass, ...prices } = own;
  const listed = listPrice(provider, storageClass);
  const given = Object.fromEntries(Object.entries(prices).filter(([, value]) => value !== undefined));
  if (Object.keys(given).length === 0) return listed;
  const base: StorePrice = listed ?? { ...unknownPrice, provider: provider ?? 'own' };
  const names = Object.keys(given).join(', ');
  return {
    ...base,
    ...given,
    source: listed === undefined ? 'holdfast.yaml' : `holdfast.yaml (${names}), else ${base.source}`,
  };
}

/** Of a store of which no price is known. */
export const unknownPrice: StorePrice = {
  provider: 'own',
  class: 'standard',
  title: 'prices of holdfast.yaml',
  gigabyte: 1e9,
  storage: undefined,
  egress: undefined,
  freeEgress: {},
  retrieval: undefined,
  put: undefined,
  get: undefined,
  minimumDays: 0,
  minimumGigabytes: 0,
  freeGigabytes: 0,
  source: 'holdfast.yaml',
  read: undefined,
  remark: undefined,
};

/**
 * What a month of so much costs, US dollars: beyond what is free, and at least what is paid for in any case. Nothing of
 * requests.
 *
 * @returns undefined when the price is not known
 */
export function priceMonthOfStorage(bytes: number, price: StorePrice): number | undefined {
  if (price.storage === undefined) return undefined;
  const paid = Math.max(0, bytes / price.gigabyte - price.freeGigabytes);
  return Math.max(paid, price.minimumGigabytes) * price.storage;
}
