import { expect, it } from 'vitest';
import { startHeldChild } from './held-child.ts';

const env = { PATH: '/usr/bin:/bin' };

it('reads lines, and ends with its last holder', async () => {
  const child = startHeldChild({ command: '/bin/sh', args: ['-c', 'echo one; cat; echo two >&2'], env });
  const lines: string[] = [];
  child.holder.write('more\n');
  for await (const line of child.lines) {
    lines.push(line);
    if (line === 'more') child.holder.destroy();
  }
  expect(lines).toEqual(['one', 'more']);
  expect(await child.ended).toEqual({ stderr: 'two' });
});

it('keeps nobody waiting for a line once it was released', async () => {
  const child = startHeldChild({ command: '/bin/sh', args: ['-c', 'echo one; cat'], env });
  const lines: string[] = [];
  for await (const line of child.lines) {
    lines.push(line);
    // While the next line is waited for.
    setTimeout(() => child.release(), 10);
  }
  expect(lines).toEqual(['one']);
  child.holder.destroy();
  child.life.destroy();
  await child.ended;
});
