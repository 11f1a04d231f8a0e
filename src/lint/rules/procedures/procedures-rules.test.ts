import { expect, test } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import { backupAfterPointInTime, restoreProvedByVersion, restoreWithoutStop } from './after-restore-rules.ts';
import { dataDirectoryRemoved } from './data-directory-rules.ts';
import { drillCanArchive } from './drill-rules.ts';
import { patroniStateKept } from './patroni-restore-rules.ts';
import { proceduresRules } from './procedures-rules.ts';
import {
  backupFailureSwallowed,
  engineErrorsHidden,
  epochReadAsDate,
  jqNullNotEmpty,
} from './script-rules.ts';

const p = 'pgbackrest --stanza=main';
const toTime = `${p} --type=time --target="2024-01-01 10:00:00+00" --target-action=promote restore`;
const last = `last=$(${p} --output=json info | jq -r '.[0].backup[-1].timestamp.stop')`;

/** Rule, a script that it finds something in, what it points at, and scripts that are right. */
/** Two tasks of a playbook. */
const playbook = (first: string): string =>
  `- hosts: db\n  tasks:\n    - shell: ${first}\n    - shell: |\n        ${p} --delta restore\n`;

test('what a task before the restore removes is seen', () => {
  expect(
    judgeRule(dataDirectoryRemoved, { 'a.yml': playbook('rm -rf /var/lib/postgresql/15/main') }),
  ).toEqual(['3: rm -rf /var/lib/postgresql/15/main']);
  expect(judgeRule(dataDirectoryRemoved, { 'a.yml': playbook('rm -rf /tmp/x') })).toEqual([]);
});

const cases: readonly (readonly [LintRule, string, readonly string[], readonly string[]])[] = [
  [
    dataDirectoryRemoved,
    [
      'sudo rm -rf /var/lib/postgresql/17/main/*',
      'ansible db -m shell -a "rm -rf /pg/data/*"',
      'docker volume rm app_pgdata',
      'find $PGDATA -mindepth 1 -delete',
      'docker compose down -v',
      `${p} restore`,
    ].join('\n'),
    [
      '1: sudo rm -rf /var/lib/postgresql/17/main/*',
      '2: rm -rf /pg/data/*',
      '3: docker volume rm app_pgdata',
      '4: find $PGDATA -mindepth 1 -delete',
      '5: docker compose down -v',
    ],
    [
      'rm -rf /var/lib/postgresql/17/main/*',
      `rm -rf /var/lib/postgresql/17/main.old /tmp/restore /var/lib/pgbackrest\n${p} restore`,
      `mv /var/lib/postgresql/17/main /srv/keep\nrm -rf /var/lib/postgresql/17/main\n${p} restore`,
      `docker compose down -v\ndocker compose up -d\n${p} backup\n${p} restore`,
      `docker volume rm pgbackrest-config\ndocker compose down\n${p} restore`,
      `# drill on a test host\nrm -rf /var/lib/postgresql/17/main/*\n${p} restore`,
      `rm -rf /var/lib/postgresql/17/main/*\n${p} --type=standby restore`,
      `rm -f /var/lib/postgresql/17/main/postmaster.pid\n${p} restore`,
    ],
  ],
  [
    restoreWithoutStop,
    `${p} restore\nsystemctl start postgresql`,
    [`1: ${p} restore`],
    [
      `systemctl stop postgresql@15-main\n${p} restore\nsystemctl start postgresql@15-main`,
      `${p} restore`,
      `# test restore\n${p} restore\npg_ctl start`,
    ],
  ],
  [
    patroniStateKept,
    `systemctl stop patroni\n${toTime}\nsystemctl start patroni`,
    [`2: ${toTime}`],
    [
      `systemctl stop patroni\npatronictl remove demo\n${toTime}\npg_ctl start\nsystemctl start patroni`,
      `systemctl stop patroni\n${p} restore\nsystemctl start patroni\npatronictl reinit demo`,
      `systemctl stop postgresql\n${toTime}\nsystemctl start postgresql`,
    ],
  ],
  [
    drillCanArchive,
    `# monthly restore test\n${toTime}\npg_ctl start`,
    [`2: ${toTime}`],
    [
      `# monthly restore test\n${p} --archive-mode=off restore\npg_ctl start`,
      `# monthly restore test\n${p} restore`,
      `systemctl stop postgresql\n${p} restore\nsystemctl start postgresql`,
    ],
  ],
  [
    restoreProvedByVersion,
    `${p} restore\nsystemctl start postgresql\npsql -U app -d app -c "SELECT version();"`,
    ['3: psql -U app -d app -c "SELECT version();"'],
    [
      `${p} restore\npsql -c "SELECT version()"\npsql -c "SELECT count(*) FROM t"`,
      'psql -c "SELECT version()"',
      `psql -c "SELECT 1"\n${p} restore`,
    ],
  ],
  [
    backupAfterPointInTime,
    `systemctl stop postgresql\n${toTime}\nsystemctl start postgresql`,
    [`2: ${toTime}`],
    [
      `systemctl stop postgresql\n${toTime}\nsystemctl start postgresql\n${p} --type=full backup`,
      `systemctl stop postgresql\n${p} restore\nsystemctl start postgresql`,
      toTime,
    ],
  ],
  [
    epochReadAsDate,
    `${last}\nage=$(( $(date +%s) - $(date -d "$last" +%s) ))`,
    ['2: "$last"'],
    [
      `${last}\nage=$(( $(date +%s) - last ))`,
      `${last}\ndate -d "@$last"`,
      'last=yesterday\ndate -d "$last"',
    ],
  ],
  [
    jqNullNotEmpty,
    `${last}\nif [ -z "$last" ]; then exit 2; fi`,
    ['2: [ -z "$last" ]'],
    [
      `${last.replace('jq -r', 'jq -er')}\nif [ -z "$last" ]; then exit 2; fi`,
      `${last.replace('.stop', '.stop // empty')}\nif [ -z "$last" ]; then exit 2; fi`,
      `${last}\nif [ -z "$last" ] || [ "$last" = null ]; then exit 2; fi`,
      'last=$(date)\n[ -z "$last" ]',
    ],
  ],
  [
    engineErrorsHidden,
    `${p} expire >/dev/null 2>&1\n${p} verify 2>/dev/null | grep ok`,
    ['1: 2>&1', '2: 2>/dev/null'],
    [
      `x=$(${p} info | jq . 2>/dev/null)`,
      `x=$(${p} info --output=json 2>/dev/null)`,
      `${p} backup | tee log 2>/dev/null`,
      `${p} backup >> /var/log/backup.log 2>&1`,
      `${p} backup >/dev/null`,
      `quiet() { ${p} backup >/dev/null 2>&1; }`,
      `${p} check >/dev/null 2>&1 || alert`,
      'other 2>/dev/null',
    ],
  ],
  [
    backupFailureSwallowed,
    `${p} backup || true\n${p} backup | tee log || exit 0`,
    ['1: true', '2: exit 0'],
    [`${p} backup || exit 1`, `${p} backup || alert`, `${p} backup && true`, 'rm x || true'],
  ],
];

test.each(cases.map((one) => [one[0].name, one] as const))('%s', (_, [rule, wrong, expected, right]) => {
  expect(judgeRule(rule, { 'a.sh': wrong })).toEqual(expected);
  for (const text of right) expect(judgeRule(rule, { 'a.sh': text }), text).toEqual([]);
});

test('every rule of the family is tried', () => {
  expect(new Set(cases.map(([rule]) => rule))).toEqual(new Set(proceduresRules.rules));
});

test('a backup on a schedule must be heard', () => {
  const line = (rest: string) => ({ crontab: `0 2 * * * ${p} backup ${rest}\n` });
  expect(judgeRule(engineErrorsHidden, line('>/dev/null 2>&1'))).toEqual(['1: 2>&1']);
  expect(judgeRule(engineErrorsHidden, line('>/dev/null'))).toEqual([]);
});

test('a drill is known by its heading and by the name of its file', () => {
  const block = `${p} restore\npg_ctl start\n`;
  const heading = (text: string) => ({
    'a.md': `# Guide\n\n## ${text}\n\n\`\`\`bash\n# a comment\n${block}\`\`\`\n`,
  });
  expect(judgeRule(drillCanArchive, heading('Testing restores'))).toEqual([`7: ${p} restore`]);
  expect(judgeRule(drillCanArchive, heading('Recovery'))).toEqual([]);
  expect(judgeRule(drillCanArchive, { 'restore-drill.sh': block })).toEqual([`1: ${p} restore`]);
  expect(judgeRule(drillCanArchive, { 'test.sh': block })).toEqual([]);
});
