import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../config/load.ts';
import { renderConf } from '../../engine/conf/render-conf.ts';
import { maskedSecrets } from '../../engine/conf/secret-values.ts';
import { parseEngineVersion } from '../../model/engine-version.ts';
import { isFailure } from '../../model/failure.ts';
import { writeDraft } from '../write-draft.ts';
import { askProtection, type InterviewFacts } from './ask-protection.ts';
import type { DetectedCluster } from './detect-clusters.ts';
import { draftProtection, type NewProtection } from './new-protection.ts';

const cluster: DetectedCluster = {
  path: '/var/lib/postgresql/15/main',
  major: 15,
  port: 5432,
  socket: undefined,
  running: true,
  standby: false,
  uid: 101,
  name: 'main',
};

const facts: InterviewFacts = {
  clusters: [cluster],
  placeOf: ({ path, port }) => Promise.resolve({ path, port, socket: undefined, user: undefined }),
  inspect: (path) => Promise.resolve(path === '/data' ? { ...cluster, path, name: undefined } : undefined),
  stanza: undefined,
  newPassphrase: () => 'MADE'.repeat(16),
};

/** Answers one question after the other, and keeps what was asked. */
async function talk(
  answers: readonly string[],
  given: Partial<InterviewFacts> = {},
): Promise<{ protection: NewProtection; asked: readonly string[]; told: readonly string[] }> {
  const [asked, told]: [string[], string[]] = [[], []];
  const left = [...answers];
  const ask = (question: string): Promise<string> => {
    asked.push(question);
    return Promise.resolve(left.shift() ?? '');
  };
  const tell = (line: string): void => void told.push(line);
  const protection = await askProtection({ tell, ask, askHidden: ask }, { ...facts, ...given });
  expect(left).toEqual([]);
  return { protection, asked, told };
}

describe('the interview', () => {
  it('takes the return key alone for everything, in three questions', async () => {
    const { protection, asked } = await talk(['', '', '']);
    expect(asked).toHaveLength(3);
    expect(protection).toEqual({
      stanza: 'main',
      cluster: { path: cluster.path, port: 5432, socket: undefined, user: undefined },
      repository: { type: 'posix', path: '/var/lib/pgbackrest' },
      passphrase: undefined,
      days: 14,
    });
  });

  it('asks which cluster only where there are several', async () => {
    const clusters = [cluster, { ...cluster, path: '/pg/data', port: 5433, name: 'other', standby: true }];
    const { protection, told } = await talk(['9', '2', '', '', '30'], { clusters });
    expect(protection).toMatchObject({
      stanza: 'other',
      cluster: { path: '/pg/data', port: 5433 },
      days: 30,
    });
    expect(told).toContain('Type a number from 1 to 2.');
    expect(told.join('\n')).toContain('a standby');
  });

  it('asks for the data directory where none was found, and believes only one', async () => {
    const { protection, asked } = await talk(['data', '/nowhere', '/data', '', '', ''], { clusters: [] });
    expect(asked.filter((question) => question.includes('data directory'))).toHaveLength(3);
    expect(protection.cluster.path).toBe('/data');
  });

  it('gives up after three answers that are none', async () => {
    const failure = await talk(['here', 'there', 'somewhere']).catch((error: unknown) => error);
    expect(isFailure(failure, 'usage')).toBe(true);
  });
});

describe('every kind of repository', () => {
  it.each([
    ['a directory', ['/backup', 'y'], 'repo1-path=/backup'],
    [
      'aws',
      ['s3', '', 'shop', 'eu-north-1', 'AKEY', 'sk/9x7', ''],
      'repo1-s3-endpoint=s3.eu-north-1.amazonaws.com',
    ],
    [
      'r2',
      ['s3', 'r2', 'shop', '0a1b2c', 'AKEY', 'sk/9x7', ''],
      'repo1-s3-endpoint=0a1b2c.r2.cloudflarestorage.com',
    ],
    [
      'minio',
      ['s3', 'minio', 'shop', 'https://minio.internal/', 'AKEY', 'sk/9x7', ''],
      'repo1-s3-uri-style=path',
    ],
    [
      'another store',
      ['s3', 'other', 'shop', 's3.example.net', 'r1', 'AKEY', 'sk/9x7', ''],
      'repo1-s3-region=r1',
    ],
    ['azure', ['azure', 'account1', 'backups', 'a2V5', ''], 'repo1-azure-container=backups'],
    ['gcs', ['gcs', 'shop', 'key.json', '/etc/key.json', ''], 'repo1-gcs-bucket=shop'],
    [
      'sftp',
      ['sftp', 'sftp.example.net', 'backup', '/srv/backup', '/etc/id', ''],
      'repo1-sftp-host=sftp.example.net',
    ],
  ])('%s ends in a file without problems that renders, encrypted', async (_, answers, line) => {
    const { protection } = await talk([...answers, '']);
    const { draft, secrets } = draftProtection(protection);
    const text = writeDraft(draft);
    const { configuration, problems } = parseConfiguration(text, '/etc/holdfast/holdfast.yaml');
    expect(problems).toEqual([]);
    const version = parseEngineVersion('2.60');
    if (configuration === undefined || version === undefined) throw new Error('nothing to render');
    const files = renderConf(configuration, { version, machine: { cores: 2 }, secrets: maskedSecrets });
    const lines = files.flatMap(({ content }) => content.split('\n'));
    expect(lines).toEqual(
      expect.arrayContaining([line, 'repo1-cipher-type=aes-256-cbc', 'repo1-retention-full=14']),
    );
    for (const { value } of secrets) expect(text).not.toContain(value);
    expect(secrets.at(-1)?.value).toBe(facts.newPassphrase());
  });
});
