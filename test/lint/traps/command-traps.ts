import type { TrapCase } from './trap-case.ts';
import { conf, document, script } from './trap-files.ts';

/** Rows P1 to P13 of the table of traps. */
export const commandTraps: readonly TrapCase[] = [
  {
    row: 'P1 a repository that gets WAL only',
    files: [
      [
        conf,
        '[global]\nrepo1-path=/b\nrepo1-retention-full=2\nrepo2-path=/c\nrepo2-retention-full=2\n\n[main]\npg1-path=/d\n',
      ],
      ['etc/cron.d/pgbackrest', '0 2 * * * postgres pgbackrest --stanza=main --type=full backup\n'],
    ],
    rules: ['repository-without-backups'],
  },
  {
    row: 'P2 --repo of check',
    files: [script('pgbackrest --stanza=main --repo=2 check')],
    rules: ['engine-option-refused'],
  },
  {
    row: 'P2 in a document',
    files: [document('sudo -u postgres pgbackrest --stanza=main --repo=2 check')],
    rules: ['engine-option-refused'],
  },
  {
    row: 'P3 --dry-run of restore',
    files: [document('sudo -u postgres pgbackrest --stanza=main --dry-run restore')],
    rules: ['engine-option-refused'],
  },
  {
    row: 'P3 the other order',
    files: [document('pgbackrest restore --stanza=main --dry-run --delta')],
    rules: ['engine-option-refused'],
  },
  {
    row: 'P4 a target in words',
    files: [
      script('pgbackrest --stanza=main --type=time --target="1 hour ago" --target-action=promote restore'),
    ],
    rules: ['restore-target-not-a-time'],
  },
  {
    row: 'P5 a target without a zone',
    files: [
      document(
        'pgbackrest --stanza=main --delta --type=time "--target=2026-11-20 10:00:00" --target-action=promote restore',
      ),
    ],
    rules: ['restore-target-without-zone'],
  },
  {
    row: 'P5 Z',
    files: [
      document(
        'pgbackrest --stanza=main --delta --type=time --target="2026-11-20 10:00:00Z" --target-action=promote restore',
      ),
    ],
    rules: ['restore-target-not-a-time'],
  },
  {
    row: 'P5 the name of a zone',
    files: [
      document(
        'pgbackrest --stanza=main --delta --type=time --target="2026-11-20 10:00:00 UTC" --target-action=promote restore',
      ),
    ],
    rules: ['restore-target-not-a-time'],
  },
  {
    row: 'P5 in postgresql.conf',
    files: [
      [
        'postgresql.auto.conf',
        "restore_command = 'pgbackrest --stanza=main archive-get %f \"%p\"'\nrecovery_target_time = '2026-11-20 10:00:00'\nrecovery_target_action = 'promote'\n",
      ],
    ],
    rules: ['recovery-target-without-zone'],
  },
  {
    row: 'P6 no action at the target',
    files: [
      document('pgbackrest --stanza=main --delta --type=time --target="2026-11-20 10:00:00+00" restore'),
    ],
    rules: ['restore-target-without-action'],
  },
  {
    row: 'P6 SELECT version() as a proof',
    files: [
      document(
        'systemctl stop postgresql\npgbackrest --stanza=main --delta --type=time --target="2026-11-20 10:00:00+00" restore\nsystemctl start postgresql\npsql -c "SELECT version()"',
      ),
    ],
    rules: ['restore-proved-by-version'],
  },
  {
    row: 'P7 info of a set that is none',
    files: [document('pgbackrest --stanza=main info --set=archive')],
    rules: ['backup-set-not-a-label'],
  },
  {
    row: 'P8 archive-push by hand',
    files: [document('pgbackrest --stanza=main archive-push /var/lib/postgresql/15/main/pg_wal/*.ready')],
    rules: ['archive-push-status-files'],
  },
  {
    row: 'P10 check as a test of integrity',
    files: [document('# verify the integrity of the backups\npgbackrest --stanza=main check')],
    rules: ['check-as-proof-of-backups'],
  },
  {
    row: 'P10 log files',
    files: [document('tail -100 /var/log/pgbackrest/backup-full.log')],
    rules: ['log-file-unknown'],
  },
  {
    row: 'P10 the log of a restore',
    files: [document('cat /var/log/pgbackrest/restore.log')],
    rules: ['log-file-unknown'],
  },
  {
    row: 'P11 verify as a proof',
    files: [script('if pgbackrest --stanza=main verify; then\n  echo "backups are fine"\nfi')],
    rules: ['verify-exit-status'],
  },
  {
    row: 'P11 verify of a set before 2.55',
    files: [script('pgbackrest --stanza=main --set=20261120-020000F verify')],
    rules: ['verify-set-ignored'],
    engine: '2.45',
  },
  {
    row: 'P11 info as a test',
    files: [
      [
        'compose.yaml',
        'services:\n  backup:\n    image: example.com/pg-backup:1.4.2\n    healthcheck:\n      test: ["CMD", "pgbackrest", "info"]\n',
      ],
    ],
    rules: ['health-check-never-fails'],
  },
  {
    row: 'P11 info in a script',
    files: [script('pgbackrest --stanza=main info || exit 2')],
    rules: ['info-exit-status'],
  },
  {
    row: 'P12 a transaction without a set',
    files: [
      document('pgbackrest --stanza=main --delta --type=xid --target=123456 --target-action=promote restore'),
    ],
    rules: ['restore-target-without-set'],
  },
  {
    row: 'P13 rm before a restore',
    files: [
      document(
        'systemctl stop postgresql\nrm -rf /var/lib/postgresql/15/main/*\nsudo -u postgres pgbackrest --stanza=main restore\nsystemctl start postgresql',
      ),
    ],
    rules: ['data-directory-removed'],
  },
  {
    row: 'P13 with a variable',
    files: [
      script(
        'systemctl stop postgresql\nrm -rf "$PGDATA"/*\npgbackrest --stanza=main restore\nsystemctl start postgresql',
      ),
    ],
    rules: ['data-directory-removed'],
  },
  {
    row: 'P13 find -delete',
    files: [
      script(
        'systemctl stop postgresql\nfind "$PGDATA" -mindepth 1 -delete\npgbackrest --stanza=main restore\nsystemctl start postgresql',
      ),
    ],
    rules: ['data-directory-removed'],
  },
  {
    row: 'P13 in Ansible',
    files: [
      [
        'restore.yml',
        '- hosts: db\n  tasks:\n    - name: Stop\n      systemd: { name: postgresql, state: stopped }\n    - name: Clear\n      file:\n        path: /var/lib/postgresql/15/main\n        state: absent\n    - name: Restore\n      become_user: postgres\n      command: pgbackrest --stanza=main restore\n    - name: Start\n      systemd: { name: postgresql, state: started }\n',
      ],
    ],
    rules: ['data-directory-removed'],
  },
  {
    row: 'P13 in a block of its own',
    files: [
      [
        'docs/restore.md',
        '# Restore\n\n```bash\nsystemctl stop postgresql\nrm -rf /var/lib/postgresql/15/main/*\n```\n\nThen restore:\n\n```bash\npgbackrest --stanza=main restore\n```\n',
      ],
    ],
    rules: ['data-directory-removed'],
  },
];
