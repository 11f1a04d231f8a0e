import type { TrapCase } from './trap-case.ts';
import { conf, global, patroniTask, play, script, server } from './trap-files.ts';

/** What can be wrong on hosts and under Patroni: sections 5 and 6. */
export const hostTargetTraps: readonly TrapCase[] = [
  // 5
  {
    row: 'T5 a backup whose failure is swallowed',
    files: [
      [
        'b.service',
        '[Service]\nType=oneshot\nUser=postgres\nExecStart=-/usr/bin/pgbackrest --stanza=main backup\n',
      ],
    ],
    rules: ['unit-ignores-failure'],
  },
  {
    row: 'T5 SuccessExitStatus',
    files: [
      [
        'b.service',
        '[Service]\nType=oneshot\nUser=postgres\nSuccessExitStatus=50 82\nExecStart=/usr/bin/pgbackrest --stanza=main backup\n',
      ],
    ],
    rules: ['unit-ignores-failure'],
  },
  {
    row: 'T5 PrivateTmp',
    files: [
      [
        'b.service',
        '[Service]\nType=oneshot\nUser=postgres\nPrivateTmp=yes\nExecStart=/usr/bin/pgbackrest --stanza=main backup\n',
      ],
    ],
    rules: ['unit-private-lock-path'],
  },
  {
    row: 'T5 a timer in the hour of summer time',
    files: [['b.timer', '[Timer]\nOnCalendar=*-*-* 02:30:00\n']],
    rules: ['calendar-without-zone'],
  },
  {
    row: 'T5 a calendar that is none',
    files: [['b.timer', '[Timer]\nOnCalendar=every day at 2\n']],
    rules: ['calendar-unreadable'],
  },
  {
    row: 'T5 the name of a file in cron.d',
    files: [['etc/cron.d/pgbackrest.cron', '0 2 * * * postgres pgbackrest --stanza=main backup\n']],
    rules: ['cron-file-name-ignored'],
  },
  {
    row: 'T5 no user in cron.d',
    files: [['etc/cron.d/pgbackrest', '0 2 * * * pgbackrest --stanza=main backup\n']],
    rules: ['cron-user-missing'],
  },
  {
    row: 'T5 percent',
    files: [
      [
        'etc/cron.d/pgbackrest',
        '0 2 * * * postgres pgbackrest --stanza=main backup >> /var/log/b-$(date +%F).log\n',
      ],
    ],
    rules: ['cron-percent-unescaped'],
  },
  {
    row: 'T5 errors thrown away',
    files: [
      ['etc/cron.d/pgbackrest', '0 2 * * * postgres pgbackrest --stanza=main backup >/dev/null 2>&1\n'],
    ],
    rules: ['engine-errors-hidden'],
  },
  {
    row: 'T5 cron without a PATH entry',
    files: [['etc/cron.d/pgbackrest', '0 25 * * * postgres pgbackrest --stanza=main backup\n']],
    rules: ['cron-expression-unreadable'],
  },
  {
    row: 'T5 || true',
    files: [script('pgbackrest --stanza=main --type=full backup || true')],
    rules: ['backup-failure-swallowed'],
  },
  // 6
  {
    row: 'T6 keys at the wrong depth',
    files: [
      [
        'patroni.yml',
        'scope: main\npostgresql:\n  data_dir: /d\n  archive_command: pgbackrest --stanza=main archive-push %p\nrecovery_conf:\n  restore_command: pgbackrest --stanza=main archive-get %f "%p"\n',
      ],
    ],
    rules: ['patroni-key-misplaced'],
  },
  {
    row: 'T6 a replica method without no_params',
    files: [
      [
        'patroni.yml',
        'scope: main\npostgresql:\n  data_dir: /d\n  create_replica_methods: [pgbackrest, basebackup]\n  pgbackrest:\n    command: pgbackrest --stanza=main --delta restore\n',
      ],
    ],
    rules: ['patroni-replica-method-parameters'],
  },
  {
    row: 'T6 wal_level in the local file',
    files: [
      ['patroni.yml', 'scope: main\npostgresql:\n  data_dir: /d\n  parameters:\n    wal_level: logical\n'],
    ],
    rules: ['patroni-parameter-ignored-locally'],
  },
  {
    row: 'T6 two places',
    files: [
      [
        'patroni.yml',
        'scope: main\nbootstrap:\n  dcs:\n    postgresql:\n      parameters:\n        archive_mode: "on"\n        archive_command: pgbackrest --stanza=main archive-push %p\npostgresql:\n  data_dir: /d\n  parameters:\n    archive_command: pgbackrest --stanza=other archive-push %p\n',
      ],
    ],
    rules: ['patroni-setting-in-two-places'],
  },
  {
    row: 'T6 stanza-create on the first host',
    files: [
      play(
        patroniTask +
          "    - name: Create\n      become_user: postgres\n      command: pgbackrest --stanza=main stanza-create\n      when: inventory_hostname == groups['db'][0]\n",
      ),
    ],
    rules: ['ansible-first-host-is-not-leader'],
  },
  {
    row: 'T6 run_once',
    files: [
      play(
        patroniTask +
          '    - name: First backup\n      become_user: postgres\n      command: pgbackrest --stanza=main backup\n      run_once: true\n',
      ),
    ],
    rules: ['ansible-first-host-is-not-leader'],
  },
  {
    row: 'T6 lineinfile',
    files: [
      play(
        '    - name: Archive\n      lineinfile:\n        path: /etc/patroni/patroni.yml\n        regexp: "archive_command:"\n        line: "    archive_command: pgbackrest --stanza=main archive-push %p"\n',
      ),
    ],
    rules: ['ansible-edits-yaml-by-line'],
  },
  {
    row: 'T6 a restart of all',
    files: [play('    - name: Restart Patroni\n      service: { name: patroni, state: restarted }\n')],
    rules: ['ansible-restarts-patroni'],
  },
  {
    row: 'T6 jq prints null',
    files: [
      script(
        'LAST=$(pgbackrest --stanza=main info --output=json | jq -r ".[0].backup[-1].label")\nif [ -z "$LAST" ]; then exit 2; fi',
      ),
    ],
    rules: ['jq-null-not-empty'],
  },
  {
    row: 'T6 a port that nobody listens to',
    files: [['consul.json', '{"service": {"name": "pgbackrest", "port": 8432}}']],
    rules: ['consul-port-without-listener'],
  },
  {
    row: 'T6 a path that is not the data directory',
    files: [
      [conf, '[global]\nrepo1-retention-full=2\n\n[main]\npg1-path=/var/lib/postgresql/17/main\n'],
      [
        'patroni.yml',
        'scope: main\npostgresql:\n  data_dir: /var/lib/postgresql/17/data\n  parameters: {}\n',
      ],
    ],
    rules: ['data-directory-differs'],
  },
  {
    row: 'T6 another stanza in archive_command',
    files: [
      [conf, '[global]\nrepo1-retention-full=2\n\n[main]\npg1-path=/d\n'],
      server("archive_mode = on\narchive_command = 'pgbackrest --stanza=mian archive-push %p'"),
    ],
    rules: ['archive-command-other-stanza'],
  },
  {
    row: 'T6 another stanza in a crontab',
    files: [
      [conf, '[global]\nrepo1-retention-full=2\n\n[main]\npg1-path=/d\n'],
      ['etc/cron.d/pgbackrest', '0 2 * * * postgres pgbackrest --stanza=mian backup\n'],
    ],
    rules: ['stanza-not-configured'],
  },
  {
    row: 'T6 backup-standby=y',
    files: [
      [
        conf,
        '[global]\nrepo1-retention-full=2\nbackup-standby=y\n\n[main]\npg1-path=/d\npg2-path=/d\npg2-host=db2\n',
      ],
    ],
    rules: ['backup-standby-without-fallback'],
  },
  {
    row: 'T6 backup-standby without a standby',
    files: [global('backup-standby=y')],
    rules: ['backup-standby-without-standby'],
  },
  {
    row: 'T6 RPO of a minute and archive_timeout',
    files: [
      [
        'docs/b.md',
        "# Backup\n\nRPO: < 1 minute\n\n```ini\narchive_mode = on\narchive_timeout = 300\narchive_command = 'pgbackrest --stanza=main archive-push %p'\n```\n",
      ],
    ],
    rules: ['archive-timeout-against-rpo'],
  },
  {
    row: 'T6 RPO and queue-max',
    files: [
      [
        'docs/b.md',
        '# Backup\n\nRPO: < 1 minute\n\n```ini\n[global]\nrepo1-path=/b\nrepo1-retention-full=2\narchive-push-queue-max=4GiB\n[main]\npg1-path=/d\n```\n',
      ],
    ],
    rules: ['queue-max-drops-wal'],
  },
];
