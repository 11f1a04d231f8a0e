import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createHttpParts } from '../../test/support/http-parts.ts';
import { acceptsGzip } from './answer-metrics.ts';
import { createApp } from './create-app.ts';

describe('the answer of /metrics', () => {
  it('is compressed for those who ask for it, and the same', async () => {
    using bed = createHttpParts();
    const app = createApp(bed.parts);
    const get = (headers: Record<string, string>) =>
      app.request('/metrics', { headers: { host: '127.0.0.1', ...headers } });
    const plain = await get({});
    const text = await plain.text();
    expect(plain.headers.get('content-encoding')).toBeNull();
    const small = await get({ 'accept-encoding': 'deflate, gzip;q=0.5' });
    expect(small.headers.get('content-encoding')).toBe('gzip');
    expect(small.headers.get('content-type')).toBe(plain.headers.get('content-type'));
    const bytes = Buffer.from(await small.arrayBuffer());
    expect(gunzipSync(bytes).toString()).toBe(text);
    expect(bytes.length * 3).toBeLessThan(text.length);
    // A cache must not give the one for the other.
    expect([plain, small].map(({ headers }) => headers.get('vary'))).toEqual([
      'accept-encoding',
      'accept-encoding',
    ]);
  });

  it.each([
    ['', false],
    ['gzip', true],
    ['br, GZIP ; q=0.1', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000, br', false],
    ['identity', false],
    ['x-gzip', false],
  ])('%o accepts gzip: %o', (header, accepts) => {
    expect(acceptsGzip(header)).toBe(accepts);
  });
});
