import type { TrapCase } from './trap-case.ts';
import { server } from './trap-files.ts';

/** What can be wrong with Pigsty, Compose and Kubernetes: sections 2 to 4. */
export const containerTargetTraps: readonly TrapCase[] = [
  // 2
  {
    row: 'T2 a method that no entry has',
    files: [
      [
        'pigsty.yml',
        'all:\n  vars:\n    pgbackrest_method: s3\n    pgbackrest_repo:\n      local: { path: /pg/backup, retention_full_type: count, retention_full: 2 }\n',
      ],
    ],
    rules: ['pigsty-method-unknown'],
  },
  {
    row: 'T2 removed variables',
    files: [
      [
        'pigsty.yml',
        'all:\n  vars:\n    pgbackrest_enabled: true\n    pgbackrest_clean: true\n    pgbackrest_ssl_dir: /etc/ssl\n',
      ],
    ],
    rules: ['pigsty-variable-removed'],
  },
  {
    row: 'T2 a user in pg_crontab',
    files: [
      ['pigsty.yml', "all:\n  vars:\n    pg_crontab: [ '00 01 * * * postgres /pg/bin/pg-backup full' ]\n"],
    ],
    rules: ['pigsty-crontab-user-column'],
  },
  {
    row: 'T2 no user in node_crontab',
    files: [['pigsty.yml', "all:\n  vars:\n    node_crontab: [ '00 01 * * * /pg/bin/pg-backup full' ]\n"]],
    rules: ['pigsty-crontab-user-column'],
  },
  {
    row: 'T2 install.yml',
    files: [['docs/pigsty.md', '# Pigsty\n\n```bash\ncd pigsty && ./install.yml\n```\n']],
    rules: ['pigsty-playbook-renamed'],
  },
  {
    row: 'T2 the published passphrase',
    files: [
      [
        'pigsty.yml',
        'all:\n  vars:\n    pgbackrest_method: minio\n    pgbackrest_repo:\n      minio:\n        type: s3\n        s3_endpoint: sss.pigsty\n        s3_bucket: pgsql\n        s3_key: pgbackrest\n        s3_key_secret: S3User.Backup\n        cipher_type: aes-256-cbc\n        cipher_pass: pgBackRest\n        retention_full_type: time\n        retention_full: 14\n',
      ],
    ],
    rules: ['secret-published-default'],
  },
  {
    row: 'T2 an option that the engine does not have',
    files: [
      [
        'pigsty.yml',
        'all:\n  vars:\n    pgbackrest_method: local\n    pgbackrest_repo:\n      local: { path: /pg/backup, retention_ful: 2 }\n',
      ],
    ],
    rules: ['option-unknown'],
  },
  // 3
  {
    row: 'T3 version key',
    files: [
      [
        'compose.yaml',
        'version: "3.8"\nservices:\n  db:\n    image: example.com/pgbackrest:17.2\n    command: pgbackrest --stanza=main backup\n',
      ],
    ],
    rules: ['compose-version-key'],
  },
  {
    row: 'T3 docker.sock',
    files: [
      [
        'compose.yaml',
        'services:\n  backup:\n    image: example.com/pg-backup:1.4.2\n    command: sh -c "docker exec db pgbackrest --stanza=main backup"\n    volumes: [/var/run/docker.sock:/var/run/docker.sock]\n',
      ],
    ],
    rules: ['compose-docker-socket'],
  },
  {
    row: 'T3 PostgreSQL 18',
    files: [
      [
        'compose.yaml',
        'services:\n  db:\n    image: postgres:18.1\n    volumes: [data:/var/lib/postgresql/data]\nvolumes: { data: {} }\n',
      ],
    ],
    rules: ['compose-postgres18-volume'],
  },
  {
    row: 'T3 stop grace',
    files: [
      [
        'compose.yaml',
        'services:\n  db:\n    image: postgres:17.2\n    volumes: [data:/var/lib/postgresql/data, ./pgbackrest.conf:/etc/pgbackrest/pgbackrest.conf]\nvolumes: { data: {} }\n',
      ],
    ],
    rules: ['compose-stop-grace-period'],
  },
  {
    row: 'T3 an image without pgbackrest',
    files: [
      [
        'compose.yaml',
        'services:\n  db:\n    image: postgres:17.2\n    command: postgres -c archive_mode=on -c "archive_command=pgbackrest --stanza=main archive-push %p"\n',
      ],
    ],
    rules: ['image-without-pgbackrest'],
  },
  {
    row: 'T3 apk add at start',
    files: [
      [
        'compose.yaml',
        'services:\n  backup:\n    image: alpine:latest\n    command: sh -c "apk add pgbackrest && crond -f"\n',
      ],
    ],
    rules: ['engine-installed-at-start', 'image-not-pinned'],
  },
  {
    row: 'T3 an install that may fail',
    files: [
      [
        'Dockerfile',
        'FROM postgres:17-bookworm\nRUN apt-get update && apt-get install -y pgbackrest || true\n',
      ],
    ],
    rules: ['installation-failure-swallowed'],
  },
  {
    row: 'T3 chmod 777',
    files: [
      [
        'Dockerfile',
        'FROM postgres:17-bookworm\nRUN mkdir -p /var/lib/pgbackrest && chmod 777 /var/lib/pgbackrest\n',
      ],
    ],
    rules: ['repository-writable-by-all'],
  },
  {
    row: 'T3 a health check that never fails',
    files: [
      [
        'compose.yaml',
        'services:\n  backup:\n    image: example.com/pg-backup:1.4.2\n    healthcheck:\n      test: ["CMD-SHELL", "pgbackrest --stanza=main info || exit 0"]\n',
      ],
    ],
    rules: ['health-check-never-fails'],
  },
  {
    row: 'T3 a condition before archive-push',
    files: [
      server(
        "archive_mode = on\narchive_command = 'test ! -f /backup/%f && exit 0 || pgbackrest --stanza=main archive-push %p'",
      ),
    ],
    rules: ['archive-command-succeeds-without-archiving'],
  },
  {
    row: 'T3 archive_command without archive_mode',
    files: [server("archive_command = 'pgbackrest --stanza=main archive-push %p'")],
    rules: ['archive-mode-missing'],
  },
  {
    row: 'T3 archive_mode off',
    files: [server("archive_mode = off\narchive_command = 'pgbackrest --stanza=main archive-push %p'")],
    rules: ['archive-mode-off'],
  },
  // 4
  {
    row: 'T4 a claim for two workloads',
    files: [
      [
        'k8s.yaml',
        ['full', 'diff']
          .map(
            (type) =>
              `apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: ${type} }\nspec:\n  schedule: "0 2 * * *"\n  concurrencyPolicy: Forbid\n  jobTemplate:\n    spec:\n      backoffLimit: 0\n      template:\n        spec:\n          restartPolicy: Never\n          containers:\n            - name: b\n              image: e.com/pg:1.1\n              command: [pgbackrest, --stanza=main, --type=${type}, backup]\n              volumeMounts: [{ name: repo, mountPath: /var/lib/pgbackrest }]\n          volumes:\n            - name: repo\n              persistentVolumeClaim: { claimName: repo }\n`,
          )
          .join('---\n') +
          '---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: repo }\nspec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 20Gi } } }\n',
      ],
    ],
    rules: ['claim-shared-by-workloads'],
  },
  {
    row: 'T4 PGO without a schedule',
    files: [
      [
        'pgo.yaml',
        'apiVersion: postgres-operator.crunchydata.com/v1beta1\nkind: PostgresCluster\nmetadata: { name: hippo }\nspec:\n  backups:\n    pgbackrest:\n      global: { repo2-retention-full: "2" }\n      repos:\n        - name: repo1\n          volume: { volumeClaimSpec: { accessModes: [ReadWriteOnce] } }\n        - name: repo3\n          schedules: { full: "0 1 * * 0" }\n          s3: { bucket: b, endpoint: e, region: r }\n',
      ],
    ],
    rules: ['operator-repository-without-schedule', 'operator-option-of-missing-repository'],
  },
  {
    row: 'T4 five fields',
    files: [
      [
        'sb.yaml',
        'apiVersion: postgresql.cnpg.io/v1\nkind: ScheduledBackup\nmetadata: { name: b }\nspec:\n  schedule: "0 2 * * *"\n  cluster: { name: c }\n',
      ],
    ],
    rules: ['scheduled-backup-five-fields'],
  },
  {
    row: 'T4 a configuration in a ConfigMap',
    files: [
      [
        'cm.yaml',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: pgbackrest }\ndata:\n  pgbackrest.conf: |\n    [global]\n    repo1-path=/b\n    repo1-retention-full=4\n    repo1-retention-archive=14\n    log-level-file=verbose\n    [main]\n    pg1-path=/d\n',
      ],
    ],
    rules: ['retention-archive-beyond-full', 'value-invalid'],
  },
  {
    row: 'T4 secrets in a ConfigMap',
    files: [
      [
        'cm.yaml',
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: pgbackrest }\ndata:\n  pgbackrest.conf: |\n    [global]\n    repo1-path=/b\n    repo1-retention-full=4\n    repo1-cipher-type=aes-256-cbc\n    repo1-cipher-pass=Zt4kR8vq1LmX0sYdP7nWc3uEoAf9iTgB\n    [main]\n    pg1-path=/d\n',
      ],
    ],
    rules: ['secret-in-manifest'],
  },
  {
    row: 'T4 a probe that never fails',
    files: [
      [
        'd.yaml',
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: b }\nspec:\n  template:\n    spec:\n      containers:\n        - name: b\n          image: e.com/pg:1.1\n          livenessProbe: { exec: { command: [pgbackrest, info] } }\n',
      ],
    ],
    rules: ['health-check-never-fails'],
  },
];
