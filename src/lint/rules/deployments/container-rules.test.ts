import { describe, expect, it } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import { composeBackupWithoutData } from './compose-data.ts';
import { composeLocksApart } from './compose-locks.ts';
import {
  composeDockerSocket,
  composeStopGracePeriod,
  composeVersionKey,
  composeVolumePath,
} from './compose-rules.ts';
import { deploymentRules } from './deployment-rules.ts';
import { healthCheckNeverFails } from './health-rules.ts';
import { remoteHostWithoutServer } from './remote-host.ts';
import { variableEmptyByDefault } from './variable-empty-by-default.ts';

const archiving = `postgres -c archive_mode=on -c archive_command='pgbackrest --stanza=main archive-push %p'`;

const compose = (text: string) => ({ 'compose.yaml': text });

const manifest = (text: string) => ({ 'k8s.yaml': text });

const goodCompose = `services:
  db:
    build: ./postgres
    command: ["postgres", "-c", "archive_mode=on", "-c", "archive_command=pgbackrest --stanza=main archive-push %p"]
    stop_grace_period: 2m
    volumes:
      - data:/var/lib/postgresql/data
      - repo:/var/lib/pgbackrest
      - locks:/tmp/pgbackrest
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U postgres"]
  scheduler:
    build: ./postgres
    environment:
      PGBACKREST_STANZA: main
      PGBACKREST_REPO1_CIPHER_PASS: \${CIPHER_PASS:?not set}
    volumes:
      - data:/var/lib/postgresql/data:ro
      - repo:/var/lib/pgbackrest
      - locks:/tmp/pgbackrest
    healthcheck:
      test: ["CMD-SHELL", "pgbackrest info --output=json | jq -e '.[0].status.code == 0'"]
  web:
    image: nginx
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
    healthcheck:
      test: ["CMD", "true"]
`;

const shared = (extra: string) => `services:
  db:
    build: .
    volumes: ["repo:/var/lib/pgbackrest"${extra}]
  backup:
    build: .
    command: pgbackrest --stanza=main backup
    volumes: ["repo:/var/lib/pgbackrest"${extra}]
`;

describe('rules about containers', () => {
  it.each(deploymentRules.rules.map((rule) => [rule.name, rule] as const))(
    '%s says nothing of what is right',
    (_, rule) => {
      expect(judgeRule(rule, compose(goodCompose))).toEqual([]);
    },
  );

  it.each<[string, LintRule, Record<string, string>, string[]]>([
    [
      'a key beside a repository',
      composeLocksApart,
      compose(shared('').replaceAll('repo:/var/lib/pgbackrest', './id_rsa:/home/pgbackrest/.ssh/id_rsa')),
      [],
    ],
    [
      'pg1-host names a container of their own',
      remoteHostWithoutServer,
      {
        ...compose('services:\n  db:\n    build: ./postgres\n'),
        'pgbackrest.conf': '[main]\npg1-host=db\npg1-path=/d\n',
      },
      [],
    ],
    [
      'pg1-host names a service',
      remoteHostWithoutServer,
      {
        ...compose('services:\n  db:\n    image: postgres:17\n'),
        'pgbackrest.conf': '[main]\npg1-host=db\npg1-path=/d\n',
      },
      ['2: db'],
    ],
    [
      'pg1-host over TLS',
      remoteHostWithoutServer,
      {
        ...compose('services:\n  db:\n    image: postgres:17\n'),
        'pgbackrest.conf': '[main]\npg1-host=db\npg1-host-type=tls\npg1-path=/d\n',
      },
      [],
    ],
    [
      'pg1-host names a machine',
      remoteHostWithoutServer,
      {
        ...compose('services:\n  db:\n    image: postgres:17\n'),
        'pgbackrest.conf': '[main]\npg1-host=db1.example.com\npg1-path=/d\n',
      },
      [],
    ],
    [
      'health by info',
      healthCheckNeverFails,
      compose(
        `services:\n  b:\n    build: .\n    healthcheck:\n      test: ["CMD", "pgbackrest", "--stanza=main", "info"]\n`,
      ),
      ['5: ["CMD", "pgbackrest", "--stanza=main", "info"]'],
    ],
    [
      'health with || exit 0',
      healthCheckNeverFails,
      compose(
        `services:\n  b:\n    build: .\n    healthcheck:\n      test: pgbackrest --stanza=main verify || exit 0\n`,
      ),
      ['5: pgbackrest --stanza=main verify || exit 0'],
    ],
    [
      'a probe by info',
      healthCheckNeverFails,
      manifest(
        `apiVersion: v1\nkind: Pod\nmetadata: { name: b }\nspec:\n  containers:\n    - name: pgbackrest\n      image: x:1\n      livenessProbe:\n        exec:\n          command: [sh, -c, pgbackrest info]\n`,
      ),
      ['10: [sh, -c, pgbackrest info]'],
    ],
    [
      'health by grep in info',
      healthCheckNeverFails,
      compose(
        `services:\n  b:\n    build: .\n    healthcheck:\n      test: pgbackrest info | grep -q "status: ok"\n`,
      ),
      [],
    ],
    [
      'a variable that is empty when another is not set',
      variableEmptyByDefault,
      compose(
        'services:\n  b:\n    build: .\n    environment:\n      - PGBACKREST_REPO1_S3_KEY=${S3_KEY:-}\n      - OTHER=${OTHER:-}\n      - PGBACKREST_STANZA=${STANZA:-main}\n',
      ),
      ['5: ${S3_KEY:-}'],
    ],
    [
      'a backup container without the data',
      composeBackupWithoutData,
      compose(
        'services:\n  db:\n    build: .\n    volumes: ["d:/var/lib/postgresql/data"]\n  cron:\n    build: .\n    command: pgbackrest --stanza=m backup\n',
      ),
      ['5: cron'],
    ],
    [
      'a backup container that reaches the server over TLS',
      composeBackupWithoutData,
      {
        ...compose(
          'services:\n  db:\n    build: .\n    volumes: ["d:/var/lib/postgresql/data"]\n  cron:\n    build: .\n    command: pgbackrest --stanza=m backup\n',
        ),
        'pgbackrest.conf': '[m]\npg1-path=/d\npg1-host=db\npg1-host-type=tls\n',
      },
      [],
    ],
    [
      'one repository, two lock paths',
      composeLocksApart,
      compose(shared('')),
      ['8: repo:/var/lib/pgbackrest'],
    ],
    ['two repositories', composeLocksApart, compose(shared('').replace('repo:/var', 'other:/var')), []],
    ['one lock path', composeLocksApart, compose(shared(', "locks:/tmp/pgbackrest"')), []],
    [
      'docker.sock for the scheduler',
      composeDockerSocket,
      compose(
        'services:\n  backup-scheduler:\n    build: .\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock\n',
      ),
      ['5: /var/run/docker.sock:/var/run/docker.sock'],
    ],
    [
      'the old volume of PostgreSQL 18',
      composeVolumePath,
      compose(
        'services:\n  db:\n    image: postgres:18-bookworm\n    volumes:\n      - d:/var/lib/postgresql/data\n',
      ),
      ['5: d:/var/lib/postgresql/data'],
    ],
    [
      'the volume of PostgreSQL 17',
      composeVolumePath,
      compose(
        'services:\n  db:\n    image: postgres:17-bookworm\n    volumes:\n      - d:/var/lib/postgresql/data\n',
      ),
      [],
    ],
    [
      'the new volume of PostgreSQL 18',
      composeVolumePath,
      compose(
        'services:\n  db:\n    image: postgres:18-bookworm\n    volumes:\n      - d:/var/lib/postgresql\n',
      ),
      [],
    ],
    [
      'five seconds to stop',
      composeStopGracePeriod,
      compose(
        `services:\n  db:\n    image: postgres:17\n    stop_grace_period: 5s\n    command: ${archiving}\n    volumes: ["d:/var/lib/postgresql/data"]\n`,
      ),
      ['4: 5s'],
    ],
    [
      'two minutes to stop',
      composeStopGracePeriod,
      compose(
        `services:\n  db:\n    image: postgres:17\n    stop_grace_period: 1m60s\n    command: ${archiving}\n    volumes: ["d:/var/lib/postgresql/data"]\n`,
      ),
      [],
    ],
    ['version:', composeVersionKey, compose(`version: "3.8"\n${goodCompose}`), ['1: version']],
    [
      'version: of something else',
      composeVersionKey,
      compose('version: "3.8"\nservices:\n  web:\n    image: nginx:1\n'),
      [],
    ],
  ])('%s', (_, rule, files, expected) => {
    expect(judgeRule(rule, files)).toEqual(expected);
  });
});
