import { expect, test } from 'vitest';
import { LintDocument } from '../../lint-document.ts';
import { readCommandList } from './read-command-list.ts';
import { readEngineInvocation } from './read-engine-invocation.ts';

function read(text: string) {
  const document = new LintDocument('x.sh', { kind: 'shell', text });
  const [first] = readCommandList({ document, start: 0, end: text.length }, 'shell').commands;
  return first && readEngineInvocation(first);
}

test('tells command, options and parameters apart', () => {
  const text = `sudo /usr/bin/pgbackrest --stanza=x archive-get %f "%p" --no-online --type full --reset-repo1-path`;
  const found = read(text);
  expect(found?.command?.value).toBe('archive-get');
  expect(found?.parameters.map((word) => word.value)).toEqual(['%f', '%p']);
  expect(found?.options.map(({ name, value, form }) => [name.value, value?.value, form])).toEqual([
    ['stanza', 'x', 'value'],
    ['online', undefined, 'negated'],
    ['type', 'full', 'value'],
    ['repo1-path', undefined, 'reset'],
  ]);
});

test('places a quoted value without its quotes', () => {
  const text = `pgbackrest --type=time --target="2024-12-26 14:30:00" restore`;
  const target = read(text)?.options[1];
  expect(target?.name.value).toBe('target');
  expect(target?.value && text.slice(target.value.start, target.value.end)).toBe('2024-12-26 14:30:00');
});

test('knows which options take the next word', () => {
  expect(read('pgbackrest --dry-run restore')?.command?.value).toBe('restore');
  expect(read('pgbackrest --stanza main info')?.command?.value).toBe('info');
  expect(read('pgbackrest --set 20240101-120000F --stanza=x restore')?.command?.value).toBe('restore');
});

test('is nothing for other programs and has no command for a bare call', () => {
  expect(read('pg_dump x')).toBeUndefined();
  expect(read('pgbackrest --version')?.command).toBeUndefined();
});

test('takes dashes alone and short options as options that do not exist', () => {
  const found = read('pgbackrest --stanza=x -- backup -f');
  expect(found?.command?.value).toBe('backup');
  expect(found?.options.map((option) => option.name.value)).toEqual(['stanza', '--', '-f']);
});

test('looks past words that are filled in later', () => {
  expect(read('pgbackrest $OPTIONS backup')?.command?.value).toBe('backup');
  expect(read('pgbackrest "$@"')?.command?.unknown).toBe(true);
});
