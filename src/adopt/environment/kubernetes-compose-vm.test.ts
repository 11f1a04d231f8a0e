import { describe, expect, it } from 'vitest';
import { rendered, settings, takeVariables } from './take-variables.ts';

describe('Kubernetes, Compose and VM', () => {
  it('lets WAL follow the backups instead of counting days as backups', () => {
    const result = takeVariables(
      'PGBACKREST_REPO1_RETENTION_FULL=4\nPGBACKREST_REPO1_RETENTION_ARCHIVE=14\n',
    );
    const lines = rendered(result);
    expect(lines).toEqual(
      expect.arrayContaining(['[mcpgov]', 'repo1-retention-full=4', 'repo1-retention-diff=3']),
    );
    expect(lines.join('\n')).not.toContain('retention-archive=14');
    expect(result.draft.notes).toContainEqual(
      expect.objectContaining({ what: 'PGBACKREST_REPO1_RETENTION_ARCHIVE', severity: 'critical' }),
    );
  });

  it('follows the references to the keys of Amazon, and encrypts', () => {
    const result = takeVariables(`AWS_ACCESS_KEY_ID=AKEY
AWS_SECRET_ACCESS_KEY='sec/ret+1'
PGBACKREST_REPO1_TYPE=s3
PGBACKREST_REPO1_S3_BUCKET=gov-backups
PGBACKREST_REPO1_S3_REGION=us-east-1
PGBACKREST_REPO1_S3_ENDPOINT=s3.amazonaws.com
PGBACKREST_REPO1_S3_KEY=\${AWS_ACCESS_KEY_ID}
PGBACKREST_REPO1_S3_KEY_SECRET=\${AWS_SECRET_ACCESS_KEY}
`);
    expect(result.integration.name).toBe('kubernetes-compose-vm');
    expect(rendered(result)).toEqual(
      expect.arrayContaining([
        'repo1-s3-endpoint=s3.us-east-1.amazonaws.com',
        'repo1-cipher-type=aes-256-cbc',
      ]),
    );
    expect(result.secrets.map(({ value }) => value)).toEqual(['AKEY', 'sec/ret+1', settings.newPassphrase()]);
  });
});
