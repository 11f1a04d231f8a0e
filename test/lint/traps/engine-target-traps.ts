import type { TrapCase } from './trap-case.ts';
import { conf, global, script, store } from './trap-files.ts';

/** What of the facts about the engine can be wrong in a file: sections 1.4 to 1.6. */
export const engineTargetTraps: readonly TrapCase[] = [
  // 1.4
  { row: 'T1.4 empty', files: [global('repo1-host=')], rules: ['value-empty'] },
  { row: 'T1.4 negated', files: [global('no-archive-async=y')], rules: ['option-negated-in-file'] },
  {
    row: 'T1.4 twice, once by an old name',
    files: [global('archive-push-queue-max=1GiB\narchive-queue-max=2GiB')],
    rules: ['option-twice'],
  },
  { row: 'T1.4 unknown', files: [global('repo1-bundles=y')], rules: ['option-unknown'] },
  {
    row: 'T1.4 section of a command that does not take it',
    files: [
      [
        conf,
        '[global]\nrepo1-retention-full=2\n\n[global:archive-push]\nrepo1-retention-full=3\n\n[main]\npg1-path=/d\n',
      ],
    ],
    rules: ['option-for-other-command'],
  },
  {
    row: 'T1.4 section of no command',
    files: [
      [conf, '[global]\nrepo1-retention-full=2\n\n[global:bakcup]\nstart-fast=y\n\n[main]\npg1-path=/d\n'],
    ],
    rules: ['section-never-read'],
  },
  {
    row: 'T1.4 PGBACKREST_CONFIG',
    files: [
      [
        'compose.yaml',
        'services:\n  db:\n    image: example.com/pg:17.2\n    environment:\n      PGBACKREST_CONFIG: /etc/pgbackrest/pgbackrest.conf\n    volumes:\n      - ./pgbackrest.conf:/etc/pgbackrest/pgbackrest.conf:ro\n      - ./repo.conf:/etc/pgbackrest/conf.d/repo.conf:ro\n',
      ],
    ],
    rules: ['config-variable-hides-includes'],
  },
  {
    row: 'T1.4 an empty variable',
    files: [['.env', 'PGBACKREST_REPO1_S3_BUCKET=\n']],
    rules: ['variable-empty'],
  },
  {
    row: 'T1.4 a variable that is empty by default',
    files: [
      [
        'compose.yaml',
        'services:\n  db:\n    image: example.com/pg:17.2\n    environment:\n      PGBACKREST_REPO1_S3_BUCKET: ${PGBACKREST_REPO1_S3_BUCKET:-}\n',
      ],
    ],
    rules: ['engine-variable-empty-by-default'],
  },
  {
    row: 'T1.4 an unknown variable',
    files: [script('export PGBACKREST_STANZA_NAME=main\npgbackrest info --output=json')],
    rules: ['variable-not-an-option'],
  },
  {
    row: 'T1.4 target time without repo',
    files: [script('pgbackrest --stanza=main --repo-target-time="2026-11-20 10:00:00+00" --delta restore')],
    rules: ['engine-option-refused'],
  },
  ...['archive-push', 'check', 'stanza-create', 'stanza-upgrade'].map((command) => ({
    row: `T1.4 --repo of ${command}`,
    files: [
      script(
        `pgbackrest --stanza=main --repo=1 ${command}${command === 'archive-push' ? ' /pg_wal/000000010000000000000001' : ''}`,
      ),
    ],
    rules: ['engine-option-refused'],
  })),
  {
    row: 'T1.5 a secret on the command line',
    files: [script('pgbackrest --stanza=main --repo1-s3-key-secret=abc backup')],
    rules: ['secret-on-command-line'],
  },
  {
    row: 'T1.5 a key of GCS as text',
    files: [
      [
        conf,
        '[global]\nrepo1-type=gcs\nrepo1-path=/pg\nrepo1-gcs-bucket=b\nrepo1-gcs-key={"type":"service_account"}\nrepo1-retention-full=2\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=<p>\n\n[main]\npg1-path=/d\n',
      ],
    ],
    rules: ['gcs-key-not-a-file'],
  },
  // 1.6
  { row: 'T1.6 backup-host', files: [global('backup-host=b')], rules: ['option-deprecated'] },
  {
    row: 'T1.6 db-path',
    files: [[conf, '[global]\nrepo1-retention-full=2\n\n[main]\ndb-path=/d\n']],
    rules: ['option-deprecated'],
  },
  { row: 'T1.6 hardlink', files: [global('hardlink=y')], rules: ['option-deprecated'] },
  {
    row: 'T1.6 retention-full',
    files: [[conf, '[global]\nretention-full=2\n\n[main]\npg1-path=/d\n']],
    rules: ['option-deprecated'],
  },
  {
    row: 'T1.6 repo-path',
    files: [[conf, '[global]\nrepo-path=/b\nrepo1-retention-full=2\n\n[main]\npg1-path=/d\n']],
    rules: ['option-deprecated'],
  },
  {
    row: 'T1.6 verify-ssl',
    files: [store('repo1-s3-endpoint=minio\nrepo1-s3-verify-ssl=n')],
    rules: ['option-deprecated'],
  },
  {
    row: 'T1.6 verify-tls',
    files: [store('repo1-s3-endpoint=minio\nrepo1-s3-verify-tls=n')],
    rules: ['option-deprecated'],
  },
  {
    row: 'T1.6 s3-host',
    files: [store('repo1-s3-endpoint=minio\nrepo1-s3-host=minio\nrepo1-s3-port=9000')],
    rules: ['option-deprecated'],
  },
  { row: 'T1.6 compress', files: [global('compress=n')], rules: ['compress-superseded'] },
  { row: 'T1.6 stop-auto', files: [global('stop-auto=y')], rules: ['stop-auto-no-effect'] },
];
