import { describe, expect, it } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import { consulCheckSwitchesWal, consulScriptCheck, servicePortWithoutListener } from './consul-rules.ts';
import { deploymentRules } from './deployment-rules.ts';
import { metricUnknown } from './metric-rules.ts';
import {
  pigstyCrontabUser,
  pigstyMethodUnknown,
  pigstyPlaybookRenamed,
  pigstyRepositoryUnused,
  pigstyVariableRemoved,
} from './pigsty-rules.ts';

const pigsty = (text: string) => ({ 'pigsty.yml': `all:\n  vars:\n${text}` });
const consul = (text: string) => ({ 'consul.d/pgbackrest.json': text });

const goodPigsty = pigsty(`    pgbackrest_method: local
    pgbackrest_repo:
      local: { path: /pg/backup, retention_full: 2 }
      minio: { type: s3, s3_bucket: pgsql }
    node_crontab: [ '00 01 * * * postgres /pg/bin/pg-backup full', '0 0 * * * root logrotate' ]
    pg_crontab: [ '00 01 * * * /pg/bin/pg-backup full' ]
`);
const goodOthers = {
  ...consul(
    '{"service": {"name": "pgbackrest", "checks": [{"args": ["/usr/local/bin/age"], "interval": "1h"}]}}',
  ),
  'alerts.yml':
    'groups:\n  - name: b\n    rules:\n      - record: pgbackrest_mine\n        expr: max(pgbackrest_backup_since_last_completion_seconds{backup_type="full"})\n      - alert: Old\n        expr: pgbackrest_mine > 8 * 86400\n',
};

describe('rules about Pigsty and monitoring', () => {
  it.each(deploymentRules.rules.map((rule) => [rule.name, rule] as const))(
    '%s says nothing of what is right',
    (_, rule) => {
      for (const files of [goodPigsty, goodOthers]) expect(judgeRule(rule, files)).toEqual([]);
    },
  );

  it.each<[string, LintRule, Record<string, string>, string[]]>([
    [
      'a second repository that is used',
      pigstyRepositoryUnused,
      { ...goodPigsty, 'restore.sh': '#!/bin/sh\npgbackrest --stanza=pg-meta --repo=2 restore\n' },
      ['6: minio'],
    ],
    [
      'a method without an entry',
      pigstyMethodUnknown,
      pigsty('    pgbackrest_method: s3\n    pgbackrest_repo:\n      local: { path: /b }\n'),
      ['3: s3'],
    ],
    [
      'a variable that is gone',
      pigstyVariableRemoved,
      pigsty('    pgbackrest_clean: true\n'),
      ['3: pgbackrest_clean'],
    ],
    [
      'users in the wrong crontab',
      pigstyCrontabUser,
      pigsty(
        `    pg_crontab: [ '0 1 * * * postgres /pg/bin/pg-backup full' ]\n    node_crontab: [ '0 1 * * * /pg/bin/pg-backup full' ]\n`,
      ),
      ['3: 0 1 * * * postgres /pg/bin/pg-backup full', '4: 0 1 * * * /pg/bin/pg-backup full'],
    ],
    [
      'a playbook that was renamed',
      pigstyPlaybookRenamed,
      { ...goodPigsty, 'a.sh': '#!/bin/sh\n./install.yml -t pgbackrest\n' },
      ['2: ./install.yml'],
    ],
    ['a playbook of somebody else', pigstyPlaybookRenamed, { 'a.sh': '#!/bin/sh\n./install.yml\n' }, []],
    [
      'a check by script',
      consulScriptCheck,
      consul('{"service": {"name": "b", "checks": [{"script": "/x", "interval": "1h"}]}}'),
      ['1: script'],
    ],
    [
      'a check that switches WAL',
      consulCheckSwitchesWal,
      consul(
        '{"service": {"name": "b", "checks": [{"args": ["pgbackrest", "--stanza=m", "check"], "interval": "10m"}]}}',
      ),
      ['1: 10m'],
    ],
    [
      'a port on which nothing listens',
      servicePortWithoutListener,
      consul('{"service": {"name": "pgbackrest", "port": 8432, "checks": []}}'),
      ['1: 8432'],
    ],
    [
      'a port with a server',
      servicePortWithoutListener,
      {
        ...consul('{"service": {"name": "pgbackrest", "port": 8432, "checks": []}}'),
        'pgbackrest.conf': '[global]\ntls-server-address=*\n',
      },
      [],
    ],
    [
      'a metric that nobody has',
      metricUnknown,
      {
        'alerts.yml':
          'groups:\n  - name: b\n    rules:\n      - alert: A\n        expr: time() - pgbackrest_last_backup_timestamp > 86400\n',
      },
      ['5: pgbackrest_last_backup_timestamp'],
    ],
    [
      'a metric that a script writes',
      metricUnknown,
      {
        'alerts.yml':
          'groups:\n  - name: b\n    rules:\n      - alert: A\n        expr: pgbackrest_age > 1\n',
        'age.sh': '#!/bin/sh\necho "pgbackrest_age $x" > /var/lib/node_exporter/b.prom\n',
      },
      [],
    ],
  ])('%s', (_, rule, files, expected) => {
    expect(judgeRule(rule, files)).toEqual(expected);
  });
});
