import type { TrapCase } from './trap-case.ts';
import { document, timer } from './trap-files.ts';

/** Rows P14 to P18 of the table of traps. */
export const procedureTraps: readonly TrapCase[] = [
  {
    row: 'P14 a restore by exec',
    files: [document('docker exec -u postgres backup pgbackrest --stanza=main --delta restore')],
    rules: ['restore-in-running-container'],
  },
  {
    row: 'P14 a restore by compose exec',
    files: [document('docker compose exec backup pgbackrest --stanza=main --delta restore')],
    rules: ['restore-in-running-container'],
  },
  {
    row: 'P14 a restore by kubectl exec',
    files: [document('kubectl exec -it pgbackrest-0 -- pgbackrest --stanza=main --delta restore')],
    rules: ['restore-in-running-container'],
  },
  {
    row: 'P14 a restore by run',
    files: [
      document(
        'docker compose run --rm backup pgbackrest --stanza=main --delta restore\ndocker compose restart db',
      ),
    ],
    rules: ['restore-beside-running-container'],
  },
  {
    row: 'P14 backups without the data directory',
    files: [
      [
        'compose.yaml',
        'services:\n  db:\n    image: example.com/pg:17.2\n    volumes: [data:/var/lib/postgresql/data]\n  backup:\n    image: example.com/pg:17.2\n    command: pgbackrest --stanza=main backup\n    volumes: [repo:/var/lib/pgbackrest]\nvolumes: { data: {}, repo: {} }\n',
      ],
    ],
    rules: ['compose-backup-without-data'],
  },
  {
    row: 'P15 a restore of one node of Patroni',
    files: [
      document(
        'systemctl stop patroni\nsudo -u postgres pgbackrest --stanza=main --delta --type=time --target="2026-11-20 10:00:00+00" --target-action=promote restore\nsystemctl start patroni',
      ),
    ],
    rules: ['patroni-state-kept'],
  },
  {
    row: 'P16 a guard that stops nothing',
    files: [
      [
        'etc/systemd/system/pgbackrest-full.service',
        "[Service]\nType=oneshot\nUser=postgres\nExecStartPre=/bin/bash -c 'curl -fs http://localhost:8008/primary || exit 0'\nExecStart=/usr/bin/pgbackrest --stanza=main --type=full backup\n",
      ],
    ],
    rules: ['unit-guard-never-stops'],
  },
  {
    row: 'P16 a guard with true behind it',
    files: [
      [
        'etc/systemd/system/pgbackrest-full.service',
        "[Service]\nType=oneshot\nUser=postgres\nExecStartPre=/bin/sh -c 'test -f /run/leader || true'\nExecStart=/usr/bin/pgbackrest --stanza=main --type=full backup\n",
      ],
    ],
    rules: ['unit-guard-never-stops'],
  },
  {
    row: 'P16 a guard with a dash before it',
    files: [
      [
        'etc/systemd/system/pgbackrest-full.service',
        '[Service]\nType=oneshot\nUser=postgres\nExecStartPre=-/usr/local/bin/is-leader\nExecStart=/usr/bin/pgbackrest --stanza=main --type=full backup\n',
      ],
    ],
    rules: ['unit-guard-never-stops'],
  },
  {
    row: 'P16 two calendars',
    files: [['pgbackrest-full.timer', timer('OnCalendar=weekly\nOnCalendar=Sun 02:00')]],
    rules: ['calendar-lines-add-up'],
  },
  {
    row: 'P16 a dash in weekdays',
    files: [['pgbackrest-incr.timer', timer('OnCalendar=Mon-Sat 02:00 UTC')]],
    rules: ['calendar-weekday-dash'],
  },
  {
    row: 'P16 full and incremental in one minute',
    files: [
      [
        'etc/cron.d/pgbackrest',
        '0 2 * * 0 postgres pgbackrest --stanza=main --type=full backup\n0 2 * * * postgres pgbackrest --stanza=main --type=incr backup\n',
      ],
    ],
    rules: ['backups-meet'],
  },
  {
    row: 'P16 full and incremental in one minute, by timers',
    files: [
      ['pgbackrest-full.timer', timer('OnCalendar=Sun *-*-* 02:00:00 UTC')],
      [
        'pgbackrest-full.service',
        '[Service]\nType=oneshot\nUser=postgres\nExecStart=/usr/bin/pgbackrest --stanza=main --type=full backup\n',
      ],
      ['pgbackrest-incr.timer', timer('OnCalendar=*-*-* 02:00:00 UTC')],
      [
        'pgbackrest-incr.service',
        '[Service]\nType=oneshot\nUser=postgres\nExecStart=/usr/bin/pgbackrest --stanza=main --type=incr backup\n',
      ],
    ],
    rules: ['backups-meet'],
  },
  {
    row: 'P17 two schedulers',
    files: [
      ['etc/cron.d/pgbackrest', '0 2 * * * postgres pgbackrest --stanza=main --type=full backup\n'],
      ['pgbackrest-full.timer', timer('OnCalendar=*-*-* 05:00:00 UTC')],
      [
        'pgbackrest-full.service',
        '[Service]\nType=oneshot\nUser=postgres\nExecStart=/usr/bin/pgbackrest --stanza=main --type=full backup\n',
      ],
    ],
    rules: ['schedulers-overlap'],
  },
  {
    row: 'P17 a CronJob that may overlap',
    files: [
      [
        'k8s/cronjob.yaml',
        'apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: pgbackrest-full }\nspec:\n  schedule: "0 2 * * *"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          restartPolicy: OnFailure\n          containers:\n            - name: backup\n              image: example.com/pg-backup:latest\n              command: ["pgbackrest", "--stanza=main", "--type=full", "backup"]\n              env:\n                - { name: PGBACKREST_PG1_HOST, value: postgres }\n                - { name: PGBACKREST_REPO1_CIPHER_PASS, value: tr0ub4dor-and-3-more-words }\n',
      ],
    ],
    rules: [
      'cronjob-may-overlap',
      'cronjob-repeats-failed-backup',
      'cronjob-without-time-zone',
      'image-not-pinned',
      'workload-without-resources',
      'workload-without-security-context',
      'secret-in-manifest',
    ],
  },
  {
    row: 'P17 a Job by hand',
    files: [
      document('kubectl create job --from=cronjob/pgbackrest-full manual-1', '# Backup'),
      [
        'k8s/cronjob.yaml',
        'apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: pgbackrest-full }\nspec:\n  schedule: "0 2 * * *"\n  concurrencyPolicy: Forbid\n  jobTemplate:\n    spec:\n      backoffLimit: 0\n      template:\n        spec:\n          restartPolicy: Never\n          containers:\n            - name: backup\n              image: example.com/pg-backup:1.4\n              command: ["pgbackrest", "--stanza=main", "--type=full", "backup"]\n',
      ],
    ],
    rules: ['manual-job-beside-cronjob'],
  },
  {
    row: 'P17 two lock paths',
    files: [
      [
        'compose.yaml',
        'services:\n  db:\n    image: example.com/pg:17.2\n    command: postgres -c archive_mode=on -c "archive_command=pgbackrest --stanza=main archive-push %p"\n    volumes: [data:/var/lib/postgresql/data, repo:/var/lib/pgbackrest]\n  backup:\n    image: example.com/pg:17.2\n    command: pgbackrest --stanza=main backup\n    volumes: [data:/var/lib/postgresql/data, repo:/var/lib/pgbackrest]\nvolumes: { data: {}, repo: {} }\n',
      ],
    ],
    rules: ['compose-lock-paths-apart'],
  },
  {
    row: 'P18 a drill that can archive',
    files: [
      document(
        '# monthly restore test\npgbackrest --stanza=main --pg1-path=/tmp/restore-test restore\npg_ctl -D /tmp/restore-test start',
        '# Restore test',
      ),
    ],
    rules: ['drill-can-archive'],
  },
  {
    row: 'P18 a drill in a script',
    files: [
      [
        'restore-test.sh',
        '#!/bin/bash\nset -e\nTEST_DIR=/var/tmp/restore-test\nmkdir -p "$TEST_DIR"\npgbackrest --stanza=main --pg1-path="$TEST_DIR" --type=immediate --target-action=promote restore\npg_ctl -D "$TEST_DIR" -o "-p 5999" -w start\n',
      ],
    ],
    rules: ['drill-can-archive'],
  },
];
