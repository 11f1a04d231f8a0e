import { describe, expect, it } from 'vitest';
import { providerNames, resolveProvider, type ProviderQuestion } from './providers.ts';

const nothing = { endpoint: undefined, region: undefined, account: undefined };

describe('resolveProvider', () => {
  it('knows endpoint, region and style of each store', () => {
    const at = (region: string): ProviderQuestion => ({ ...nothing, region });
    expect(resolveProvider('aws', at('eu-central-1'))).toEqual({
      endpoint: 's3.eu-central-1.amazonaws.com',
      region: 'eu-central-1',
      uriStyle: 'host',
    });
    expect(resolveProvider('aws', at('cn-north-1')).endpoint).toBe('s3.cn-north-1.amazonaws.com.cn');
    expect(resolveProvider('backblaze', at('us-west-004')).endpoint).toBe('s3.us-west-004.backblazeb2.com');
    expect(resolveProvider('wasabi', at('eu-central-1')).endpoint).toBe('s3.eu-central-1.wasabisys.com');
    expect(resolveProvider('r2', { ...nothing, account: 'abc' })).toEqual({
      endpoint: 'abc.r2.cloudflarestorage.com',
      region: 'auto',
      uriStyle: 'path',
    });
    expect(resolveProvider('minio', { ...nothing, endpoint: 'minio:9000' })).toEqual({
      endpoint: 'minio:9000',
      region: 'us-east-1',
      uriStyle: 'path',
    });
  });

  it('lets the file come first, for every store', () => {
    for (const name of [...providerNames, undefined]) {
      const answer = resolveProvider(name, {
        endpoint: 'own.example.com',
        region: 'here',
        account: undefined,
      });
      expect(answer).toMatchObject({ endpoint: 'own.example.com', region: 'here' });
    }
  });
});
