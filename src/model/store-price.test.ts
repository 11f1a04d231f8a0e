import { describe, expect, it } from 'vitest';
import { listPrice, listPrices, priceClasses, resolvePrice } from './store-price.ts';

describe('list prices', () => {
  it('have a source and the month in which they were read, and one entry a class', () => {
    for (const price of listPrices) {
      expect(price.source).toMatch(/^[\w.-]+\.\w+(\/|$)/);
      expect(price.read).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/);
      expect([1e9, 2 ** 30]).toContain(price.gigabyte);
      expect(price.storage).toBeGreaterThan(0);
    }
    const names = listPrices.map((one) => `${one.provider} ${one.class}`);
    expect(new Set(names).size).toBe(names.length);
    expect(priceClasses('aws')[0]).toBe('standard');
  });

  it("are not known of stores of one's own", () => {
    expect(listPrice('minio')).toBeUndefined();
    expect(resolvePrice(undefined)).toBeUndefined();
    expect(listPrice('aws', 'deep-archive')).toBeUndefined();
  });
});

describe('prices of holdfast.yaml', () => {
  it('replace list prices one by one', () => {
    expect(resolvePrice('aws', { storage: 0.02 })).toMatchObject({
      storage: 0.02,
      egress: 0.09,
      source: 'holdfast.yaml (storage), else aws.amazon.com/s3/pricing',
    });
    expect(resolvePrice('aws', { class: 'standard-ia' })).toEqual(listPrice('aws', 'standard-ia'));
  });

  it('are all that is known of a store without a list price: the rest stays unknown', () => {
    expect(resolvePrice('minio', { storage: 0.005 })).toMatchObject({
      provider: 'minio',
      storage: 0.005,
      egress: undefined,
      put: undefined,
      source: 'holdfast.yaml',
    });
  });
});
