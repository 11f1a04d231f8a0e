import { expect, it } from 'vitest';
import { parseConfiguration } from '../../config/load.ts';
import { placeStore } from './object-store.ts';

const bucket = 'shop';

it.each([
  [undefined, 'eu-north-1', { provider: 'aws', region: 'eu-north-1', endpoint: undefined }],
  ['s3.eu-north-1.amazonaws.com', undefined, { provider: 'aws', region: 'eu-north-1', endpoint: undefined }],
  ['https://shop.s3.eu-north-1.amazonaws.com/', undefined, { provider: 'aws', region: 'eu-north-1' }],
  ['s3.amazonaws.com', 'us-east-1', { provider: 'aws', region: 'us-east-1' }],
  ['https://s3.us-east-005.backblazeb2.com', 'us-east-005', { provider: 'backblaze', region: 'us-east-005' }],
  ['s3.us-west-004.backblazeb2.com', 'us-east-1', { provider: 'backblaze', region: 'us-west-004' }],
  ['s3.eu-central-1.wasabisys.com', undefined, { provider: 'wasabi', region: 'eu-central-1' }],
  ['https://0a1b.r2.cloudflarestorage.com', 'auto', { provider: 'r2', account: '0a1b', region: undefined }],
  ['https://fra1.digitaloceanspaces.com', 'us-east-1', { provider: 'digitalocean', region: 'fra1' }],
  ['https://minio.internal:9000', 'us-east-1', { provider: 'minio', endpoint: 'minio.internal', port: 9000 }],
  ['https://user:pass@minio.internal:9000/', undefined, { endpoint: 'minio.internal', port: 9000 }],
  ['https://sss.pigsty:9000', 'stub', { provider: 'minio', endpoint: 'sss.pigsty', region: undefined }],
])('%s in %s', (endpoint, region, expected) => {
  const { place } = placeStore({ endpoint, region, bucket });
  expect(place).toMatchObject(expected);
  // What is said of the place is enough for the configuration.
  const { port, ...keys } = place;
  const repository = { type: 's3', bucket, ...keys, key: '${K}', keySecret: '${S}', retention: { full: 2 } };
  const file = {
    stanzas: {
      main: { postgres: { path: '/d' }, repositories: { r: { ...repository, storage: { port } } } },
    },
  };
  const { problems } = parseConfiguration(JSON.stringify(file), '/h.yaml');
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
});

it('tells what it changed, and nothing when there was nothing to change', () => {
  const told = (endpoint: string, region: string): readonly string[] =>
    placeStore({ endpoint, region, bucket, pathStyle: false }).corrections.map(({ about }) => about);
  expect(told('s3.us-east-005.backblazeb2.com', 'us-east-005')).toEqual([]);
  // The engine takes https:// and a port, and makes the host of it (src/storage/s3/helper.c).
  expect(told('https://s3.us-east-005.backblazeb2.com/', 'us-east-005')).toEqual([]);
  expect(told('https://s3.us-east-005.backblazeb2.com/shop', 'us-east-005')).toEqual(['endpoint']);
  expect(told('http://shop.s3.us-east-005.backblazeb2.com', 'us-west-1')).toEqual([
    'endpoint',
    'endpoint',
    'region',
  ]);
});
