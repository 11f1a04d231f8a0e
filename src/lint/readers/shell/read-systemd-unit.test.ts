import { expect, test } from 'vitest';
import { LintDocument } from '../../lint-document.ts';
import { readSystemdUnit, unitSettingOf } from './read-systemd-unit.ts';

function read(text: string, destination?: string) {
  return readSystemdUnit(new LintDocument('x.md', { kind: 'systemd-unit', text, destination }));
}

const timer = `[Unit]
Description=full

[Timer]
OnCalendar=weekly
OnCalendar=Sun *-*-* 02:00:00
Persistent=true
`;

test('adds up OnCalendar and names the timer after its file', () => {
  const [schedule] = read(timer, '/etc/systemd/system/pgbackrest-full.timer').schedules ?? [];
  expect(schedule?.name).toBe('pgbackrest-full.timer');
  expect(schedule?.syntax).toBe('calendar');
  expect(schedule?.expressions.map((part) => part.value)).toEqual(['weekly', 'Sun *-*-* 02:00:00']);
});

test('takes back what stood before an empty assignment', () => {
  const text = timer.replace('OnCalendar=Sun', 'OnCalendar=\nOnCalendar=Sun');
  expect(read(text, 'a.timer').schedules?.[0]?.expressions.map((part) => part.value)).toEqual([
    'Sun *-*-* 02:00:00',
  ]);
  const dropIn = read('[Timer]\nOnCalendar=\nOnCalendar=daily\n', '/etc/systemd/system/a.timer.d/x.conf');
  expect(dropIn.schedules?.[0]?.name).toBe('a.timer');
  expect(dropIn.schedules?.[0]?.expressions.map((part) => part.value)).toEqual(['', 'daily']);
});

test('reads command lines as systemd does, without a shell', () => {
  const { commandLists } = read(
    `[Service]
Environment="PGBACKREST_STANZA=a b" X=1
ExecStartPre=-/bin/bash -c 'patronictl list | jq -e ".[]" || exit 0'
ExecStart=/usr/bin/pgbackrest \\
  --stanza=%i --log=%%d \\
  backup || true
`,
    'pg@.service',
  );
  const [guard, main] = commandLists ?? [];
  expect(guard?.commands.map((command) => `${command.after ?? '.'} ${command.program}`)).toEqual([
    '. patronictl',
    '| jq',
    '|| exit',
  ]);
  expect(guard && unitSettingOf(guard)).toEqual({ key: 'ExecStartPre', ignoresFailure: true });
  expect(main?.commands.map((command) => command.words.map((word) => [word.value, word.unknown]))).toEqual([
    [
      ['/usr/bin/pgbackrest', false],
      ['--stanza=%i', true],
      ['--log=%%d', false],
      ['backup', false],
      ['||', false],
      ['true', false],
    ],
  ]);
});

test('joins a timer to the service in the same block', () => {
  const text = `# /etc/systemd/system/pgbackrest.service
[Unit]
Description=x
[Service]
ExecStart=/usr/bin/pgbackrest --stanza=a backup

# /etc/systemd/system/pgbackrest.timer
[Unit]
Description=y
[Timer]
OnCalendar=*-*-* 02:00:00 UTC
`;
  const { schedules } = read(text);
  expect(schedules?.[0]?.name).toBe('pgbackrest.timer');
  expect(schedules?.[0]?.commands?.commands[0]?.words[2]?.value).toBe('backup');
});

test('gives the variables of a service', () => {
  const { variables } = read(`[Service]\nEnvironment="A=b c" D=e F="g h"\n`, 'a.service');
  expect(variables?.map(({ name, value }) => [name.value, value.value])).toEqual([
    ['A', 'b c'],
    ['D', 'e'],
    ['F', 'g h'],
  ]);
});
