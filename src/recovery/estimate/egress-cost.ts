import type { Repository } from '../../model/repository.ts';
import type { EgressCost } from '../restore-plan.ts';

interface ListPrice {
  readonly perGigabyte: number;
  readonly remark: string | undefined;
}

/** Of when the list prices below are. They change: `egressPrice` of a repository replaces them. */
const pricesAsOf = '2025-01';

/**
 * List prices of reading over the internet, US dollars for a GB, first tier; from the price pages of the stores
 * (aws.amazon.com/s3/pricing, backblaze.com/cloud-storage/pricing, wasabi.com/pricing, developers.cloudflare.com/r2/pricing,
 * azure.microsoft.com/pricing/details/bandwidth, cloud.google.com/storage/pricing).
 */
const listPrices: Readonly<Record<string, ListPrice>> = {
  aws: { perGigabyte: 0.09, remark: 'nothing within the same region; the first 100 GB of a month are free' },
  backblaze: { perGigabyte: 0.01, remark: 'free up to three times what is stored' },
  wasabi: { perGigabyte: 0, remark: 'as long as no more is read in a month than is stored' },
  r2: { perGigabyte: 0, remark: undefined },
  azure: {
    perGigabyte: 0.087,
    remark: 'nothing within the same region; the first 100 GB of a month are free',
  },
  gcs: { perGigabyte: 0.12, remark: 'nothing within the same region' },
};

/**
 * What reading so many bytes costs.
 *
 * @param bytes as stored, which is what goes over the line
 * @returns undefined where nobody charges for it (a directory, a host of one's own), or nobody knows what
 */
export function egressCost(
  repository: Pick<Repository, 'access' | 'egressPrice'>,
  bytes: number,
): EgressCost | undefined {
  const { access, egressPrice } = repository;
  const provider = access.type === 's3' ? access.provider : access.type;
  const gigabytes = bytes / 1e9;
  if (egressPrice !== undefined) {
    return {
      provider: provider ?? access.type,
      amount: gigabytes * egressPrice,
      currency: 'USD',
      perGigabyte: egressPrice,
      source: 'holdfast.yaml',
      remark: undefined,
    };
  }
  const price = provider === undefined ? undefined : listPrices[provider];
  if (provider === undefined || price === undefined) return undefined;
  return {
    provider,
    amount: gigabytes * price.perGigabyte,
    currency: 'USD',
    perGigabyte: price.perGigabyte,
    source: `list price of ${pricesAsOf}`,
    remark: price.remark,
  };
}
