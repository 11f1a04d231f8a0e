import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readInput } from './read-input.ts';

async function outcomeOf(make: (path: string) => Promise<void> | void) {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-read-input-'));
  try {
    const path = join(directory, 'a.conf');
    await make(path);
    return await readInput(path, 'a.conf', () => false);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('a file is read with what the file system says of it', async () => {
  const outcome = await outcomeOf((path) => writeFile(path, '[global]\n', { mode: 0o640 }));
  expect(outcome).toMatchObject({
    input: { file: 'a.conf', text: '[global]\n', facts: { mode: 0o640, committed: false } },
  });
});

test.each([
  [
    'a named pipe that nobody writes to',
    'no regular file',
    (path: string) => void execFileSync('mkfifo', [path]),
  ],
  ['a binary', 'binary', (path: string) => writeFile(path, 'a\0b')],
  ['what is not there', 'not there', () => undefined],
])('%s is not judged', async (_, reason, make) => {
  expect(await outcomeOf(make)).toMatchObject({ reason });
});
