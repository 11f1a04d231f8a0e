import type { TrapCase } from './trap-case.ts';
import { bucket, conf, configuration, posix } from './trap-files.ts';

/** Rows C1 to C15 of the table of traps. */
export const configurationTraps: readonly TrapCase[] = [
  {
    row: 'C1 a misspelt secret key',
    files: [
      [
        conf,
        configuration(`${bucket}\nrepo1-s3-key=<key>\nrepo1-s3-secret=<secret>\nrepo1-cipher-pass=<pass>`),
      ],
    ],
    rules: ['option-unknown'],
  },
  {
    row: 'C2 archive retention in days',
    files: [[conf, configuration(`${posix}\nrepo1-retention-archive-type=days`)]],
    rules: ['value-invalid'],
  },
  {
    row: 'C3 archive retention beyond the fulls',
    files: [[conf, configuration(`${posix}\nrepo1-retention-archive=14`)]],
    rules: ['retention-archive-beyond-full'],
  },
  {
    row: 'C3 archive retention that is called days',
    files: [
      [
        conf,
        configuration(
          `repo1-path=/b\nrepo1-retention-full=30\n# keep WAL for 14 days\nrepo1-retention-archive=14`,
        ),
      ],
    ],
    rules: ['retention-archive-counts-backups'],
  },
  {
    row: 'C4 a comment behind a number',
    files: [[conf, configuration(`${posix}\nprocess-max=4   # half of the cores`)]],
    rules: ['comment-after-value'],
  },
  {
    row: 'C4 a comment behind a path',
    files: [[conf, configuration('repo1-path=/backup # NFS\nrepo1-retention-full=4')]],
    rules: ['comment-after-value'],
  },
  {
    row: 'C4 a semicolon',
    files: [[conf, configuration(`; the local disk\n${posix}`)]],
    rules: ['line-unreadable'],
  },
  {
    row: 'C4 quotes',
    files: [[conf, configuration('repo1-path="/backup"\nrepo1-retention-full=4')]],
    rules: ['value-quoted'],
  },
  {
    row: 'C5 an option twice',
    files: [[conf, configuration(posix, 'pg1-path=/var/lib/postgresql/15/main\npg1-path=/data')]],
    rules: ['option-twice'],
  },
  {
    row: 'C5 an option twice, by a loop of a template',
    files: [
      [
        'roles/pg/templates/pgbackrest.conf.j2',
        `[global]\n${posix}\n\n[main]\npg1-path={{ data_dir }}\n{% for host in groups['db'] %}\npg{{ loop.index }}-path={{ data_dir }}\npg{{ loop.index }}-host={{ host }}\n{% endfor %}\n`,
      ],
    ],
    rules: ['option-twice', 'host-is-itself'],
  },
  {
    row: 'C6 the host itself as a remote one, told by its own archive_command',
    files: [
      [conf, configuration(posix, 'pg1-path=/var/lib/postgresql/15/main\npg1-host=db1')],
      [
        'etc/postgresql/15/main/postgresql.conf',
        "archive_mode = on\narchive_command = 'pgbackrest --stanza=main archive-push %p'\n",
      ],
    ],
    rules: ['no-local-node'],
  },
  {
    row: 'C6 the host itself as a remote one',
    files: [[conf, configuration(posix, 'pg1-path=/var/lib/postgresql/15/main\npg1-host=localhost')]],
    rules: ['host-is-itself'],
  },
  {
    row: 'C7 none as a type, in .env',
    files: [['.env', 'PGBACKREST_REPO1_TYPE=none\n']],
    rules: ['variable-refused'],
  },
  {
    row: 'C7 none as a default, in Compose',
    files: [
      [
        'compose.yaml',
        'services:\n  db:\n    image: example.com/postgres-pgbackrest:17.2\n    environment:\n      PGBACKREST_REPO1_TYPE: ${PGBACKREST_REPO1_TYPE:-none}\n',
      ],
    ],
    rules: ['variable-refused'],
  },
  {
    row: 'C8 own variables with the prefix of the engine',
    files: [['.env', 'PGBACKREST_ENABLED=true\nPGBACKREST_METHOD=s3\n']],
    rules: ['variable-not-an-option'],
  },
  {
    row: 'C8 a variable that becomes another option',
    files: [['.env', 'PGBACKREST_RETENTION_FULL=14\n']],
    rules: ['variable-becomes-option'],
  },
  {
    row: 'C9 block without bundle',
    files: [[conf, configuration(`${posix}\nrepo1-block=y`)]],
    rules: ['block-without-bundle'],
  },
  {
    row: 'C10 days without a type',
    files: [
      [
        'pigsty.yml',
        'all:\n  vars:\n    pgbackrest_method: local\n    pgbackrest_repo:\n      local:\n        path: /pg/backup\n        retention_full: 14 # days\n',
      ],
    ],
    rules: ['retention-full-counts-backups'],
  },
  {
    row: 'C10 days without a type, in the file of the engine',
    files: [[conf, configuration('repo1-path=/b\n# keep 30 days\nrepo1-retention-full=30')]],
    rules: ['retention-full-counts-backups'],
  },
  {
    row: 'C11 two repositories in Pigsty',
    files: [
      [
        'pigsty.yml',
        "all:\n  vars:\n    pgbackrest_method: local\n    pgbackrest_repo:   # backups go to both\n      local:\n        path: /pg/backup\n        retention_full_type: count\n        retention_full: 2\n      s3:\n        type: s3\n        s3_endpoint: s3.eu-central-1.amazonaws.com\n        s3_region: eu-central-1\n        s3_bucket: b\n        path: /pg\n        cipher_type: aes-256-cbc\n        retention_full_type: time\n        retention_full: 14\n  children:\n    pg-meta:\n      vars:\n        pg_crontab: [ '00 01 * * * /pg/bin/pg-backup full', '00 02 * * * pgbackrest --stanza=pg-meta --repo=2 backup' ]\n",
      ],
    ],
    rules: ['pigsty-repository-unused'],
  },
  {
    row: 'C11 a repository that is not there',
    files: [
      [conf, configuration(posix)],
      ['backup.sh', '#!/bin/sh\npgbackrest --stanza=main --repo=2 backup\n'],
    ],
    rules: ['repository-not-there'],
  },
  {
    row: 'C12 queue-max',
    files: [
      [
        conf,
        configuration(
          `${posix}\narchive-async=y\nspool-path=/var/spool/pgbackrest\narchive-push-queue-max=4GiB`,
        ),
      ],
    ],
    rules: ['queue-max-drops-wal'],
  },
  {
    row: 'C13 retention of diffs without diffs',
    files: [
      [conf, configuration(`${posix}\nrepo1-retention-diff=7`)],
      [
        'etc/cron.d/pgbackrest',
        '0 2 * * 0 postgres pgbackrest --stanza=main --type=full backup\n0 2 * * 1-6 postgres pgbackrest --stanza=main --type=incr backup\n',
      ],
    ],
    rules: ['retention-diff-without-diffs'],
  },
  {
    row: 'C14 a remote repository without encryption',
    files: [
      [
        conf,
        configuration(
          `${bucket.replace('\nrepo1-cipher-type=aes-256-cbc', '')}\nrepo1-s3-key=<key>\nrepo1-s3-key-secret=<secret>`,
        ),
      ],
    ],
    rules: ['repository-not-encrypted'],
  },
  {
    row: 'C15 a version that is never used',
    files: [
      [
        'playbook.yml',
        '- hosts: db\n  vars:\n    pgbackrest_version: "2.51"\n  tasks:\n    - name: Install\n      ansible.builtin.apt:\n        name: pgbackrest\n        state: present\n',
      ],
    ],
    rules: ['ansible-version-unused', 'ansible-package-not-pinned'],
  },
];
