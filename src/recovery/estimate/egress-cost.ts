import type { Repository } from '../../model/repository.ts';
import { listPrice, providerOf } from '../../model/store-price.ts';
import type { EgressCost } from '../restore-plan.ts';

/**
 * What reading so many bytes costs.
 *
 * @param bytes as stored, which is what goes over the line
 * @returns undefined where nobody charges for it (a directory, a host of one's own), or nobody knows what
 */
export function egressCost(
  repository: Pick<Repository, 'access' | 'egressPrice' | 'price'>,
  bytes: number,
): EgressCost | undefined {
  const { access, price } = repository;
  const egressPrice = price?.egress ?? repository.egressPrice;
  const provider = providerOf(access);
  const listed = listPrice(provider, price?.class);
  if (egressPrice !== undefined) {
    return {
      provider: provider ?? access.type,
      amount: (bytes / (listed?.gigabyte ?? 1e9)) * egressPrice,
      currency: 'USD',
      perGigabyte: egressPrice,
      source: 'holdfast.yaml',
      remark: undefined,
    };
  }
  if (provider === undefined || listed?.egress === undefined) return undefined;
  return {
    provider,
    amount: (bytes / listed.gigabyte) * listed.egress,
    currency: 'USD',
    perGigabyte: listed.egress,
    source: `list price of ${listed.read ?? 'an unknown date'}`,
    remark: listed.remark,
  };
}
