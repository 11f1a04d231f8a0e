import type { TrapCase } from './trap-case.ts';
import { bucket, conf, configuration, posix } from './trap-files.ts';

/** Row C16 of the table of traps: values. */
export const valueTraps: readonly TrapCase[] = [
  {
    row: 'C16 a boolean',
    files: [[conf, configuration(`${posix}\nstart-fast=yes`)]],
    rules: ['value-invalid'],
  },
  {
    row: 'C16 a boolean, true',
    files: [[conf, configuration(`${posix}\ndelta=true`)]],
    rules: ['value-invalid'],
  },
  {
    row: 'C16 a size',
    files: [[conf, configuration(`${posix}\nbuffer-size=4 MB`)]],
    rules: ['value-invalid'],
  },
  {
    row: 'C16 an integer with a fraction',
    files: [[conf, configuration(`${posix}\nprocess-max=2.5`)]],
    rules: ['value-invalid'],
  },
  {
    row: 'C16 out of the range',
    files: [[conf, configuration(`${posix}\nprocess-max=2000`)]],
    rules: ['value-invalid'],
  },
  {
    row: 'C16 a relative path',
    files: [[conf, configuration('repo1-path=backup\nrepo1-retention-full=2')]],
    rules: ['value-invalid'],
  },
  {
    row: 'C16 a list value',
    files: [[conf, configuration(`${posix}\ncompress-type=zstd`)]],
    rules: ['value-invalid'],
  },
  {
    row: 'C16 a level beyond the type',
    files: [[conf, configuration(`${posix}\ncompress-type=gz\ncompress-level=15`)]],
    rules: ['options-contradict'],
  },
  {
    row: 'C16 an option of the stanza in [global]',
    files: [[conf, `[global]\n${posix}\npg1-path=/data\n\n[main]\n`]],
    rules: ['option-needs-stanza-section'],
  },
  {
    row: 'C16 an option of the command line',
    files: [[conf, configuration(`${posix}\nrepo=1`)]],
    rules: ['option-for-command-line'],
  },
  {
    row: 'C16 archive_command by another program',
    files: [
      [conf, configuration(posix)],
      ['postgresql.conf', "archive_mode = on\narchive_command = '/usr/local/bin/ship-wal %p'\n"],
    ],
    rules: ['archive-command-not-pgbackrest'],
  },
  {
    row: 'C16 two repositories with one path',
    files: [
      [conf, configuration('repo1-path=/b\nrepo1-retention-full=2\nrepo2-path=/b\nrepo2-retention-full=2')],
    ],
    rules: ['repositories-share-path'],
  },
  {
    row: 'C16 two repositories with the default path',
    files: [[conf, configuration('repo1-retention-full=2\nrepo2-retention-full=2')]],
    rules: ['repositories-share-path'],
  },
  {
    row: 'C16 pg-host and repo-host',
    files: [[conf, configuration('repo1-host=backup\n', 'pg1-path=/d\npg1-host=db')]],
    rules: ['options-contradict'],
  },
  {
    row: 'C16 a bucket with dots',
    files: [
      [
        conf,
        configuration(
          `${bucket.replace('bucket=backups', 'bucket=backups.example.com')}\nrepo1-s3-key=<key>\nrepo1-s3-key-secret=<secret>\nrepo1-cipher-pass=<pass>`,
        ),
      ],
    ],
    rules: ['options-contradict'],
  },
  {
    row: 'C16 protocol-timeout',
    files: [[conf, configuration(`${posix}\ndb-timeout=3600\nprotocol-timeout=1800`)]],
    rules: ['options-contradict'],
  },
  {
    row: 'C16 no retention',
    files: [[conf, configuration('repo1-path=/b')]],
    rules: ['retention-never-expires'],
  },
];
