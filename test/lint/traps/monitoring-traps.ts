import type { TrapCase } from './trap-case.ts';
import { document, script } from './trap-files.ts';

/** Rows P19 to P25 of the table of traps. */
export const monitoringTraps: readonly TrapCase[] = [
  {
    row: 'P19 a user with replication and a password, on a remote host',
    files: [
      [
        'compose.yaml',
        'services:\n  db:\n    image: postgres:17.2\n    volumes: [data:/var/lib/postgresql/data]\n  backup:\n    image: example.com/pg:17.2\n    command: pgbackrest --stanza=main backup\n    environment:\n      PGBACKREST_PG1_HOST: db\n      PGBACKREST_PG1_USER: backup\n      PGBACKREST_PG1_PASSWORD: ${DB_PASSWORD}\n    volumes: [repo:/var/lib/pgbackrest]\nvolumes: { data: {}, repo: {} }\n',
      ],
    ],
    rules: ['remote-host-without-server', 'variable-not-an-option'],
  },
  {
    row: 'P20 an image that nobody vouches for',
    files: [
      [
        'compose.yaml',
        'services:\n  backup:\n    image: pgbackrest/pgbackrest:latest\n    command: pgbackrest --stanza=main backup\n',
      ],
    ],
    rules: ['image-pgbackrest-unofficial'],
  },
  {
    row: 'P20 the volume of a running container',
    files: [
      document(
        'docker compose stop db\ndocker volume rm app_pgdata\ndocker compose run --rm backup pgbackrest --stanza=main restore\ndocker compose start db',
      ),
    ],
    rules: ['data-directory-removed'],
  },
  {
    row: 'P21 seconds as a date',
    files: [
      script(
        'LAST=$(pgbackrest --stanza=main info --output=json | jq -r ".[0].backup[-1].timestamp.stop")\nAGE=$(( $(date +%s) - $(date -d "$LAST" +%s) ))',
      ),
    ],
    rules: ['epoch-read-as-date'],
  },
  {
    row: 'P21 a check of Consul',
    files: [
      [
        'consul.d/pgbackrest.json',
        '{"check": {"name": "backup", "script": "/usr/local/bin/check-backup", "interval": "1h"}}',
      ],
    ],
    rules: ['consul-check-script'],
  },
  {
    row: 'P21 metrics that no exporter has',
    files: [
      [
        'rules.yml',
        'groups:\n  - name: pgbackrest\n    rules:\n      - alert: BackupTooOld\n        expr: time() - pgbackrest_last_backup_timestamp > 86400\n      - alert: ArchiveCheckFailed\n        expr: pgbackrest_archive_check_failed == 1\n',
      ],
    ],
    rules: ['metric-unknown'],
  },
  {
    row: 'P22 a block that loses its indent',
    files: [
      [
        'playbook.yml',
        '- hosts: db\n  tasks:\n    - name: Restore command\n      ansible.builtin.blockinfile:\n        path: /etc/patroni/patroni.yml\n        insertafter: "^postgresql:"\n        block: |\n          recovery_conf:\n            restore_command: pgbackrest --stanza=main archive-get %f "%p"\n',
      ],
    ],
    rules: ['ansible-block-loses-indent'],
  },
  {
    row: 'P23 check on a schedule',
    files: [['etc/cron.d/pgbackrest', '*/10 * * * * postgres pgbackrest --stanza=main check\n']],
    rules: ['check-scheduled'],
  },
  {
    row: 'P23 check by Consul',
    files: [
      [
        'consul.d/pgbackrest.json',
        '{"check": {"name": "archive", "args": ["pgbackrest", "--stanza=main", "check"], "interval": "10m"}}',
      ],
    ],
    rules: ['monitor-switches-wal'],
  },
  {
    row: 'P25 real credentials in a document',
    files: [
      [
        'docs/setup.md',
        '# Setup\n\n```ini\n[global]\nrepo1-type=s3\nrepo1-s3-key=AKIAQ3EGRNZ4T7PLMW2X\nrepo1-s3-key-secret=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\n```\n',
      ],
    ],
    rules: ['secret-in-document'],
  },
];
