import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyVerified, listNames, makeOwnedDirectory, renameDurably } from './durable-files.ts';

let directory: string;
const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const at = (name: string): string => join(directory, name);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-files-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('renameDurably', () => {
  it('renames', async () => {
    writeFileSync(at('a'), 'x');
    await renameDurably(at('a'), at('b'));
    expect(await listNames(directory)).toEqual(['b']);
  });

  it('never replaces, not even an empty directory, which rename(2) would', async () => {
    mkdirSync(at('a'));
    mkdirSync(at('b'));
    await expect(renameDurably(at('a'), at('b'))).rejects.toMatchObject({ kind: 'file-unusable' });
    expect(await listNames(directory)).toEqual(['a', 'b']);
  });
});

describe('copyVerified', () => {
  it('copies over what a crash left, for the owner only', async () => {
    writeFileSync(at('a'), 'content');
    writeFileSync(at('b.holdfast-new'), 'half');
    await copyVerified(at('a'), at('b'), owner);
    expect(readFileSync(at('b'), 'utf8')).toBe('content');
    expect(statSync(at('b')).mode & 0o777).toBe(0o600);
    expect(await listNames(directory)).toEqual(['a', 'b']);
  });
});

describe('copyVerified, with more than is compared at once', () => {
  it('takes all of it', async () => {
    const content = Buffer.alloc(9_000_001, 'holdfast');
    writeFileSync(at('a'), content);
    await copyVerified(at('a'), at('b'), owner);
    expect(readFileSync(at('b')).equals(content)).toBe(true);
  });
});

describe('copyVerified with holes', () => {
  it('gives the same bytes on fewer blocks', async () => {
    const content = Buffer.alloc(16 * 1024 * 1024);
    content.write('begin', 0);
    content.write('over the border of two pieces', 4 * 1024 * 1024 - 7);
    content.write('end', content.length - 3);
    writeFileSync(at('a'), content);
    await copyVerified(at('a'), at('b'), owner, { holes: true });
    expect(readFileSync(at('b')).equals(content)).toBe(true);
    expect(statSync(at('b')).blocks * 512).toBeLessThan(1024 * 1024);
    writeFileSync(at('c'), content.subarray(0, 4 * 1024 * 1024 + 70_000));
    await copyVerified(at('c'), at('d'), owner, { holes: true });
    expect(readFileSync(at('d')).equals(readFileSync(at('c')))).toBe(true);
    writeFileSync(at('empty'), '');
    await copyVerified(at('empty'), at('e'), owner, { holes: true });
    expect(readFileSync(at('e')).length).toBe(0);
  });
});

describe('makeOwnedDirectory', () => {
  it('leaves a directory as it is', async () => {
    mkdirSync(at('d'), { mode: 0o755 });
    await makeOwnedDirectory(at('d'), 0o700, owner);
    expect(statSync(at('d')).mode & 0o777).toBe(0o755);
    await makeOwnedDirectory(at('e'), 0o750, owner);
    expect(statSync(at('e')).mode & 0o777).toBe(0o750);
  });
});
