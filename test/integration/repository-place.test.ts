import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InfoFiles } from '../../src/jobs/observe/observe-info-files.ts';
import { repositoryPlace } from '../../src/jobs/observe/repository-place.ts';
import type { Repository, S3Access } from '../../src/model/repository.ts';
import { listStretches } from '../../src/recovery/wal/ledger.ts';
import { buildChain } from '../../src/recovery/wal/timeline-chain.ts';
import { createLedgerBed, filesOf, type LedgerBed, ledgerOf } from './ledger-bed.ts';

let bed: LedgerBed;

beforeAll(async () => {
  bed = await createLedgerBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

const s3: Omit<S3Access, 'endpoint' | 'region'> = {
  type: 's3',
  provider: undefined,
  bucket: 'acme-backups',
  uriStyle: 'path',
  keyType: 'auto',
  key: undefined,
  keySecret: undefined,
  token: undefined,
  role: undefined,
  kmsKeyId: undefined,
  sseCustomerKey: undefined,
  host: undefined,
  port: undefined,
  caFile: undefined,
  caPath: undefined,
  verifyTls: true,
  uploadChunkSize: undefined,
  tags: {},
};

/** One of the bed's, written as a bucket of the same name at a provider of its own. The engine reads the real one. */
function bucketOf(key: number, endpoint: string): Repository {
  const access = { ...s3, endpoint, region: 'eu' };
  return { ...bed.repositoryOf(key), path: '/pgbackrest', access };
}

function countStretches(ledger: ReturnType<typeof ledgerOf>): number {
  return listStretches(ledger, buildChain(1, [], ledger.segmentSize)).length;
}

it('sees a hole in one of two buckets of the same name, whichever is looked at first', async () => {
  await bed.archiveSegments(4);
  const [whole, holed] = [bucketOf(1, 'b2.example.com'), bucketOf(2, 'wasabi.example.com')];
  const lost = bed.filesIn(2).at(-2) ?? '';
  rmSync(bed.in(2, lost));
  for (let round = 0; round < 2; round += 1) {
    for (const [key, repository, stretches] of [
      [1, whole, 1],
      [2, holed, 2],
    ] as const) {
      const ledger = ledgerOf(await bed.look(repository));
      expect(filesOf(ledger)).toEqual(bed.filesIn(key));
      expect(countStretches(ledger)).toBe(stretches);
    }
    bed.now += 60_000;
  }
});

it('reads the info files again when the number has become that of another repository', async () => {
  const infoFiles = new InfoFiles();
  const { signal } = new AbortController();
  const look = (repository: Repository) =>
    infoFiles.look({
      engine: bed.bed.engine,
      stanza: 'main',
      repositoryKey: repository.key,
      repositoryPlace: repositoryPlace(repository),
      clock: { now: () => bed.now, sleep: () => Promise.resolve() },
      recheck: 86_400,
      signal,
    });
  expect((await look(bed.repositoryOf(1))).requests).toBe(4);
  expect((await look(bed.repositoryOf(1))).requests).toBe(0);
  // As after the first repository was taken out of the file.
  expect((await look({ ...bed.repositoryOf(2), key: 1 })).requests).toBe(4);
  expect((await look({ ...bed.repositoryOf(1), key: 2 })).requests).toBe(0);
});
