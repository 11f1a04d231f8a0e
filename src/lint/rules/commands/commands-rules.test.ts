import { expect, test } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import { archivePushByHand, archivePushStatusFiles } from './archive-push-rules.ts';
import { restoreBesideRunningContainer, restoreInRunningContainer } from './container-rules.ts';
import {
  engineCommandMissing,
  engineCommandUnknown,
  engineParameterRefused,
} from './engine-command-unknown.ts';
import { engineOptionRefused, engineValueRefused, secretOnCommandLine } from './engine-option-refused.ts';
import { logFileUnknown } from './log-file-unknown.ts';
import {
  checkAsProof,
  infoExitStatus,
  verifyExitStatus,
  verifySetIgnored,
  verifyUnread,
} from './proof-rules.ts';
import { repositoryNotThere } from './repository-not-there.ts';
import {
  backupSetNotALabel,
  restoreTargetNotATime,
  restoreTargetWithoutAction,
  restoreTargetWithoutSet,
  restoreTargetWithoutZone,
} from './restore-target-rules.ts';
import { stanzaMissing } from './stanza-missing.ts';
import { stopAutoNoEffect } from './stop-auto-no-effect.ts';

const p = 'pgbackrest --stanza=main';

/** Rule, a script that it finds something in, what it points at, and scripts that are right. */
const cases: readonly (readonly [LintRule, string, readonly string[], readonly string[]])[] = [
  [
    engineCommandUnknown,
    `${p} bakcup`,
    ['1: bakcup'],
    [`${p} backup`, `${p} $1`, 'pgbackrest help backup', 'pgbackrest repo-rm x'],
  ],
  [
    engineCommandMissing,
    `${p} --type=full`,
    [`1: ${p} --type=full`],
    ['pgbackrest', 'pgbackrest --version', `${p} "$@"`, 'sudo pgbackrest --help'],
  ],
  [
    engineOptionRefused,
    `${p} --dry-run restore\n${p} --repo=2 check\n${p} --set=20240101-120000F backup\n${p} -- info\n${p} --retention=3 expire`,
    ['1: dry-run', '2: repo', '3: set', '4: --', '5: retention'],
    [
      `${p} --dry-run expire`,
      `${p} --repo=2 info`,
      'pgbackrest --stanz=x $EXTRA --delta restore',
      `${p} --type=$TYPE --target="$TARGET" --target-action=promote restore`,
      `${p} --repo1-s3-bucket=b --repo1-s3-region=r backup`,
      `${p} --no-online --reset-process-max --type full backup`,
      `${p} archive-get %f "%p"`,
    ],
  ],
  [
    engineValueRefused,
    `${p} --type=incremental backup\n${p} --type=full restore\n${p} --pg1-path=data restore\n${p} --delta=true restore\n${p} --process-max=0 backup`,
    ['1: incremental', '2: full', '3: data', '4: true', '5: 0'],
    [
      `${p} --type=full --process-max=4 backup`,
      `${p} --type=<type> backup`,
      `${p} --repo=2 backup`,
      `${p} --pg1-path=$PGDATA restore`,
      `${p} --compress-type=zst --compress-level=19 backup`,
    ],
  ],
  [
    engineParameterRefused,
    `${p} backup full`,
    ['1: full'],
    [
      `${p} archive-push pg_wal/x`,
      `${p} backup $EXTRA`,
      `${p} backup --type full`,
      'pgbackrest repo-ls backup/main',
    ],
  ],
  [
    secretOnCommandLine,
    `${p} --repo1-cipher-pass=hunter2 backup`,
    ['1: hunter2'],
    [`${p} --repo1-cipher-type=aes-256-cbc backup`, 'export PGBACKREST_REPO1_CIPHER_PASS'],
  ],
  [
    stanzaMissing,
    'pgbackrest backup\nsudo -u postgres pgbackrest restore',
    ['1: backup', '2: restore'],
    [
      `${p} backup`,
      'pgbackrest info',
      'PGBACKREST_STANZA=main pgbackrest backup',
      'export PGBACKREST_STANZA=main\npgbackrest backup',
      'pgbackrest backup "$@"',
      'docker exec db pgbackrest backup',
      'pgbackrest version',
    ],
  ],
  [
    backupSetNotALabel,
    `${p} info --set=archive\n${p} --set=latest restore`,
    ['1: archive', '2: latest'],
    [
      `${p} --set=20240101-120000F_20240102-120000I restore`,
      `${p} --set=$SET restore`,
      `${p} --set=<label> info`,
      `${p} --set=20XXXXXX-XXXXXXF restore`,
    ],
  ],
  [
    restoreTargetNotATime,
    ['1 hour ago', '2024-01-01', '2024-01-01 10:00:00Z', '2024-01-01 10:00:00 UTC', '2024-01-01T10:00:00+00']
      .map((target) => `${p} --type=time --target="${target}" restore`)
      .join('\n'),
    [
      '1: 1 hour ago',
      '2: 2024-01-01',
      '3: 2024-01-01 10:00:00Z',
      '4: 2024-01-01 10:00:00 UTC',
      '5: 2024-01-01T10:00:00+00',
    ],
    [
      `${p} --type=time --target="2024-01-01 10:00:00.5+0130" restore`,
      `${p} --type=time --target="YYYY-MM-DD HH:MM:SS" restore`,
      `${p} --type=time --target="$(date -d '1 hour ago')" restore`,
      `${p} --type=time --set=20240101-120000F --target="2024-01-01 10:00:00 UTC" restore`,
      `${p} --type=name --target=before restore`,
    ],
  ],
  [
    restoreTargetWithoutZone,
    `${p} --type=time "--target=2024-01-01 10:00:00" restore`,
    ['1: 2024-01-01 10:00:00'],
    [
      `${p} --type=time --target="2024-01-01 10:00:00+00" restore`,
      `${p} --type=time --target='{{ target }}' restore`,
    ],
  ],
  [
    restoreTargetWithoutAction,
    `${p} --type=time --target="2024-01-01 10:00:00+00" restore\n${p} --type=immediate restore`,
    ['1: time', '2: immediate'],
    [
      `${p} restore`,
      `${p} --type=standby restore`,
      `${p} --type=time --target=x --target-action=pause restore`,
    ],
  ],
  [
    restoreTargetWithoutSet,
    `${p} --type=xid --target=726 restore\n${p} --type=name --target=a restore`,
    ['1: xid', '2: name'],
    [
      `${p} --type=xid --set=20240101-120000F --target=726 restore`,
      `${p} --type=lsn --target=0/3000000 restore`,
    ],
  ],
  [
    restoreInRunningContainer,
    `docker exec backup ${p} restore\nkubectl exec -it db-0 -- ${p} restore`,
    [`1: docker exec backup ${p} restore`, `2: kubectl exec -it db-0 -- ${p} restore`],
    [
      `docker compose run --rm db ${p} restore`,
      `docker exec backup ${p} --pg1-path=/tmp/restore-test restore`,
      `docker exec backup ${p} info`,
    ],
  ],
  [
    restoreBesideRunningContainer,
    `docker run --rm --volumes-from db image ${p} restore`,
    [`1: docker run --rm --volumes-from db image ${p} restore`],
    [
      `docker compose stop db\ndocker run --rm --volumes-from db image ${p} restore`,
      `docker run -v data:/d image ${p} restore`,
    ],
  ],
  [
    verifyExitStatus,
    `${p} verify && echo ok\nif ${p} --output=text verify; then echo good; fi`,
    [`1: ${p} verify`, `2: ${p} --output=text verify`],
    [
      `${p} --output=text --verbose verify | grep -qx 'status: ok' && echo ok`,
      `${p} --output=text verify`,
      `${p} verify || true`,
    ],
  ],
  [
    verifyUnread,
    `${p} verify`,
    [`1: ${p} verify`],
    [`${p} --output=text verify`, `${p} --log-level-console=info verify`, `${p} verify | tee x`],
  ],
  [
    infoExitStatus,
    `${p} info > /dev/null || alert\nif pgbackrest info; then echo ok; fi`,
    [`1: ${p} info > /dev/null`, '2: pgbackrest info'],
    [
      `${p} info`,
      `${p} --output=json info | jq -e '.[0].status.code == 0' || alert`,
      `INFO=$(${p} --output=json info) || exit 1`,
      `${p} info || echo 'cannot read the repository'`,
    ],
  ],
  [
    checkAsProof,
    `${p} check && echo "backups are ok"`,
    [`1: ${p} check`],
    [`${p} check && echo "WAL archiving works"`, `${p} check && ${p} backup`],
  ],
  [
    archivePushStatusFiles,
    `${p} archive-push /var/lib/postgresql/17/main/pg_wal/*.ready`,
    ['1: /var/lib/postgresql/17/main/pg_wal/*.ready'],
    [`${p} archive-push pg_wal/000000010000000000000001`],
  ],
  [
    archivePushByHand,
    `${p} archive-push /path/to/wal/file`,
    [`1: ${p} archive-push /path/to/wal/file`],
    [`exec ${p} archive-push "$1"`],
  ],
  [
    logFileUnknown,
    'cat /var/log/pgbackrest/backup-full.log\ntail -f /var/log/pgbackrest/restore.log',
    ['1: /var/log/pgbackrest/backup-full.log', '2: /var/log/pgbackrest/restore.log'],
    [
      'tail -f /var/log/pgbackrest/main-backup.log /var/log/pgbackrest/main-archive-push-async.log',
      'cat /var/log/pgbackrest/*.log',
      'ls > /var/log/pgbackrest/own.log\ncat /var/log/pgbackrest/own.log',
      'cat /var/log/$STANZA.log',
    ],
  ],
  [stopAutoNoEffect, `${p} --stop-auto backup`, ['1: stop-auto'], [`${p} backup`]],
];

test.each(cases.map((one) => [one[0].name, one] as const))('%s', (_, [rule, wrong, expected, right]) => {
  expect(judgeRule(rule, { 'a.sh': wrong })).toEqual(expected);
  for (const text of right) expect(judgeRule(rule, { 'a.sh': text }), text).toEqual([]);
});

test('stop-auto is found in files too', () => {
  const conf = '[global]\nstart-fast=y\nstop-auto=y\n';
  expect(judgeRule(stopAutoNoEffect, { 'pgbackrest.conf': conf })).toEqual(['3: stop-auto']);
});

test('every rule of the family that is judged by a script is tried', () => {
  const tried = new Set(cases.map(([rule]) => rule.name));
  expect([...tried]).toHaveLength(cases.length);
});

test('options are judged for the version', () => {
  const script = { 'a.sh': `${p} --set=20240101-120000F --output=text verify` };
  expect(judgeRule(verifySetIgnored, script)).toEqual(['1: set']);
  expect(judgeRule(verifySetIgnored, script, { engine: '2.55' })).toEqual([]);
  const priority = { 'a.sh': `${p} --priority=5 backup` };
  expect(judgeRule(engineOptionRefused, priority)).toEqual(['1: priority']);
  expect(judgeRule(engineOptionRefused, priority, { engine: '2.60' })).toEqual([]);
  const check = { 'a.sh': 'pgbackrest check' };
  expect(judgeRule(stanzaMissing, check)).toEqual(['1: check']);
  expect(judgeRule(stanzaMissing, check, { engine: '2.55' })).toEqual([]);
});

test('a repository is sought in the configuration beside the script', () => {
  const conf = '[global]\nrepo1-path=/a\nrepo1-retention-full=2\n[main]\npg1-path=/b\n';
  const script = `${p} --repo=2 restore\n${p} --repo=1 info\n${p} --repo=$R info\n`;
  expect(judgeRule(repositoryNotThere, { 'pgbackrest.conf': conf, 'a.sh': script })).toEqual(['1: 2']);
  expect(judgeRule(repositoryNotThere, { 'a.sh': script })).toEqual([]);
  const two = conf.replace('[main]', 'repo2-path=/c\n[main]');
  expect(judgeRule(repositoryNotThere, { 'pgbackrest.conf': two, 'a.sh': script })).toEqual([]);
});

test('an exit status in a Dockerfile is a health check', () => {
  const file = { Dockerfile: `FROM postgres:16\nHEALTHCHECK CMD ${p} info\n` };
  expect(judgeRule(infoExitStatus, file)).toEqual([`2: ${p} info`]);
  expect(judgeRule(infoExitStatus, { Dockerfile: `FROM postgres:16\nCMD ${p} info\n` })).toEqual([]);
});

test('what systemd gives to the program is a word too much', () => {
  const unit = `[Service]\nExecStart=/usr/bin/${p} backup || true\n`;
  expect(judgeRule(engineParameterRefused, { 'a.service': unit })).toEqual(['2: ||']);
});
