import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeldDirectory, type DirectoryEntry } from './held-directory.ts';

let root: string;
let held: HeldDirectory;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'hf-held-'));
  mkdirSync(join(root, 'inner'));
  writeFileSync(join(root, 'inner', 'a'), 'a');
  mkdirSync(join(root, 'elsewhere'));
  writeFileSync(join(root, 'elsewhere', 'a'), 'precious');
  const opened = await HeldDirectory.open(join(root, 'inner'));
  if (opened === undefined) throw new Error('not opened');
  held = opened;
});
afterEach(async () => {
  await held[Symbol.asyncDispose]();
  rmSync(root, { recursive: true });
});

async function entryOf(name: string): Promise<DirectoryEntry> {
  const entry = await held.look(name);
  if (entry === undefined) throw new Error(`no ${name}`);
  return entry;
}

describe('HeldDirectory', () => {
  it('enters no link', async () => {
    symlinkSync(join(root, 'elsewhere'), join(root, 'inner', 'link'));
    expect((await entryOf('link')).kind).toBe('other');
    expect(await held.enter('link')).toBeUndefined();
    expect(await held.enter('a')).toBeUndefined();
    expect(await held.enter('nothing')).toBeUndefined();
  });

  it('removes what was looked at, and nothing that took its place', async () => {
    const entry = await entryOf('a');
    expect(await held.removeFile('a', { ...entry, inode: entry.inode + 1 })).toBe(false);
    utimesSync(join(root, 'inner', 'a'), 1, 1);
    expect(await held.removeFile('a', entry)).toBe(false);
    expect(await held.removeFile('a', await entryOf('a'))).toBe(true);
    expect(await held.removeFile('a', entry)).toBe(false);
    expect(readdirSync(join(root, 'inner'))).toEqual([]);
  });

  it('removes no link and nothing behind it', async () => {
    symlinkSync(join(root, 'elsewhere', 'a'), join(root, 'inner', 'link'));
    expect(await held.removeFile('link', await entryOf('link'))).toBe(false);
    expect(readdirSync(join(root, 'elsewhere'))).toEqual(['a']);
  });

  it('stays in the directory that it holds when a link takes its place', async () => {
    const entry = await entryOf('a');
    rmSync(join(root, 'inner'), { recursive: true });
    symlinkSync(join(root, 'elsewhere'), join(root, 'inner'));
    expect(await held.removeFile('a', entry)).toBe(false);
    expect(readdirSync(join(root, 'elsewhere'))).toEqual(['a']);
  });

  it('renames without replacing', async () => {
    writeFileSync(join(root, 'inner', 'b'), 'b');
    const entry = await entryOf('a');
    expect(await held.renameFile('a', 'b', entry)).toBe(false);
    expect(await held.renameFile('a', 'c', entry)).toBe(true);
    expect(readdirSync(join(root, 'inner')).toSorted()).toEqual(['b', 'c']);
  });

  it('removes only empty directories', async () => {
    mkdirSync(join(root, 'inner', 'full'));
    writeFileSync(join(root, 'inner', 'full', 'x'), '');
    mkdirSync(join(root, 'inner', 'empty'));
    expect(await held.removeDirectory('full')).toBe(false);
    expect(await held.removeDirectory('empty')).toBe(true);
    expect(await held.removeDirectory('empty')).toBe(false);
  });

  it('takes names only', async () => {
    await expect(held.look('../elsewhere/a')).rejects.toThrow('not a name');
    await expect(held.look('..')).rejects.toThrow('not a name');
  });
});
