import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimDirectory } from './claim-directory.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'hf-claim-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const module = join(import.meta.dirname, 'claim-directory.ts');

/** Another process that claims, says whether it has it, and keeps it until it is killed. */
function claimElsewhere() {
  const code = `
    const { claimDirectory } = await import(${JSON.stringify(module)});
    const claim = claimDirectory(${JSON.stringify(directory)}, undefined);
    console.log(claim === undefined ? 'lost' : 'won');
    if (claim) setInterval(() => claim, 1000);`;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const said = once(child.stdout, 'data').then(([chunk]) => String(chunk).trim());
  return { child, said };
}

test('one at a time within a process too, and again after it is given back', () => {
  const first = claimDirectory(directory, undefined);
  expect(first).toBeDefined();
  expect(claimDirectory(directory, undefined)).toBeUndefined();
  first?.[Symbol.dispose]();
  using again = claimDirectory(directory, undefined);
  expect(again).toBeDefined();
});

test('a directory that is not there is told', () => {
  expect(() => claimDirectory(join(directory, 'missing'), undefined)).toThrow(
    expect.objectContaining({ kind: 'file-unusable' }),
  );
});

test('of several that start at the same moment exactly one wins, and a kill frees it', async () => {
  const all = [claimElsewhere(), claimElsewhere(), claimElsewhere()];
  try {
    const words = await Promise.all(all.map((one) => one.said));
    expect(words.toSorted()).toEqual(['lost', 'lost', 'won']);
    expect(claimDirectory(directory, undefined)).toBeUndefined();
  } finally {
    const ends = all.map((one) => (one.child.exitCode === null ? once(one.child, 'exit') : undefined));
    for (const { child } of all) child.kill('SIGKILL');
    await Promise.all(ends);
  }
  using free = claimDirectory(directory, undefined);
  expect(free).toBeDefined();
});
