import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileFix } from './plan-fixes.ts';
import { writeFixes } from './write-fixes.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync('/tmp/hf-write-fixes-');
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A fix of a file that had `before` in it when it was judged. */
function fixOf(name: string, before: string): FileFix {
  const path = join(directory, name);
  return {
    input: { file: name, path, text: before, facts: undefined },
    text: `${before}fixed\n`,
    diff: '',
    count: 1,
  };
}

describe('writeFixes', () => {
  it('writes whole files and keeps their mode', async () => {
    writeFileSync(join(directory, 'a'), 'old\n', { mode: 0o640 });
    await writeFixes([fixOf('a', 'old\n')]);
    expect(readFileSync(join(directory, 'a'), 'utf8')).toBe('old\nfixed\n');
    expect(statSync(join(directory, 'a')).mode & 0o777).toBe(0o640);
    expect(readdirSync(directory)).toEqual(['a']);
  });

  it('writes nothing at all when one of the files changed since it was judged', async () => {
    writeFileSync(join(directory, 'a'), 'old\n');
    writeFileSync(join(directory, 'b'), 'changed by somebody\n');
    await expect(writeFixes([fixOf('a', 'old\n'), fixOf('b', 'old\n')])).rejects.toMatchObject({
      kind: 'file-unusable',
      place: 'b',
    });
    expect(readFileSync(join(directory, 'a'), 'utf8')).toBe('old\n');
    expect(readFileSync(join(directory, 'b'), 'utf8')).toBe('changed by somebody\n');
  });
});
