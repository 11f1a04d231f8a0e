import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { waitUntil } from '../../test/support/wait-until.ts';
import { runCommand } from '../process/run-command.ts';
import { isAtWork } from './postmaster-processes.ts';

it('a process that ended and was not collected is not at work', async () => {
  const stop = new AbortController();
  let child = 0;
  // sleep takes the place of the shell and never collects the child that the shell had.
  const parent = runCommand({
    command: '/bin/sh',
    args: ['-c', 'sleep 30 & echo $!; exec sleep 30'],
    env: { PATH: '/usr/bin:/bin' },
    signal: stop.signal,
    onLine: (line) => (child = Number(line)),
  });
  await waitUntil('the child is known', () => child > 0);
  expect(isAtWork(child)).toBe(true);
  process.kill(child, 'SIGKILL');
  await waitUntil('the child ended', () => /\) Z /.test(readFileSync(`/proc/${child}/stat`, 'utf8')));
  expect(isAtWork(child)).toBe(false);
  stop.abort();
  await parent;
});
