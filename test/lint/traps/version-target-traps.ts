import type { TrapCase } from './trap-case.ts';
import { conf, global, script, server, store } from './trap-files.ts';

/** What of the facts about the engine can be wrong in a file: sections 1.7 and 1.8. */
export const versionTargetTraps: readonly TrapCase[] = [
  // 1.7
  {
    row: 'T1.7 sftp in 2.45',
    files: [
      [
        conf,
        '[global]\nrepo1-type=sftp\nrepo1-sftp-host=h\nrepo1-sftp-host-user=u\nrepo1-sftp-host-key-hash-type=sha256\nrepo1-sftp-private-key-file=/k\nrepo1-retention-full=2\n\n[main]\npg1-path=/d\n',
      ],
    ],
    rules: ['option-of-other-version'],
    engine: '2.45',
  },
  {
    row: 'T1.7 sftp as a type in 2.45',
    files: [[conf, '[global]\nrepo1-type=sftp\nrepo1-retention-full=2\n\n[main]\npg1-path=/d\n']],
    rules: ['value-invalid'],
    engine: '2.45',
  },
  {
    row: 'T1.7 block in 2.45',
    files: [global('repo1-bundle=y\nrepo1-block=y')],
    rules: ['options-contradict'],
    engine: '2.45',
  },
  {
    row: 'T1.7 page-header-check in 2.45',
    files: [global('page-header-check=n')],
    rules: ['option-of-other-version'],
    engine: '2.45',
  },
  {
    row: 'T1.7 storage-tag in 2.45',
    files: [store('repo1-s3-endpoint=minio\nrepo1-storage-tag=a=b')],
    rules: ['option-of-other-version'],
    engine: '2.45',
  },
  {
    row: 'T1.7 backup-standby=prefer in 2.45',
    files: [global('backup-standby=prefer')],
    rules: ['value-invalid'],
    engine: '2.45',
  },
  {
    row: 'T1.7 repo-target-time in 2.45',
    files: [
      script('pgbackrest --stanza=main --repo=1 --repo-target-time="2026-11-20 10:00:00+00" --delta restore'),
    ],
    rules: ['engine-option-refused'],
    engine: '2.45',
  },
  {
    row: 'T1.7 a unit in 2.45',
    files: [global('archive-timeout=5m')],
    rules: ['time-unit-ignored'],
    engine: '2.45',
  },
  {
    row: 'T1.7 version --output=num in 2.45',
    files: [script('pgbackrest version --output=num')],
    rules: ['engine-option-refused'],
    engine: '2.45',
  },
  {
    row: 'T1.7 pod-id in 2.55',
    files: [
      [
        conf,
        '[global]\nrepo1-type=s3\nrepo1-s3-bucket=b\nrepo1-s3-endpoint=e\nrepo1-s3-region=r\nrepo1-s3-key-type=pod-id\nrepo1-retention-full=2\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=<p>\n\n[main]\npg1-path=/d\n',
      ],
    ],
    rules: ['value-invalid'],
    engine: '2.55',
  },
  {
    row: 'T1.7 priority in 2.55',
    files: [global('priority=10')],
    rules: ['option-of-other-version'],
    engine: '2.55',
  },
  {
    row: 'T1.7 --oldest in 2.55',
    files: [script('pgbackrest --stanza=main --oldest expire')],
    rules: ['engine-option-refused'],
    engine: '2.55',
  },
  {
    row: 'T1.7 http in 2.55',
    files: [store('repo1-s3-endpoint=http://minio:9000')],
    rules: ['endpoint-plain-http'],
    engine: '2.55',
  },
  {
    row: 'T1.7 as root in 2.60',
    files: [['etc/cron.d/pgbackrest', '0 2 * * * root pgbackrest --stanza=main --type=full backup\n']],
    rules: ['engine-run-by-root'],
  },
  {
    row: 'T1.7 a unit without a user in 2.60',
    files: [
      [
        'etc/systemd/system/pgbackrest.service',
        '[Service]\nType=oneshot\nExecStart=/usr/bin/pgbackrest --stanza=main --type=full backup\n',
      ],
    ],
    rules: ['engine-run-by-root'],
  },
  {
    row: 'T1.7 as root by sudo in 2.60',
    files: [['docs/b.md', '# b\n\n```bash\nsudo pgbackrest --stanza=main --type=full backup\n```\n']],
    rules: ['engine-run-by-root'],
  },
  // 1.8
  {
    row: 'T1.8 time without a zone in recovery',
    files: [
      server(
        "recovery_target_time = '2026-11-20 10:00'\nrestore_command = 'pgbackrest --stanza=main archive-get %f \"%p\"'",
      ),
    ],
    rules: ['recovery-target-without-zone', 'recovery-target-without-action'],
  },
  {
    row: 'T1.8 standby_mode',
    files: [script('pgbackrest --stanza=main --delta --recovery-option=standby_mode=on restore')],
    rules: ['recovery-setting-removed'],
  },
  {
    row: 'T1.8 standby_mode in the file',
    files: [global('recovery-option=standby_mode=on')],
    rules: ['recovery-setting-removed'],
  },
  {
    row: 'T1.8 standby_mode in postgresql.conf',
    files: [
      server("standby_mode = 'on'\nrestore_command = 'pgbackrest --stanza=main archive-get %f \"%p\"'"),
    ],
    rules: ['recovery-setting-removed'],
  },
  {
    row: 'T1.8 trigger_file',
    files: [server("trigger_file = '/tmp/t'\nwal_level = replica")],
    rules: ['recovery-setting-removed'],
  },
  {
    row: 'T1.8 archive_command that can succeed',
    files: [
      server("archive_mode = on\narchive_command = 'pgbackrest --stanza=main archive-push %p || true'"),
    ],
    rules: ['archive-command-succeeds-without-archiving'],
  },
  {
    row: 'T1.8 without the stanza',
    files: [server("archive_mode = on\narchive_command = 'pgbackrest archive-push %p'")],
    rules: ['archive-command-without-stanza'],
  },
  {
    row: 'T1.8 hides errors',
    files: [
      server(
        "archive_mode = on\narchive_command = 'pgbackrest --stanza=main archive-push %p >/dev/null 2>&1'",
      ),
    ],
    rules: ['archive-command-hides-errors'],
  },
  {
    row: 'T1.8 ALTER SYSTEM',
    files: [
      [
        'init.sql',
        "ALTER SYSTEM SET archive_mode = 'on';\nALTER SYSTEM SET archive_command = 'test -f /x || pgbackrest archive-push %p';\n",
      ],
    ],
    rules: ['archive-command-without-stanza', 'archive-command-succeeds-without-archiving'],
  },
  {
    row: 'T1.8 psql -c ALTER SYSTEM',
    files: [script('psql -c "ALTER SYSTEM SET archive_command = \'pgbackrest archive-push %p\'"')],
    rules: ['archive-command-without-stanza'],
  },
];
