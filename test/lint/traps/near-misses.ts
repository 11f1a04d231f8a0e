/** Files that look like a trap and are none: the rule that must not fire, and the files. */
export const nearMisses: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'variable-refused',
    [
      [
        'compose.yaml',
        'services:\n  db:\n    image: e.com/pg:17.2\n    environment:\n      PGBACKREST_REPO1_TYPE: ${REPOSITORY_TYPE:-s3}\n      PGBACKREST_PROCESS_MAX: ${JOBS:?}\n',
      ],
    ],
  ],
  [
    'repositories-share-path',
    [
      [
        'etc/pgbackrest/pgbackrest.conf',
        '[global]\nrepo1-retention-full=2\nrepo2-retention-full=2\n\n[main]\npg1-path=/d\n',
      ],
      ['etc/pgbackrest/conf.d/repo2.conf', '[global]\nrepo2-path=/mnt/offsite\n'],
    ],
  ],
  [
    'repositories-share-path',
    [['etc/pgbackrest/conf.d/retention.conf', '[global]\nrepo1-retention-full=2\nrepo2-retention-full=2\n']],
  ],
  [
    'recovery-setting-removed',
    [
      [
        'a.sh',
        'pgbackrest --stanza=main --recovery-option=primary_conninfo=host=db1 --type=standby --delta restore\n',
      ],
    ],
  ],
  [
    'data-directory-removed',
    [
      [
        'restore.yml',
        '- hosts: db\n  tasks:\n    - name: Clear the directory of the drill\n      file: { path: /var/tmp/drill, state: absent }\n    - name: Restore\n      command: pgbackrest --stanza=main --delta restore\n    - name: Remove an old socket\n      file: { path: /var/lib/postgresql/15/main/x, state: absent }\n',
      ],
    ],
  ],
  [
    'restore-beside-running-container',
    [
      [
        'a.sh',
        'docker compose stop db\ndocker compose run --rm db pgbackrest --stanza=main --delta restore\ndocker compose restart db\n',
      ],
    ],
  ],
  [
    'restore-beside-running-container',
    [
      [
        'a.sh',
        'docker compose run --rm drill pgbackrest --stanza=main --pg1-path=/tmp/drill restore\ndocker compose restart exporter\n',
      ],
    ],
  ],
  [
    'unit-guard-never-stops',
    [
      [
        'b.service',
        '[Service]\nUser=postgres\nExecCondition=/usr/local/bin/is-leader\nExecStart=/usr/bin/pgbackrest --stanza=main backup\n',
      ],
    ],
  ],
  [
    'unit-ignores-failure',
    [
      [
        'b.service',
        '[Service]\nUser=postgres\nSuccessExitStatus=50\nExecStart=/usr/bin/pgbackrest --stanza=main backup\n',
      ],
    ],
  ],
  [
    'check-as-proof-of-backups',
    [['a.md', '# Setup\n\n```bash\n# verify that archiving works\npgbackrest --stanza=main check\n```\n']],
  ],
  ['pigsty-playbook-renamed', [['a.md', '# Another program\n\n```bash\n./install.yml\n```\n']]],
  [
    'data-directory-differs',
    [
      [
        'pgbackrest.conf',
        '[global]\nrepo1-path=/b\nrepo1-retention-full=2\n\n[main]\npg1-path=/var/lib/postgresql/17/data\n',
      ],
      [
        'patroni.yml',
        'scope: main\npostgresql:\n  data_dir: /var/lib/postgresql/17/data/\n  parameters: {}\n',
      ],
    ],
  ],
  [
    'gcs-key-not-a-file',
    [
      [
        'pgbackrest.conf',
        '[global]\nrepo1-type=gcs\nrepo1-gcs-bucket=b\nrepo1-gcs-key=/etc/pgbackrest/key.json\n\n[main]\npg1-path=/d\n',
      ],
    ],
  ],
  [
    'restore-without-stop',
    [
      [
        'a.md',
        '## Restore\n\n```bash\nsystemctl stop postgresql\n```\n\nThen:\n\n```bash\npgbackrest --stanza=main --delta restore\nsystemctl start postgresql\n```\n',
      ],
    ],
  ],
  [
    'restore-without-stop',
    [
      [
        'a.md',
        '## Restore\n\n### 1. Stop\n\n```bash\nsystemctl stop postgresql\n```\n\n### 2. Restore\n\n```bash\npgbackrest --stanza=main --delta restore\nsystemctl start postgresql\n```\n',
      ],
    ],
  ],
  [
    'data-directory-removed',
    [
      [
        'a.md',
        '## Set up a laboratory\n\n```bash\nrm -rf /var/lib/postgresql/15/main\n```\n\n## Restore\n\n```bash\npgbackrest --stanza=main --delta restore\n```\n',
      ],
    ],
  ],
];
