import { describe, expect, it } from 'vitest';
import { configure, failureOf, rendered, takeVariables } from './take-variables.ts';

describe('Patroni with Ansible', () => {
  const vault = `# pgBackRest S3 configuration
vault_pgbackrest_s3_bucket: "shop-db-backups"
vault_pgbackrest_s3_endpoint: "s3.us-west-004.backblazeb2.com"
vault_pgbackrest_s3_region: "us-west-004"
vault_pgbackrest_s3_key: "0044key"
vault_pgbackrest_s3_secret: "0044secret"
vault_pgbackrest_cipher_pass: "long enough to be one 8361"
vault_other: { a: 1 }
`;
  it('takes the vault as it is, and renders what its template meant', () => {
    const result = takeVariables(vault);
    const lines = rendered(result, '2.60');
    expect(lines).toEqual(
      expect.arrayContaining([
        '[proposalsapp]',
        'repo1-path=/proposalsapp-backups',
        'repo1-s3-endpoint=s3.us-west-004.backblazeb2.com',
        'repo1-s3-key-secret=(masked)',
        'repo1-retention-full=28',
        'repo1-retention-full-type=time',
        'archive-async=y',
        'compress-type=zst',
      ]),
    );
    expect(lines.join('\n')).not.toMatch(/push-queue-max|retention-diff|s3-secret=|backup-standby=y/);
    expect(configure(result).stanzas[0]?.patroni?.url).toBe('http://127.0.0.1:8008');
  });

  it('says how to give a vault that is encrypted', () => {
    const failure = failureOf('$ANSIBLE_VAULT;1.1;AES256\n61626364\n');
    expect(failure.kind).toBe('file-unusable');
    expect(failure.hint).toContain('ansible-vault view');
  });
});
