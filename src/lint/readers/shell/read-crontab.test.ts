import { expect, test } from 'vitest';
import { LintDocument } from '../../lint-document.ts';
import { readCrontab } from './read-crontab.ts';

function outline(text: string, destination?: string): string[] {
  const document = new LintDocument('crontab', { kind: 'crontab', text, destination });
  return (readCrontab(document).schedules ?? []).map(
    (schedule) =>
      `${schedule.expressions[0]?.value} | ${schedule.commands?.commands
        .map((command) => command.words.map((word) => word.value).join(' '))
        .join(' ; ')}`,
  );
}

test('reads the crontab of a user', () => {
  expect(
    outline(
      `# full\nMAILTO=dba@example.org\n0 2 * * 0 /usr/bin/pgbackrest --stanza=a --type=full backup >> /var/log/x 2>&1\n\n@daily cd /tmp && pgbackrest --stanza=a expire\n`,
    ),
  ).toEqual([
    '0 2 * * 0 | /usr/bin/pgbackrest --stanza=a --type=full backup',
    '@daily | cd /tmp ; pgbackrest --stanza=a expire',
  ]);
});

test('reads crontabs of the system, which have a column for the user', () => {
  expect(outline('00 01 * * * postgres /pg/bin/pg-backup full\n')).toEqual([
    '00 01 * * * | /pg/bin/pg-backup full',
  ]);
  expect(outline('0 2 * * 0 dbsu pgbackrest backup\n', '/etc/cron.d/pgbackrest')).toEqual([
    '0 2 * * 0 | pgbackrest backup',
  ]);
  expect(outline('0 2 * * 0 pgbackrest --stanza=a backup\n', '/etc/cron.d/pgbackrest')).toEqual([
    '0 2 * * 0 | pgbackrest --stanza=a backup',
  ]);
  expect(outline('0 2 * * mon-fri {{ user }} pgbackrest backup\n')).toEqual([
    '0 2 * * mon-fri | pgbackrest backup',
  ]);
});

test('ends a command at a percent sign and knows the zone', () => {
  const document = new LintDocument('crontab', {
    kind: 'crontab',
    text: 'CRON_TZ="Europe/Berlin"\n0 2 * * * pgbackrest backup > /tmp/$(date +%F).log\n',
  });
  const { schedules, variables } = readCrontab(document);
  expect(schedules?.[0]?.zone).toBe('Europe/Berlin');
  expect(schedules?.[0]?.commands?.commands[0]?.program).toBe('pgbackrest');
  expect(variables?.[0]?.value.value).toBe('Europe/Berlin');
  const place = schedules?.[0]?.commands?.place;
  expect(place && document.text.slice(place.start, place.end)).toBe(
    'pgbackrest backup > /tmp/$(date +%F).log',
  );
});

test('leaves the fields of other schedulers to them', () => {
  expect(outline("0 */1 * * * * * su postgres -c 'pgbackrest --stanza=a backup'\n")).toEqual([
    '0 */1 * * * * * | pgbackrest --stanza=a backup',
  ]);
});

test('takes sentences for nothing', () => {
  expect(outline('this is a line of text without any schedule\n1 is a number\n')).toEqual([]);
});
