import { expect, test } from 'vitest';
import { describeFacts, readSources } from '../../test/support/describe-facts.ts';

test('joins a timer to the service of its name in another file', () => {
  const timer = '[Timer]\nOnCalendar=daily\n';
  const service = (word: string) =>
    `[Service]\nExecStartPre=/bin/true\nExecStart=/usr/bin/pgbackrest ${word}\n`;
  const facts = describeFacts(
    readSources(
      { file: 'units/full.timer', text: timer },
      { file: 'units/named.timer', text: `${timer}Unit=other.service\n` },
      { file: 'units/full.service', text: service('backup') },
      { file: 'templates/other.service.j2', text: service('check') },
      { file: 'units/alone.timer', text: timer },
    ),
  );
  expect(facts['schedules']).toEqual([
    '2:12 full.timer (daily) /usr/bin/pgbackrest backup',
    '2:12 named.timer (daily) /usr/bin/pgbackrest check',
    '2:12 alone.timer (daily)',
  ]);
});

test('reads ALTER SYSTEM in SQL and in scripts, each statement once', () => {
  const sql = [
    '-- ALTER SYSTEM SET fsync = off;',
    "ALTER SYSTEM SET archive_mode = 'on';",
    `alter system set archive_command to 'pgbackrest --stanza=a archive-push "%p"';`,
    'ALTER SYSTEM SET wal_level TO logical; ALTER SYSTEM RESET fsync;',
    "ALTER SYSTEM SET cluster_name = 'it''s';",
    '',
  ].join('\n');
  const expected = [
    '2:18 alter-system archive_mode=on',
    '3:18 alter-system archive_command=pgbackrest --stanza=a archive-push "%p"',
    '4:18 alter-system wal_level=logical',
    "5:18 alter-system cluster_name=it's",
  ];
  expect(describeFacts(readSources({ file: 'init.sql', text: sql }))['serverSettings']).toEqual(expected);
  const script = `psql -c "ALTER SYSTEM SET archive_mode = on"\n`;
  expect(describeFacts(readSources({ file: 'x.sh', text: script }))['serverSettings']).toEqual([
    '1:27 alter-system archive_mode=on',
  ]);
});

test('what is said of one place is one fact', () => {
  const text = 'services:\n  a: &a { environment: { A: "1" }, command: ls }\n  b: *a\n';
  const facts = describeFacts(readSources({ file: 'compose.yml', text }));
  expect(facts['variables']).toEqual(['2:26 compose A=1']);
  expect(facts['commands']).toEqual(['2:45 container ls']);
});
