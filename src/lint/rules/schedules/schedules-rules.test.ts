import { expect, test } from 'vitest';
import { judgeRule } from '../../../../test/support/judge-rule.ts';
import type { LintRule } from '../../lint-rule.ts';
import {
  calendarLinesAddUp,
  calendarUnreadable,
  calendarWeekdayDash,
  calendarWithoutZone,
} from './calendar-rules.ts';
import {
  cronExpressionUnreadable,
  cronFileNameIgnored,
  cronPercentUnescaped,
  cronUserMissing,
} from './crontab-rules.ts';
import { backupsMeet, schedulersOverlap } from './meeting-rules.ts';
import { schedulesRules } from './schedules-rules.ts';
import { unitPrivateLockPath } from './unit-sandbox-rules.ts';
import { checkScheduled, unitGuardNeverStops, unitIgnoresFailure } from './unit-rules.ts';

const p = 'pgbackrest --stanza=main';
const timer = (...lines: readonly string[]) => ({ 'a.timer': `[Timer]\n${lines.join('\n')}\n` });
const crontab = (...lines: readonly string[]) => ({ crontab: `${lines.join('\n')}\n` });
const service = (...lines: readonly string[]) => ({ 'a.service': `[Service]\n${lines.join('\n')}\n` });
const system = (line: string, name = 'pgbackrest') => ({ [`/etc/cron.d/${name}`]: `${line}\n` });
const run = `ExecStart=/usr/bin/${p} --type=full backup`;

type Files = Readonly<Record<string, string>>;

/** Rule, files that it finds something in, what it points at, and files that are right. */
const cases: readonly (readonly [LintRule, Files, readonly string[], readonly Files[]])[] = [
  [
    calendarLinesAddUp,
    timer('OnCalendar=weekly', 'OnCalendar=Sun *-*-* 02:00:00'),
    ['2: weekly'],
    [
      timer('OnCalendar=Mon..Fri 02:00', 'OnCalendar=Sat,Sun 04:00'),
      timer('OnCalendar=weekly', 'OnCalendar=', 'OnCalendar=Sun 02:00'),
      timer('OnCalendar=daily'),
    ],
  ],
  [
    calendarUnreadable,
    timer('OnCalendar=0 2 * * *'),
    ['2: 0 2 * * *'],
    [
      timer('OnCalendar=*-*-01 04:00:00 Europe/Berlin'),
      timer('OnCalendar={{ calendar }}'),
      timer('OnBootSec=5min'),
    ],
  ],
  [
    calendarWeekdayDash,
    timer('OnCalendar=Mon-Sat *-*-* 02:00:00'),
    ['2: Mon-Sat'],
    [timer('OnCalendar=Mon..Sat *-*-* 02:00:00'), timer('OnCalendar=semi-annually')],
  ],
  [
    calendarWithoutZone,
    timer('OnCalendar=Sun *-*-* 02:00:00'),
    ['2: Sun *-*-* 02:00:00'],
    [
      timer('OnCalendar=Sun *-*-* 02:00:00 UTC'),
      timer('OnCalendar=*-*-* 14:00:00'),
      timer('OnCalendar=hourly'),
    ],
  ],
  [
    cronExpressionUnreadable,
    crontab(`0 25 * * * ${p} backup`),
    ['1: 0 25 * * *'],
    [
      crontab(`0 2 * * 7 ${p} backup`, `@reboot ${p} start`, `*/15 1-3 1,15 jan-jun mon-fri ${p} info`),
      crontab(`{{ minute }} 2 * * * ${p} backup`),
    ],
  ],
  [
    cronPercentUnescaped,
    crontab(`0 2 * * 0 ${p} backup > /tmp/$(date +%F).log`),
    ['1: %'],
    [
      crontab(`0 2 * * 0 ${p} backup > /tmp/$(date +\\%F).log`),
      crontab(`0 2 * * 0 {% if a %}${p} backup{% endif %}`),
    ],
  ],
  [
    cronUserMissing,
    system(`0 2 * * 0 ${p} backup`),
    [`1: 0 2 * * 0 ${p} backup`],
    [
      system(`0 2 * * 0 postgres ${p} backup`),
      system(`0 2 * * 0 {{ user }} ${p} backup`),
      crontab(`0 2 * * 0 ${p} backup`),
    ],
  ],
  [
    cronFileNameIgnored,
    system(`0 2 * * 0 postgres ${p} backup`, 'pgbackrest.cron'),
    [`1: 0 2 * * 0 postgres ${p} backup`],
    [
      system(`0 2 * * 0 postgres ${p} backup`),
      { '/etc/cron.d/pgbackrest.j2': `0 2 * * 0 postgres ${p} backup\n` },
    ],
  ],
  [
    backupsMeet,
    crontab(`0 2 * * 0 ${p} --type=full backup`, `0 */2 * * * ${p} --type=incr backup`),
    ['2: 0 */2 * * *'],
    [
      crontab(`0 2 * * * ${p} --type=full backup`, `0 */6 * * * ${p} --type=diff backup`),
      crontab(`0 2 * * 0 ${p} --type=full backup`, `0 2 * * 1-6 ${p} --type=diff backup`),
      crontab(`0 2 * * * ${p} --type=full backup`, '0 2 * * * pgbackrest --stanza=other backup'),
      crontab(`0 2 * * * ${p} --type=full backup`, `0 2 * * * ${p} info`),
    ],
  ],
  [
    schedulersOverlap,
    {
      ...crontab(`0 2 * * 0 ${p} --type=full backup`),
      ...timer('OnCalendar=Mon 03:00'),
      ...service(run),
    },
    ['2: Mon 03:00'],
    [
      crontab(`0 2 * * 0 ${p} --type=full backup`, `0 3 * * 1 ${p} backup`),
      {
        'a.md': `\`\`\`cron\n0 2 * * 0 ${p} backup\n\`\`\`\nor\n\`\`\`ini\n[Timer]\nOnCalendar=daily\n[Service]\n${run}\n\`\`\`\n`,
      },
    ],
  ],
  [
    unitGuardNeverStops,
    service(
      `ExecStartPre=/bin/bash -c 'patronictl list -f json | jq -e ".[] | .Role == \\"$(hostname)\\"" || exit 0'`,
      run,
    ),
    ['2: exit 0'],
    [
      service('ExecCondition=/usr/bin/curl -fsS http://127.0.0.1:8008/primary', run),
      service("ExecStartPre=/bin/bash -c 'curl -f http://127.0.0.1:8008/primary || exit 1'", run),
      service('ExecStartPre=-/bin/mkdir -p /run/x', run),
      service("ExecStartPre=/bin/sh -c 'curl -f http://x || true'", 'ExecStart=/usr/bin/other'),
    ],
  ],
  [
    unitIgnoresFailure,
    service(`ExecStart=-/usr/bin/${p} backup`),
    [`2: /usr/bin/${p} backup`],
    [service(run), service('ExecStart=-/usr/bin/other')],
  ],
  [
    checkScheduled,
    crontab(`*/10 * * * * ${p} check`),
    [`1: ${p} check`],
    [crontab(`0 2 * * * ${p} backup`), { 'a.sh': `${p} check\n` }, crontab(`30 2 * * * ${p} check`)],
  ],
];

test.each(cases.map((one) => [one[0].name, one] as const))('%s', (_, [rule, wrong, expected, right]) => {
  expect(judgeRule(rule, wrong)).toEqual(expected);
  for (const files of right) expect(judgeRule(rule, files), JSON.stringify(files)).toEqual([]);
});

test('every rule of the family is tried', () => {
  // The last one has a test of its own.
  const tried = [...cases.map(([rule]) => rule), unitPrivateLockPath];
  expect(new Set(tried)).toEqual(new Set(schedulesRules.rules));
});

test('a timer is judged with the service of its name in another file', () => {
  const files = {
    'full.timer': '[Timer]\nOnCalendar=Mon 00:00\n',
    'full.service': `[Service]\n${run}\n`,
    'incr.timer': '[Timer]\nOnCalendar=daily\n',
    'incr.service': `[Service]\nExecStart=/usr/bin/${p} --type=incr backup\n`,
  };
  expect(judgeRule(backupsMeet, files)).toEqual(['2: daily']);
});

test('a check is found in the script that a schedule calls', () => {
  const files = {
    ...crontab('*/10 * * * * /usr/local/bin/check-archive'),
    'bin/check-archive': `#!/bin/sh\n${p} check || exit 2\n`,
  };
  expect(judgeRule(checkScheduled, files)).toEqual([`2: ${p} check`]);
});
