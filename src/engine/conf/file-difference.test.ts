import { expect, test } from 'vitest';
import { fileDifference } from './file-difference.ts';

const rendered = { path: '/etc/pgbackrest/pgbackrest.conf', mode: 0o640, owner: 'postgres' } as const;

test('secrets of a file that somebody wrote by hand are not shown, by whatever name they go', () => {
  const before = '[global]\nrepo1-cipher-pass=hunter2\n repo-s3-key-secret = abc=def\nrepo1-path=/srv/repo\n';
  const shown = fileDifference(before, { ...rendered, content: '[global]\n', secret: false });
  expect(shown).toContain('-repo1-cipher-pass=(masked)\n');
  expect(shown).toContain('- repo-s3-key-secret =(masked)\n');
  expect(shown).toContain('-repo1-path=/srv/repo\n');
  expect(shown).not.toMatch(/hunter2|abc|def/);
});
