import { describe, expect, it } from 'vitest';
import { writeDraft } from '../write-draft.ts';
import { importEnvironment } from './import-environment.ts';
import { configure, rendered, settings, takeVariables } from './take-variables.ts';

const setup = `SETUP_BACKUP=true
BACKUP_SCHEDULE_FULL="0 2 * * 0"    # Weekly full backup
BACKUP_RETENTION_FULL=7
BACKUP_RETENTION_DIFF=3
BACKUP_MEMORY_LIMIT=512M
BACKUP_CPU_LIMIT=0.5
BACKUP_MEMORY_RESERVATION=256M
BACKUP_CPU_RESERVATION=0.25
BACKUP_WEBHOOK_URL=https://hooks.example.net/backup
`;

describe('the setup service', () => {
  it.each([
    ['posix', 'PGBACKREST_REPO1_PATH=/mnt/backups  # For posix type\n', ['repo1-path=/mnt/backups']],
    [
      's3',
      'AWS_S3_BUCKET=shop\nAWS_REGION=eu-north-1\nAWS_ACCESS_KEY_ID=AKEY\nAWS_SECRET_ACCESS_KEY=sk\n',
      [
        'repo1-s3-endpoint=s3.eu-north-1.amazonaws.com',
        'repo1-s3-bucket=shop',
        'repo1-cipher-type=aes-256-cbc',
      ],
    ],
    [
      'azure',
      'AZURE_STORAGE_ACCOUNT=shopstore\nAZURE_STORAGE_KEY=a2V5\nAZURE_STORAGE_CONTAINER=backups\n',
      ['repo1-azure-container=backups', 'repo1-cipher-type=aes-256-cbc'],
    ],
    [
      'gcs',
      'GCS_BUCKET=shop\nGCS_KEY=/etc/pgbackrest/key.json\n',
      ['repo1-gcs-bucket=shop', 'repo1-cipher-type=aes-256-cbc'],
    ],
  ])('writes a repository of type %s', (type, variables, expected) => {
    const result = takeVariables(`${setup}PGBACKREST_REPO1_TYPE=${type}\n${variables}`);
    expect(result.integration.name).toBe('setup-service');
    expect(rendered(result)).toEqual(
      expect.arrayContaining([
        ...expected,
        '[salespider]',
        'repo1-retention-full=7',
        'repo1-retention-diff=3',
        'process-max=1',
      ]),
    );
    const { notify, stanzas } = configure(result);
    expect(notify).toMatchObject([
      { kind: 'webhook', target: { kind: 'environment', name: 'HOLDFAST_WEBHOOK_URL' } },
    ]);
    expect(stanzas[0]?.schedule.map(({ job }) => job)).toEqual(['full', 'diff']);
    const kept = result.draft.notes.filter(
      (note) => /BACKUP_(?:MEMORY|CPU)/.test(note.what) && note.kind === 'not-carried',
    );
    expect(kept.map(({ what }) => what).toSorted()).toEqual([
      'BACKUP_CPU_LIMIT',
      'BACKUP_CPU_RESERVATION',
      'BACKUP_MEMORY_LIMIT',
      'BACKUP_MEMORY_RESERVATION',
    ]);
  });

  it('puts a service account that came as JSON into a file of its own', () => {
    const result = takeVariables(
      `${setup}PGBACKREST_REPO1_TYPE=gcs\nGCS_BUCKET=shop\nGCS_KEY='{"type":"service_account"}'\n`,
    );
    expect(result.secretFiles).toEqual([
      { name: 'gcs-service-account.json', content: '{"type":"service_account"}\n' },
    ]);
    expect(writeDraft(result.draft)).toContain('/etc/holdfast/gcs-service-account.json');
  });

  it.each([
    'SETUP_BACKUP=false\nPGBACKREST_REPO1_TYPE=none\n',
    'SETUP_BACKUP=true\nPGBACKREST_REPO1_TYPE=none\n',
  ])('writes nothing where backups are switched off: %s', (text) => {
    expect(importEnvironment(text, '.env', settings)).toMatchObject({
      kind: 'hosted',
      hosted: { provider: undefined },
    });
  });
});
