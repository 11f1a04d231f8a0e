import { expect, test } from 'vitest';
import { LintDocument } from '../../lint-document.ts';
import { readMarkdown } from './read-markdown.ts';

function read(text: string) {
  const { embedded = [], claims = [] } = readMarkdown(new LintDocument('x.md', { kind: 'markdown', text }));
  return {
    claims: claims.map(({ amount, place }) => [amount, text.slice(place.start, place.end)]),
    embedded: embedded.map((document) => [document.kind, document.text, document.destination]),
    positions: embedded.map((document) => document.positionOf(document.text.search(/\S/))),
  };
}

test('takes a block out of a list, without its indentation', () => {
  const { embedded, positions } = read('1. Do\n\n   ```ini\n   [global]\n     repo1-path=/x\n\n   ```\n');
  expect(embedded).toEqual([['pgbackrest-conf', '[global]\n  repo1-path=/x\n\n', undefined]]);
  expect(positions).toEqual([{ file: 'x.md', line: 4, column: 4 }]);
});

test('takes blocks between tildes, in quotes, in a list item, and one that is never closed', () => {
  const { embedded } = read(
    [
      '~~~yaml',
      'services:',
      '  a: { image: b }',
      '```',
      '~~~',
      '> ```conf',
      '> [global]',
      '> ```',
      '- ```sh',
      '  ls',
      '  ```',
      '````sh',
      '```',
      'id',
    ].join('\n'),
  );
  expect(embedded).toEqual([
    ['compose', 'services:\n  a: { image: b }\n```\n', undefined],
    ['pgbackrest-conf', '[global]\n', undefined],
    ['shell', 'ls\n', undefined],
    ['shell', '```\nid', undefined],
  ]);
});

test('a document in a document keeps its places', () => {
  const { embedded, positions } = read('\r\n```markdown\r\n~~~ini\r\n[global]\r\n~~~\r\n```\r\n');
  expect(embedded).toEqual([['markdown', '~~~ini\n[global]\n~~~\n', undefined]]);
  expect(positions).toEqual([{ file: 'x.md', line: 3, column: 1 }]);
});

test('knows where a block belongs', () => {
  const { embedded } = read(
    [
      '```ini title="/etc/cron.d/backup"',
      '0 1 * * * postgres pgbackrest backup',
      '```',
      '```ini',
      '# File: a/pgbackrest.conf.j2',
      '[global]',
      '```',
      '```',
      '; see below.',
      '# .env',
      'A=b',
      '```',
    ].join('\n'),
  );
  expect(embedded.map(([kind, , destination]) => [kind, destination])).toEqual([
    ['crontab', '/etc/cron.d/backup'],
    ['pgbackrest-conf', 'a/pgbackrest.conf.j2'],
    ['environment', undefined],
  ]);
});

test('leaves out what was printed, and languages that nobody reads', () => {
  const { embedded } = read(
    [
      '```console',
      '$ pgbackrest \\',
      '    info',
      'stanza: main',
      'postgres@db:~$ pgbackrest check',
      '```',
      '```js',
      'A=b',
      '```',
      '```',
      'P00 INFO: x',
      '```',
    ].join('\n'),
  );
  expect(embedded).toEqual([['shell', 'pgbackrest \\\n    info\npgbackrest check\n', undefined]]);
});

test('a terminal shows files too', () => {
  const { embedded, positions } = read(
    [
      '```',
      '[root@db ~]# cat /etc/pgbackrest.conf',
      '[main]',
      'pg1-path=/x',
      '[root@db ~]# cat > /etc/cron.d/x <<EOF',
      '0 1 * * * postgres pgbackrest backup',
      'EOF',
      '[root@db ~]# ls',
      'printed',
      '[root@db ~]#',
      '```',
    ].join('\n'),
  );
  expect(embedded).toEqual([
    [
      'shell',
      'cat /etc/pgbackrest.conf\ncat > /etc/cron.d/x <<EOF\n0 1 * * * postgres pgbackrest backup\nEOF\nls\n\n',
      undefined,
    ],
    ['pgbackrest-conf', '[main]\npg1-path=/x\n', '/etc/pgbackrest.conf'],
  ]);
  expect(positions[1]).toEqual({ file: 'x.md', line: 3, column: 1 });
});

test('reads what sentences promise, not what blocks and other objectives say', () => {
  const { claims } = read(
    [
      '- **RPO (Recovery Point Objective)**: < 1 minute',
      '| RPO | 5 min |',
      'RPO and RTO: 30 minutes',
      '```',
      'RPO: 1h',
      '```',
      'Recovery point objective of 0.5 hours',
      'RPO 3 of 12',
    ].join('\n'),
  );
  expect(claims).toEqual([
    [60, 'RPO (Recovery Point Objective)**: < 1 minute'],
    [300, 'RPO | 5 min'],
    [1800, 'Recovery point objective of 0.5 hours'],
  ]);
});
