import { describe, expect, it } from 'vitest';
import type { Repository, RepositoryAccess } from '../../model/repository.ts';
import { leaseKey } from '../../postgres/lease-key.ts';
import { leaseResource, repositoryIdentity } from './repository-identity.ts';

const storage = {
  host: undefined,
  port: undefined,
  caFile: undefined,
  caPath: undefined,
  verifyTls: true,
  uploadChunkSize: undefined,
  tags: {},
};
const s3: RepositoryAccess = {
  ...storage,
  type: 's3',
  provider: 'aws',
  bucket: 'acme',
  endpoint: 's3.eu-central-1.amazonaws.com',
  region: 'eu-central-1',
  uriStyle: 'host',
  keyType: 'shared',
  key: undefined,
  keySecret: undefined,
  token: undefined,
  role: undefined,
  kmsKeyId: undefined,
  sseCustomerKey: undefined,
};

function repository(access: RepositoryAccess, changes: Partial<Repository> = {}): Repository {
  return {
    name: 'local',
    key: 1,
    path: '/backups',
    access,
    host: undefined,
    encryption: undefined,
    retention: { full: undefined, diff: undefined, archive: 'follow', history: undefined },
    bundle: undefined,
    block: undefined,
    ...changes,
  };
}

describe('repositoryIdentity', () => {
  it('is the same whatever the repository is called, and by whichever address it is reached', () => {
    const one = repositoryIdentity(repository(s3));
    const renamed = repository({ ...s3, endpoint: 'vpce-1.s3.amazonaws.com' }, { name: 'offsite', key: 3 });
    expect(repositoryIdentity(renamed)).toBe(one);
    expect(repositoryIdentity(repository(s3, { path: '/backups/' }))).toBe(one);
  });

  it('differs by bucket, path and kind', () => {
    const all = [
      repository(s3),
      repository({ ...s3, bucket: 'other' }),
      repository(s3, { path: '/' }),
      repository({ type: 'posix' }),
    ];
    expect(new Set(all.map(repositoryIdentity)).size).toBe(all.length);
  });
});

describe('leaseResource', () => {
  it('is one for all directories of a stanza: each host may mount them elsewhere', () => {
    const here = leaseResource('main', repository({ type: 'posix' }));
    expect(leaseResource('main', repository({ type: 'cifs' }, { path: '/mnt/nas' }))).toEqual(here);
    expect(leaseKey(leaseResource('other', repository({ type: 'posix' })))).not.toBe(leaseKey(here));
    expect(leaseKey(leaseResource('main', repository(s3)))).not.toBe(leaseKey(here));
  });
});

describe('leaseKey', () => {
  it('is what every Holdfast has computed so far: another key would be another lock', () => {
    expect(leaseKey({ stanza: 'main', repository: 'files' })).toBe(0x03_8a_44_39);
  });
});
