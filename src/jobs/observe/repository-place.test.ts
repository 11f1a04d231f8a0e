import { expect, it } from 'vitest';
import type {
  AzureAccess,
  GcsAccess,
  Repository,
  RepositoryAccess,
  S3Access,
  SftpAccess,
} from '../../model/repository.ts';
import { repositoryIdentity } from '../run/repository-identity.ts';
import { archiveKey } from './observe-archive-ledger.ts';
import { repositoryPlace } from './repository-place.ts';

const storage = {
  host: undefined,
  port: undefined,
  caFile: undefined,
  caPath: undefined,
  verifyTls: true,
  uploadChunkSize: undefined,
  tags: {},
};
const s3: S3Access = {
  ...storage,
  type: 's3',
  provider: undefined,
  bucket: 'acme-backups',
  endpoint: 's3.us-west-004.backblazeb2.com',
  region: 'us-west-004',
  uriStyle: 'path',
  keyType: 'shared',
  key: { kind: 'literal', value: 'open sesame' },
  keySecret: { kind: 'literal', value: 'open sesame' },
  token: undefined,
  role: undefined,
  kmsKeyId: undefined,
  sseCustomerKey: undefined,
};
const azure: AzureAccess = {
  ...storage,
  type: 'azure',
  account: { kind: 'literal', value: 'open sesame' },
  container: 'pgbackrest',
  keyType: 'shared',
  key: { kind: 'literal', value: 'open sesame' },
  endpoint: undefined,
  uriStyle: 'host',
};
const gcs: GcsAccess = {
  ...storage,
  type: 'gcs',
  bucket: 'acme-backups',
  keyType: 'auto',
  key: undefined,
  endpoint: undefined,
  userProject: undefined,
};
const sftp: SftpAccess = {
  type: 'sftp',
  host: 'box1.example.com',
  port: 23,
  user: 'u1',
  privateKeyFile: '/etc/key',
  publicKeyFile: undefined,
  privateKeyPassphrase: undefined,
  hostKeyHashType: 'sha256',
  hostKeyCheckType: 'strict',
  hostFingerprint: undefined,
  knownHosts: [],
};

function repository(access: RepositoryAccess, changes: Partial<Repository> = {}): Repository {
  return {
    name: 'offsite',
    key: 1,
    path: '/pgbackrest',
    access,
    host: undefined,
    encryption: undefined,
    retention: { full: undefined, diff: undefined, archive: 'follow', history: undefined },
    bundle: undefined,
    block: undefined,
    ...changes,
  };
}

const database = { repositoryKey: 1, databaseId: 1, systemIdentifier: 7n, version: '16' };

it.each<[string, RepositoryAccess, RepositoryAccess]>([
  ['endpoints of S3', s3, { ...s3, endpoint: 's3.eu-central-1.wasabisys.com' }],
  ['regions', s3, { ...s3, region: 'eu-central-003' }],
  ['hosts behind one endpoint', s3, { ...s3, host: '10.0.0.2' }],
  ['ports', { ...s3, host: '10.0.0.2', port: 9000 }, { ...s3, host: '10.0.0.2', port: 9001 }],
  ['accounts of Azure', azure, { ...azure, account: { kind: 'literal', value: 'two' } }],
  ['endpoints of Azure', azure, { ...azure, endpoint: 'blob.core.usgovcloudapi.net' }],
  ['endpoints of GCS', gcs, { ...gcs, endpoint: 'storage.local' }],
  ['hosts of SFTP', sftp, { ...sftp, host: 'box2.example.com' }],
  ['ports of SFTP', sftp, { ...sftp, port: 22 }],
  ['users of SFTP', sftp, { ...sftp, user: 'u1-sub2' }],
])('what is seen in one place is not taken for another: %s', (_, left, right) => {
  const [one, other] = [repository(left), repository(right, { name: 'monthly', key: 2 })];
  expect(repositoryIdentity(other)).toBe(repositoryIdentity(one));
  expect(repositoryPlace(other)).not.toEqual(repositoryPlace(one));
  expect(archiveKey('main', other, database)).not.toBe(archiveKey('main', one, database));
});

it.each([s3, azure, gcs, sftp])('is the same for another name and number, and holds no secret', (access) => {
  const place = repositoryPlace(repository(access));
  expect(repositoryPlace(repository(access, { name: 'monthly', key: 2 }))).toEqual(place);
  expect(place.join()).not.toContain('open sesame');
});
