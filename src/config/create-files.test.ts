import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isFailure } from '../model/failure.ts';
import { createFiles } from './create-files.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-init-files-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = (name: string, content = name): Parameters<typeof createFiles>[0][number] => ({
  path: join(directory, name),
  content,
  mode: 0o600,
  owner: undefined,
});
const operation = 'write the test';

it('writes all of them with their mode, in directories that it makes, and leaves nothing else', async () => {
  const result = await createFiles([file('a'), file('deep/b')], { operation });
  expect(result.written).toEqual([join(directory, 'a'), join(directory, 'deep/b')]);
  expect(statSync(join(directory, 'a')).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory).toSorted()).toEqual(['a', 'deep']);
  expect(readdirSync(join(directory, 'deep'))).toEqual(['b']);
});

it('writes nothing at all when one of them is there', async () => {
  writeFileSync(join(directory, 'b'), 'mine');
  const failure = await createFiles([file('a'), file('b')], { operation }).catch((error: unknown) => error);
  expect(isFailure(failure, 'edited-by-hand')).toBe(true);
  expect(readdirSync(directory)).toEqual(['b']);
  expect(readFileSync(join(directory, 'b'), 'utf8')).toBe('mine');
});

it('moves what is in the way to the first free number, with its mode', async () => {
  for (const content of ['one', 'two']) {
    rmSync(join(directory, 'a'), { force: true });
    writeFileSync(join(directory, 'a'), content);
    chmodSync(join(directory, 'a'), 0o640);
    await createFiles([file('a', 'new')], { operation, moveAside: true });
  }
  expect(readFileSync(join(directory, 'a.1'), 'utf8')).toBe('one');
  expect(readFileSync(join(directory, 'a.2'), 'utf8')).toBe('two');
  expect(readFileSync(join(directory, 'a'), 'utf8')).toBe('new');
  expect(statSync(join(directory, 'a.2')).mode & 0o777).toBe(0o640);
});

it('says so when a file stands where a directory must be', async () => {
  writeFileSync(join(directory, 'a'), '');
  const failure = await createFiles([file('a/b')], { operation }).catch((error: unknown) => error);
  expect(isFailure(failure, 'file-unusable')).toBe(true);
});
