import { describe } from 'vitest';
import {
  bucket,
  global,
  main,
  pushes,
  type RuleCase,
  script,
  tryCases,
} from '../../../../test/support/rule-cases.ts';
import { endpointPlainHttp, gcsKeyNotAFile, queueMaxDropsWal, tagsOnR2 } from './archiving-and-stores.ts';
import { hostIsItself, noLocalNode, standbyMissing, standbyRequired } from './hosts.ts';
import {
  blockWithoutBundle,
  encryptionOff,
  repositoriesSharePath,
  repositoryInData,
  repositoryWithoutBackups,
} from './repositories.ts';
import {
  archiveBelowFull,
  archiveBeyondFull,
  archiveInDays,
  diffRetentionUnused,
  fullInDays,
  retentionMissing,
} from './retention.ts';
import { dataDirectoryDiffers, stanzaNotConfigured } from './stanzas.ts';
import { retentionRules } from './retention.ts';
import { repositoryRules } from './repositories.ts';
import { hostRules } from './hosts.ts';
import { stanzaRules } from './stanzas.ts';
import { storeRules } from './archiving-and-stores.ts';

const whole = (...lines: string[]) => global(...lines, '[main]', 'pg1-path=/srv/pg');

const retention: readonly RuleCase[] = [
  ['no retention', retentionMissing, whole('repo1-path=/srv'), ['2: repo1-path']],
  ['retention', retentionMissing, whole('repo1-path=/srv', 'repo1-retention-full=2'), []],
  ['retention on the repository host', retentionMissing, whole('repo1-host=h', 'repo1-path=/srv'), []],
  [
    'more archive than backups',
    archiveBeyondFull,
    global('repo1-retention-full=4', 'repo1-retention-archive=14'),
    ['3: 14'],
  ],
  [
    'as much archive as backups',
    archiveBeyondFull,
    global('repo1-retention-full=4', 'repo1-retention-archive=4'),
    [],
  ],
  [
    'archive of diffs',
    archiveBeyondFull,
    global('repo1-retention-full=2', 'repo1-retention-archive=5', 'repo1-retention-archive-type=diff'),
    [],
  ],
  [
    'archive in days',
    archiveInDays,
    global('# keep 7 days of WAL', 'repo1-retention-archive=7'),
    ['3: repo1-retention-archive'],
  ],
  [
    'archive in backups',
    archiveInDays,
    global('# WAL of the newest backups', 'repo1-retention-archive=2'),
    [],
  ],
  [
    'less archive than backups',
    archiveBelowFull,
    global('repo1-retention-full=4', 'repo1-retention-archive=1'),
    ['3: 1'],
  ],
  ['archive that follows', archiveBelowFull, global('repo1-retention-full=4'), []],
  [
    'diff without diffs',
    diffRetentionUnused,
    { ...global('repo1-retention-diff=7'), ...script('pgbackrest --stanza=main --type=full backup') },
    ['2: repo1-retention-diff'],
  ],
  [
    'diff with diffs',
    diffRetentionUnused,
    { ...global('repo1-retention-diff=7'), ...script('pgbackrest --stanza=main --type=diff backup') },
    [],
  ],
  ['full in days', fullInDays, global('# days', 'repo1-retention-full=14'), ['3: repo1-retention-full']],
  [
    'days with the type',
    fullInDays,
    global('# days', 'repo1-retention-full=14', 'repo1-retention-full-type=time'),
    [],
  ],
];

const repositories: readonly RuleCase[] = [
  ['one path', repositoriesSharePath, global('repo1-path=/a', 'repo2-path=/a/'), ['3: /a/']],
  ['one inside the other', repositoriesSharePath, global('repo1-path=/a', 'repo2-path=/a/b'), ['3: /a/b']],
  ['neighbours', repositoriesSharePath, global('repo1-path=/a', 'repo2-path=/ab'), []],
  [
    'one prefix in two stores',
    repositoriesSharePath,
    global('repo1-path=/a', 'repo2-path=/a', 'repo2-type=s3'),
    [],
  ],
  [
    'inside the data',
    repositoryInData,
    global('repo1-path=/srv/pg/b', '[main]', 'pg1-path=/srv/pg'),
    ['2: /srv/pg/b'],
  ],
  ['beside the data', repositoryInData, global('repo1-path=/srv/pgb', '[main]', 'pg1-path=/srv/pg'), []],
  ['a plain bucket', encryptionOff, global(...bucket), ['2: s3']],
  ['an encrypted bucket', encryptionOff, global(...bucket, 'repo1-cipher-type=aes-256-cbc'), []],
  ['a plain disk', encryptionOff, global('repo1-path=/a'), []],
  ['block alone', blockWithoutBundle, global('repo1-block=y'), ['2: repo1-block']],
  ['block with bundle', blockWithoutBundle, global('repo1-block=y', 'repo1-bundle=y'), []],
  [
    'backups into the first only',
    repositoryWithoutBackups,
    { ...global('repo1-path=/a', 'repo2-path=/b'), ...script('pgbackrest --stanza=main backup') },
    ['3: repo2-path'],
  ],
  [
    'backups into both',
    repositoryWithoutBackups,
    {
      ...global('repo1-path=/a', 'repo2-path=/b'),
      ...script('pgbackrest --stanza=main backup', 'pgbackrest --stanza=main --repo=2 backup'),
    },
    [],
  ],
];

const hosts: readonly RuleCase[] = [
  ['itself', hostIsItself, main('pg1-path=/a', 'pg1-host=localhost'), ['3: localhost']],
  ['another', hostIsItself, main('pg1-path=/a', 'pg2-path=/a', 'pg2-host=db2'), []],
  [
    'a loop over all',
    hostIsItself,
    main('{% for h in hosts %}', 'pg{{ loop.index }}-host={{ h }}', '{% endfor %}'),
    ['3: pg{{ loop.index }}-host'],
  ],
  [
    'a loop that leaves itself out',
    hostIsItself,
    main(
      '{% for h in hosts if h != inventory_hostname %}',
      'pg{{ loop.index }}-host={{ h }}',
      '{% endfor %}',
    ),
    [],
  ],
  ['no node here', noLocalNode, { ...main('pg1-path=/a', 'pg1-host=db'), ...pushes }, ['3: pg1-host']],
  ['a node here', noLocalNode, { ...main('pg1-path=/a', 'pg2-path=/a', 'pg2-host=db2'), ...pushes }, []],
  ['a host for backups', noLocalNode, main('pg1-path=/a', 'pg1-host=db'), []],
  ['no standby', standbyMissing, global('backup-standby=y', '[main]', 'pg1-path=/a'), ['2: backup-standby']],
  [
    'a standby',
    standbyMissing,
    global('backup-standby=y', '[main]', 'pg1-path=/a', 'pg2-path=/a', 'pg2-host=b'),
    [],
  ],
  [
    'no fallback',
    standbyRequired,
    global('backup-standby=y', '[main]', 'pg1-path=/a', 'pg2-path=/a', 'pg2-host=b'),
    ['2: backup-standby'],
    '2.55',
  ],
  [
    'a fallback',
    standbyRequired,
    global('backup-standby=prefer', '[main]', 'pg1-path=/a', 'pg2-path=/a', 'pg2-host=b'),
    [],
    '2.55',
  ],
  [
    'another stanza',
    stanzaNotConfigured,
    { ...main('pg1-path=/a'), ...script('pgbackrest --stanza=other backup') },
    ['2: other'],
  ],
  [
    'its stanza',
    stanzaNotConfigured,
    { ...main('pg1-path=/a'), ...script('pgbackrest --stanza=main backup') },
    [],
  ],
  [
    'a stanza of a template',
    stanzaNotConfigured,
    { 'pgbackrest.conf': '[{{ s }}]\npg1-path=/a\n', ...script('pgbackrest --stanza=x backup') },
    [],
  ],
  [
    'another data directory',
    dataDirectoryDiffers,
    { ...main('pg1-path=/a'), 'postgresql.conf': "data_directory = '/b'\n" },
    ['2: /a'],
  ],
  [
    'its data directory',
    dataDirectoryDiffers,
    { ...main('pg1-path=/a/'), 'postgresql.conf': "data_directory = '/a'\n" },
    [],
  ],
];

const stores: readonly RuleCase[] = [
  [
    'a limit of the queue',
    queueMaxDropsWal,
    global('archive-push-queue-max=4GiB'),
    ['2: archive-push-queue-max'],
  ],
  ['a limit of the other queue', queueMaxDropsWal, global('archive-get-queue-max=4GiB'), []],
  ['http', endpointPlainHttp, global('repo1-s3-endpoint=http://minio:9000'), ['2: http://minio:9000']],
  ['https', endpointPlainHttp, global('repo1-s3-endpoint=https://minio:9000'), []],
  ['http, since it is spoken', endpointPlainHttp, global('repo1-s3-endpoint=http://minio:9000'), [], '2.58'],
  [
    'tags on R2',
    tagsOnR2,
    global(...bucket.slice(0, 2), 'repo1-s3-endpoint=x.r2.cloudflarestorage.com', 'repo1-storage-tag=a=b'),
    ['5: repo1-storage-tag'],
    '2.48',
  ],
  [
    'the key of GCS itself',
    gcsKeyNotAFile,
    global('repo1-type=gcs', 'repo1-gcs-bucket=b', 'repo1-gcs-key={"type":"service_account"}'),
    ['4: {"type":"service_account"}'],
  ],
  [
    'the file of a key of GCS',
    gcsKeyNotAFile,
    global('repo1-type=gcs', 'repo1-gcs-bucket=b', 'repo1-gcs-key=/etc/pgbackrest/key.json'),
    [],
  ],
  ['tags on S3', tagsOnR2, global(...bucket, 'repo1-storage-tag=a=b'), []],
];

describe('rules about repositories and hosts', () => {
  tryCases(
    [...retentionRules, ...repositoryRules, ...hostRules, ...stanzaRules, ...storeRules],
    [...retention, ...repositories, ...hosts, ...stores],
  );
});
