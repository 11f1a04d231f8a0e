import { expect, it } from 'vitest';
import { isSameArchiveCommand } from './same-archive-command.ts';

const wanted = 'pgbackrest --stanza=main archive-push "%p"';

it.each([
  wanted,
  'pgbackrest --stanza=main archive-push %p',
  "/usr/bin/pgbackrest --stanza=main archive-push '%p' ",
])('%s is the same', (command) => {
  expect(isSameArchiveCommand(command, wanted)).toBe(true);
});

it.each([
  'pgbackrest --stanza=other archive-push %p',
  '/opt/pgbackrest/pgbackrest --stanza=main archive-push %p',
  'pgbackrest --stanza=main archive-push %p || true',
  'pgbackrest --stanza=main archive-push "%p\'',
])('%s is another', (command) => {
  expect(isSameArchiveCommand(command, wanted)).toBe(false);
});
