import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { judgeGeneratedText } from '../../engine/conf/conf-text.ts';
import { supersededIncludes } from './superseded-includes.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'hf-includes-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const rendered = (path: string): Parameters<typeof supersededIncludes>[1] => [
  {
    path: join(directory, path),
    content: '[global]\nrepo1-path=/srv/repo\n[main]\npg1-path=/pg\n',
    mode: 0o600,
    owner: 'postgres',
    secret: true,
  },
];

test('finds files that say again what is rendered, and empties them', async () => {
  writeFileSync(join(directory, 'repo.conf'), '[global]\nrepo1-path=/old\n');
  const found = await supersededIncludes(directory, rendered('holdfast-secrets.conf'), '/etc/holdfast.yaml');
  expect(found).toMatchObject([{ path: join(directory, 'repo.conf'), owner: 'postgres', secret: false }]);
  expect(judgeGeneratedText(found[0]?.content ?? '')).toBe('untouched');
  expect(found[0]?.content).not.toContain('=');
});

test('leaves alone what says something else, what the engine does not read, and our own file', async () => {
  writeFileSync(join(directory, 'more.conf'), '[global]\nprocess-max=2\n[global:backup]\nrepo1-path=/x\n');
  writeFileSync(join(directory, 'repo.conf.saved-1'), '[global]\nrepo1-path=/old\n');
  writeFileSync(join(directory, 'holdfast-secrets.conf'), '[global]\nrepo1-path=/old\n');
  mkdirSync(join(directory, 'folder.conf'));
  expect(await supersededIncludes(directory, rendered('holdfast-secrets.conf'), '/x')).toEqual([]);
  expect(await supersededIncludes(join(directory, 'nowhere'), rendered('x.conf'), '/x')).toEqual([]);
});
