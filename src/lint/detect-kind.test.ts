import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { detectContent } from './detect-content.ts';
import { detectKind } from './detect-kind.ts';
import { documentKinds } from './lint-document.ts';

test.each([
  ['holdfast.yaml', '', 'holdfast'],
  ['docs/backup.md', '', 'markdown'],
  ['/etc/pgbackrest/pgbackrest.conf', '', 'pgbackrest-conf'],
  ['/etc/pgbackrest.conf', '', 'pgbackrest-conf'],
  ['/etc/pgbackrest/conf.d/repo.conf', '', 'pgbackrest-conf'],
  ['$PGDATA/conf.d/pgbackrest.conf', "archive_mode = 'on'\n", 'postgresql-conf'],
  ['templates/pgbackrest.conf.j2', '', 'pgbackrest-conf'],
  ['.env', '', 'environment'],
  ['.env.backblaze.example', '', 'environment'],
  ['prod.env', '', 'environment'],
  ['postgresql.auto.conf', '', 'postgresql-conf'],
  ['postgresql-archive.conf', '', 'postgresql-conf'],
  ['conf.d/archive.conf', "archive_mode = on\narchive_command 'x'\n", 'postgresql-conf'],
  ['conf.d/repo.conf', '[global]\nrepo1-path=/x\n', 'pgbackrest-conf'],
  ['conf.d/part.conf', '# only options\nrepo1-retention-full=2\n', 'pgbackrest-conf'],
  ['init.sql', "ALTER SYSTEM SET archive_mode = 'on';\n", 'postgresql-conf'],
  ['patroni.yml.j2', '', 'patroni'],
  ['/etc/crontab', '', 'crontab'],
  ['/etc/cron.d/pgbackrest', '', 'crontab'],
  ['pgbackrest-full.timer', '', 'systemd-unit'],
  ['pgbackrest@.service', '', 'systemd-unit'],
  ['docker-compose.backups.yml', '', 'compose'],
  ['compose.yaml', '', 'compose'],
  ['pigsty.yml', '', 'pigsty'],
  ['docker/Dockerfile.backup', '', 'dockerfile'],
  ['run-backup.sh', '', 'shell'],
  ['lib/yaml-update.py', '', 'python'],
  ['cronjob.yaml', 'apiVersion: batch/v1\nkind: CronJob\n', 'kubernetes'],
  ['x.yaml', 'stanzas:\n  main: {}\n', 'holdfast'],
  ['rules.yml', 'groups:\n  - rules:\n      - alert: X\n        expr: up == 0\n', 'prometheus-rules'],
  ['site.yml', '- hosts: db\n  tasks: []\n', 'ansible'],
  ['tasks/main.yml', '- name: x\n  ansible.builtin.copy:\n    content: x\n', 'ansible'],
  ['group_vars/all.yml', 'pgbackrest_stanza: main\n', 'ansible'],
  ['x.yml', 'all:\n  vars:\n    pgbackrest_method: s3\n', 'pigsty'],
  ['x.yml', 'scope: a\nrestapi: {}\npostgresql: {}\n', 'patroni'],
  ['stack.yml', 'services:\n  db:\n    image: postgres\n', 'compose'],
  ['checks.json', '{"service": {"name": "x", "port": 1, "checks": []}}', 'consul'],
  ['inventory', '[master]\n10.0.0.1 ansible_host=x\n[all:vars]\npostgresql_version=16\n', 'unknown'],
  ['.github/workflows/test.yml', 'on: push\njobs:\n  a:\n    env:\n      pgbackrest_version: 2\n', 'unknown'],
  [
    'templates/oltp.yml',
    'scope: "{{ pg_cluster }}"\nbootstrap:\n  dcs: {}\ntags:\n  pg_cluster: x\n',
    'patroni',
  ],
  ['/etc/tmpfiles.d/postgresql.conf', '', 'unknown'],
  ['/etc/systemd/system/pgbackrest.timer.d/override.conf', '', 'systemd-unit'],
  ['roles/pgsql/tasks/patroni.yml', '- name: x\n  command: patronictl list\n', 'ansible'],
  ['install-crontab.sh', '', 'shell'],
  ['postgres.conf', '', 'postgresql-conf'],
  ['board.json', '{\n"environment": 1,\n"panels": [{"services": {"interval": 1}}]}', 'unknown'],
  ['agent.json', '{\n"id": 1,\n"checks": [{"args": ["x"]}]}', 'consul'],
  ['netdata.conf', '[global]\n    hostname = x\n[db]\n    db = dbengine\n', 'unknown'],
  ['pip.conf', '[global]\nindex-url = https://x\n', 'unknown'],
  ['x.conf', '[global]\nproces-max=2\nlog-level-console=info\n', 'pgbackrest-conf'],
  ['x.conf', '[global:archive-push]\n', 'pgbackrest-conf'],
  ['x.conf.j2', '[main]\npg{{ loop.index }}-host={{ x }}\n', 'pgbackrest-conf'],
  ['policy.json', '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}', 'unknown'],
  ['mkdocs.yml', 'site_name: x\nnav:\n  - index.md\n', 'unknown'],
  ['openapi.yml', 'openapi: 3.0.0\npaths: {}\n', 'unknown'],
  ['backup', '#!/usr/bin/env bash\npgbackrest backup\n', 'shell'],
  ['check', '#!/usr/bin/env perl\nuse strict;\n', 'unknown'],
  ['index.html', 'repo1-path=/x\n', 'unknown'],
  ['/etc/ssh/sshd_config.d/pgbackrest.conf', 'Port 2222\n', 'unknown'],
  ['stack.yml', 'services:\n  a: { image: b }\nvolumes:\n  pgbackrest_repo:\n', 'compose'],
  ['update', '#!/usr/bin/env python3\nprint()\n', 'python'],
])('%s with %j is %s', (file, text, expected) => {
  expect(detectKind(file, text)).toBe(expected);
});

test.each([
  ['ini', 'archive_mode = on\nwal_level = replica\n', 'postgresql-conf'],
  ['ini', '[global]\nrepo1-path=/x          # why\n', 'pgbackrest-conf'],
  ['ini', '[Timer]\nOnCalendar=daily\n', 'systemd-unit'],
  ['shell', '# .env\nPGBACKREST_ENABLED=true\nA="0 2 * * 0"   # weekly\n', 'environment'],
  ['shell', 'PGHOST=db pgbackrest info\n', 'shell'],
  ['shell', 'export A B\n', 'shell'],
  ['shell', '0 2 * * * pgbackrest --stanza=main backup\n', 'crontab'],
  ['shell', 'cat > x <<EOF\n[global]\nrepo1-path=/x\nEOF\n', 'shell'],
  ['shell', '[global]\nrepo1-path=/x\n{{ more }}\n', 'pgbackrest-conf'],
  [undefined, 'sudo -u postgres pgbackrest --stanza=a \\\n  check\nsystemctl start postgresql\n', 'shell'],
  [undefined, 'pgbackrest info shows each backup\nand its size\n', 'unknown'],
  [undefined, 'pgbackrest info\nstanza: main\n    status: ok\n', 'unknown'],
  [undefined, '1. install\n2. write\n[global]\nrepo1-path=/x\n', 'unknown'],
  ['ini', '[global]\nrepo1-path=/x\nrepo1-type=s3\nno-online\n', 'pgbackrest-conf'],
  ['shell', '# see elsewhere\n', 'unknown'],
  ['shell', 'FROM="x"\nrun this\n', 'shell'],
  ['yaml', 'environment:\n  PGBACKREST_STANZA: main\n', 'compose'],
  ['yaml', 'recovery_conf:\n  restore_command: x\n', 'patroni'],
  ['yaml', 'vault_pgbackrest_s3_bucket: "x"\n', 'ansible'],
  [undefined, 'FROM postgres:16\nRUN apt-get install pgbackrest\n', 'dockerfile'],
  [undefined, '┌──────┐\n│ full │ → repo1\n└──────┘\n', 'unknown'],
  [undefined, '01:00 AM → Cron triggers backup full\n         ↓\n', 'unknown'],
  [undefined, '/etc/pgbackrest/\n├── pgbackrest.conf   # Base\n', 'unknown'],
  [undefined, 'P00   INFO: backup command end: completed successfully\n', 'unknown'],
] as const)('a block called %s with %j is %s', (hint, text, expected) => {
  expect(detectContent(text, hint)).toBe(expected);
});

test('any name and text is of some kind', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'binary' }), (file, text) => {
      expect(documentKinds).toContain(detectKind(file, text));
    }),
  );
});
