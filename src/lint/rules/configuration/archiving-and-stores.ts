import { isAtLeast } from '../../../model/engine-version.ts';
import type { LintRule } from '../../lint-rule.ts';
import { knownSettings, meantValue } from './known-settings.ts';
import { repositoriesOf } from './repositories-of.ts';

export const queueMaxDropsWal: LintRule = {
  name: 'queue-max-drops-wal',
  severity: 'warning',
  title: 'archive-push-queue-max throws WAL away',
  consequence:
    'When more WAL waits than the limit, archive-push answers success and drops it: archived_count grows, check, verify ' +
    'and info stay green, and no restore gets past the hole until a new full backup. Where a loss of minutes at most is ' +
    'promised, that promise ends there.',
  correct: '# no archive-push-queue-max: watch the free space of pg_wal instead',
  reproduction: `PostgreSQL 15, pgBackRest 2.45, \`archive-push-queue-max=16MiB\`, archive-async=y, a repository that cannot be written, five
segments:

\`\`\`
WARN: dropped WAL file '000000010000000000000019' because archive queue exceeded 16MB
\`\`\`

\`pg_stat_archiver.failed_count\` is 0 afterwards, and archived_count has grown.`,
  source: 'pgBackRest, Configuration Reference, archive-push-queue-max; src/command/archive/push/push.c',
  *judge(project) {
    const promised = project.claims.filter(({ kind }) => kind === 'rpo').map(({ amount }) => amount);
    for (const { setting, option } of knownSettings(project)) {
      if (option.name !== 'archive-push-queue-max') continue;
      const promise = promised.length === 0 ? '' : `, against an RPO of ${describe(Math.min(...promised))}`;
      yield {
        place: setting.name,
        problem: `beyond ${meantValue(setting) ?? 'the limit'} of waiting WAL it is dropped${promise}`,
        remedy:
          'remove the line, or keep it and take a new full backup after each alarm that WAL was dropped.',
        severity: promised.length === 0 ? 'warning' : 'critical',
      };
    }
  },
};

function describe(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

export const endpointPlainHttp: LintRule = {
  name: 'endpoint-plain-http',
  severity: 'critical',
  title: 'an endpoint with http://, which pgBackRest before 2.58 does not speak',
  consequence: 'Every command that opens the repository ends with [029]: nothing is archived.',
  correct:
    'repo1-s3-endpoint=minio.example.com\nrepo1-storage-port=9000\nrepo1-storage-ca-file=/etc/ssl/minio-ca.pem',
  reproduction: `pgBackRest 2.45, \`repo1-s3-endpoint=http://127.0.0.1:1\`:

\`\`\`
$ pgbackrest --stanza=main info
status: error (other)
        [FormatError] expected protocol 'https' in URL 'http://127.0.0.1:1'
\`\`\``,
  source: 'pgBackRest 2.57, src/common/io/http/url.c, httpUrlNewParse()',
  *judge(project) {
    if (isAtLeast(project.engineVersion, 58)) return;
    for (const { setting, option } of knownSettings(project)) {
      if (!/^repo-(s3|azure|gcs)-endpoint$/.test(option.name)) continue;
      if (!/^http:\/\//i.test(setting.value.value)) continue;
      yield {
        place: setting.value,
        problem: `pgBackRest ${project.engineVersion.text} speaks only TLS to a store`,
        remedy:
          'give the host without http:// and let the store have a certificate, or install pgBackRest 2.58.',
        engineError: 29,
      };
    }
  },
};

export const tagsOnR2: LintRule = {
  name: 'storage-tag-on-r2',
  severity: 'critical',
  title: 'tags on Cloudflare R2, which has none',
  consequence:
    'R2 answers every write that has a tag with 501 Not Implemented: no WAL and no backup arrives.',
  correct: '# no repo1-storage-tag',
  reproduction: `Read, not run (there is no R2 here): R2 lists PutObject with \`x-amz-tagging\` as not implemented, and pgBackRest sends that header
with each write as soon as repo-storage-tag is set.`,
  source: 'Cloudflare R2, S3 API compatibility; pgBackRest, src/storage/s3/storage.c',
  *judge(project) {
    for (const repository of repositoriesOf(project)) {
      const tag = repository.find('repo-storage-tag');
      const endpoint = repository.text('repo-s3-endpoint');
      if (tag === undefined || endpoint?.includes('.r2.cloudflarestorage.com') !== true) continue;
      yield {
        place: tag.setting.name,
        problem: 'R2 refuses writes with tags',
        remedy: 'remove the line.',
        fix: { place: tag.setting.line, replacement: '' },
      };
    }
  },
};

export const gcsKeyNotAFile: LintRule = {
  name: 'gcs-key-not-a-file',
  severity: 'critical',
  title: 'the key of Google’s store itself, where the path of its file belongs',
  consequence:
    'With repo-gcs-key-type=service, the default, the engine opens a file of that name and ends with [055]: no WAL and no backup ' +
    'arrives. And the key stands in the file.',
  correct: 'repo1-gcs-key=/etc/pgbackrest/gcs-key.json   # mode 0600',
  reproduction: `pgBackRest 2.45 and 2.60:

\`\`\`
$ grep gcs-key pgbackrest.conf
repo1-gcs-key={"type":"service_account"}
$ pgbackrest --stanza=main expire
ERROR: [055]: unable to open missing file '/{"type":"service_account"}' for read
\`\`\``,
  source: 'pgBackRest, Configuration Reference, repo-gcs-key',
  *judge(project) {
    for (const { find } of repositoriesOf(project)) {
      const key = find('repo-gcs-key')?.setting.value;
      if (key === undefined || key.unknown || !/^\s*["']?\{/.test(key.value)) continue;
      if ((find('repo-gcs-key-type')?.setting.value.value ?? 'service') !== 'service') continue;
      yield {
        place: key,
        problem: 'repo-gcs-key is the path of a file, not what stands in it',
        remedy: 'write the key into a file of mode 0600 and give its path.',
        engineError: 55,
        secret: true,
      };
    }
  },
};

export const storeRules: readonly LintRule[] = [
  queueMaxDropsWal,
  endpointPlainHttp,
  tagsOnR2,
  gcsKeyNotAFile,
];
