import { expect, test } from 'vitest';
import { describeFacts, readSources } from '../../../../test/support/describe-facts.ts';

function read(...lines: readonly string[]) {
  return describeFacts(readSources({ file: 'compose.yml', text: `${lines.join('\n')}\n` }));
}

test('reads variables as a map, as a list, and merged', () => {
  const facts = read(
    'x-env: &env { TZ: Europe/Berlin }',
    'services:',
    '  one:',
    '    environment:',
    '      - POSTGRES_PASSWORD=${PASSWORD:?missing}',
    "      - 'PGBACKREST_STANZA=main'",
    '      - FROM_OUTSIDE',
    '  two:',
    '    environment:',
    '      <<: *env',
    '      BACKUP_SCHEDULE_DIFF: "0 2 * * 1-6"',
    '      EMPTY:',
  );
  expect(facts).toEqual({
    documents: ['1:1 compose'],
    variables: [
      '5:9 compose POSTGRES_PASSWORD=${PASSWORD:?missing}?',
      '6:10 compose PGBACKREST_STANZA=main',
      '7:9 compose FROM_OUTSIDE=?',
      '11:7 compose BACKUP_SCHEDULE_DIFF=0 2 * * 1-6',
      '12:7 compose EMPTY=?',
      '1:15 compose TZ=Europe/Berlin',
    ],
    schedules: ['11:1 BACKUP_SCHEDULE_DIFF (0 2 * * 1-6) diff'],
  });
});

test('reads commands in both forms, and the settings they give to a server', () => {
  const facts = read(
    'services:',
    '  one:',
    '    command: >',
    '      postgres -c archive_mode=on',
    "      -c archive_command='pgbackrest --stanza=main archive-push %p'",
    '  two:',
    '    command: ["-c", "archive_command=test ! -f /x/%f && cp %p /x/%f", "-c", "wal_level=${LEVEL}"]',
    '  three:',
    '    command: ["node", "-c", "archive_mode=on"]',
  );
  expect(facts['serverSettings']).toEqual([
    '4:19 command-line archive_mode=on',
    '5:10 command-line archive_command=pgbackrest --stanza=main archive-push %p',
    '7:22 command-line archive_command=test ! -f /x/%f && cp %p /x/%f',
    '7:78 command-line wal_level=${LEVEL}?',
  ]);
  expect(facts['commands']?.slice(3)).toEqual([
    '5:27 archive_command pgbackrest --stanza=main archive-push %p?',
    '7:38 archive_command test ! -f /x/%f? ; cp %p? /x/%f?',
  ]);
});

test('reads a script that a shell is given, and health checks', () => {
  const facts = read(
    'services:',
    '  backup:',
    '    entrypoint: ["/bin/sh", "-c"]',
    '    command:',
    '      - |',
    '        while true; do',
    "          pgbackrest --stanza=main backup || echo 'no'",
    '        done',
    '    healthcheck:',
    '      test: ["CMD-SHELL", "pgbackrest check || exit 1"]',
    '  other:',
    '    healthcheck: { test: ["CMD", "pgbackrest", "--stanza=a b", "info"] }',
    '  third:',
    '    healthcheck: { test: [NONE] }',
    '  fourth:',
    '    healthcheck: { test: curl localhost }',
  );
  expect(facts['commands']).toEqual([
    '3:19 container true ; pgbackrest --stanza=main backup ; echo no',
    '10:28 container pgbackrest check ; exit 1',
    '12:35 container pgbackrest --stanza=a b info',
    '16:26 container curl localhost',
  ]);
});

test('lines of a command are words, lines of a script are commands', () => {
  const facts = read(
    'services:',
    '  one:',
    '    command: |',
    '      postgres',
    '      -c wal_level=replica',
    '  two:',
    '    command: |',
    '      sh -c "',
    '        id',
    '        ls"',
    '  three:',
    '    entrypoint: ["sh", "-c"]',
    '    command: |',
    '      id',
    '      ls',
  );
  expect(facts['commands']).toEqual([
    '4:7 container postgres -c wal_level=replica',
    '8:7 container id ; ls',
    '12:19 container sh -c',
    '14:7 container id ; ls',
  ]);
  expect(facts['serverSettings']).toEqual(['5:10 command-line wal_level=replica']);
});

test('a word in quotes in a script in a list stands where it stands', () => {
  const text = `services:\n  a:\n    command: ["sh", "-c", "echo 'x' 'y' && ls 'z' \\"q\\" last"]\n`;
  const [list] = readSources({ file: 'compose.yml', text }).commandLists;
  const words = list?.commands.flatMap((command) => command.words) ?? [];
  // Of a quoted word, where its quote stands.
  expect(words.map(({ document, start, value }) => [value, document.positionOf(start).column])).toEqual([
    ['echo', 28],
    ['x', 33],
    ['y', 37],
    ['ls', 44],
    ['z', 47],
    ['q', 51],
    ['last', 57],
  ]);
});

test('reads files that stand in it under the name they get', () => {
  const facts = read(
    'services:',
    '  db:',
    '    configs: [{ source: conf, target: /etc/pgbackrest/pgbackrest.conf }]',
    'configs:',
    '  conf:',
    '    content: |',
    '      [global]',
    '      repo1-path=/x',
    '  init.sh:',
    '    content: pgbackrest check',
  );
  expect(facts['documents']).toEqual([
    '1:1 compose',
    '7:7 pgbackrest-conf /etc/pgbackrest/pgbackrest.conf',
    '10:14 shell init.sh',
  ]);
});

test('reads a part that a document shows', () => {
  expect(read('environment:', '  PGBACKREST_REPO1_S3_KEY: ${KEY}')['variables']).toEqual([
    '2:3 compose PGBACKREST_REPO1_S3_KEY=${KEY}?',
  ]);
  expect(read('db:', '  image: postgres', '  command: ls')['commands']).toEqual(['3:12 container ls']);
});
