import { describe, expect, it } from 'vitest';
import { repository } from '../../../test/support/conf-parts.ts';
import type { RepositoryAccess } from '../../model/repository.ts';
import { egressCost } from './egress-cost.ts';

const s3 = (provider: string | undefined): RepositoryAccess =>
  ({ type: 's3', provider, bucket: 'b' }) as Partial<RepositoryAccess> as RepositoryAccess;

describe('what reading costs', () => {
  it('is the list price of the provider, with where it comes from', () => {
    expect(egressCost(repository(1, { access: s3('aws') }), 100 * 2 ** 30)).toMatchObject({
      amount: 9,
      currency: 'USD',
      source: expect.stringMatching(/^list price of \d{4}-\d{2}$/),
    });
    expect(egressCost(repository(1, { access: s3('r2') }), 100e9)?.amount).toBe(0);
  });

  it('is what the file says, where it says something', () => {
    const own = repository(1, { access: s3('minio'), egressPrice: 0.02 });
    expect(egressCost(own, 50e9)).toMatchObject({ amount: 1, source: 'holdfast.yaml' });
  });

  it('is not known of a store without a price, and nothing in a directory', () => {
    expect(egressCost(repository(1, { access: s3(undefined) }), 1e9)).toBeUndefined();
    expect(egressCost(repository(1, { access: s3('minio') }), 1e9)).toBeUndefined();
    expect(egressCost(repository(1), 1e9)).toBeUndefined();
  });
});
