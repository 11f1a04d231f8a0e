import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  collectInstallation,
  type CollectedInstallation,
  type CollectRequest,
} from './collect-installation.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'hf-adopt-'))));
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

function collect(change: Partial<CollectRequest>): Promise<CollectedInstallation> {
  const nothing = {
    conf: undefined,
    include: undefined,
    crontabs: [],
    timers: undefined,
    patroni: undefined,
  };
  return collectInstallation({ ...nothing, environment: [], root, ...change });
}

const names = (files: readonly { readonly file: string }[]): string[] =>
  files.map(({ file }) => file.slice(root.length));

test('reads what the engine would read on this host, and what runs it', async () => {
  put('etc/pgbackrest.conf', '[global]\n');
  put('etc/pgbackrest/conf.d/b.conf', '[global]\n');
  put('etc/pgbackrest/conf.d/a.conf', '[global]\n');
  put('etc/pgbackrest/conf.d/a.conf.saved', '[global]\n');
  put('etc/cron.d/backup', '0 2 * * 0 postgres pgbackrest --stanza=main backup\n');
  put('etc/cron.d/other', '0 2 * * 0 root true\n');
  put('etc/patroni/patroni.yml', 'scope: main\n');
  const found = await collect({});
  expect(names(found.confs)).toEqual([
    '/etc/pgbackrest.conf',
    '/etc/pgbackrest/conf.d/a.conf',
    '/etc/pgbackrest/conf.d/b.conf',
  ]);
  expect(names(found.others.map(({ source }) => source))).toEqual([
    '/etc/cron.d/backup',
    '/etc/patroni/patroni.yml',
  ]);
  // The engine prefers the place of today, so that is where the new file goes.
  expect(found).toMatchObject({
    configFile: '/etc/pgbackrest/pgbackrest.conf',
    includeDirectory: '/etc/pgbackrest/conf.d',
  });
});

test('leaves the file of old to itself where there is one of today', async () => {
  put('etc/pgbackrest.conf', '[global]\n');
  put('etc/pgbackrest/pgbackrest.conf', '[global]\n');
  expect(names((await collect({})).confs)).toEqual(['/etc/pgbackrest/pgbackrest.conf']);
});

test('reads a file that is named alone, as the engine does', async () => {
  const conf = put('srv/pgbackrest.conf', '[global]\n');
  const include = dirname(put('srv/more/x.conf', '[global]\n'));
  put('etc/cron.d/backup', '0 2 * * 0 postgres pgbackrest --stanza=main backup\n');
  const alone = await collect({ conf });
  expect(names(alone.confs)).toEqual(['/srv/pgbackrest.conf']);
  expect(alone.others).toEqual([]);
  expect(alone.includeDirectory).toBe(join(root, 'srv/conf.d'));
  const both = await collect({ conf, include });
  expect(names(both.confs)).toEqual(['/srv/pgbackrest.conf', '/srv/more/x.conf']);
  expect(both.includeDirectory).toBe(include);
});

test('takes the variables of the engine and no others', async () => {
  const conf = put('pgbackrest.conf', '[global]\n');
  const file = put('env', 'PGPASSWORD=x\nexport PGBACKREST_REPO1_PATH="/srv/repo"\nPGBACKREST_STANZA\n');
  const { variables } = await collect({ conf, environment: [file] });
  expect(variables).toEqual([
    { name: 'PGBACKREST_REPO1_PATH', value: '/srv/repo', position: { file, line: 2, column: 8 } },
  ]);
});

test('fails where a file that was named is not there', async () => {
  await expect(collect({ conf: join(root, 'nowhere') })).rejects.toMatchObject({ kind: 'file-unusable' });
  const conf = put('pgbackrest.conf', '[global]\n');
  await expect(collect({ conf, include: join(root, 'nowhere') })).rejects.toMatchObject({
    kind: 'file-unusable',
  });
});
