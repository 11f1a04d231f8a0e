import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isAlive, identifyProcess } from './process-identity.ts';
import { streamCommand } from './stream-command.ts';

const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };

async function readAll(stream: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const chunk of stream) bytes += chunk.length;
  return bytes;
}

describe('a child whose output is streamed', () => {
  it('loses nothing when it ends before anybody reads', async () => {
    await using child = streamCommand({
      command: '/bin/cat',
      args: [],
      env,
      runAs: undefined,
      input: 'text',
    });
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
    await sleep(50);
    expect(await readAll(child.stdout)).toBe(4);
  });

  it('waits for its reader', async () => {
    const script = 'i=0; while [ $i -lt 64 ]; do head -c 65536 /dev/zero; i=$((i+1)); done; echo done >&2';
    await using child = streamCommand({
      command: '/bin/sh',
      args: ['-c', script],
      env,
      runAs: undefined,
      input: '',
    });
    const early = await Promise.race([child.ended, sleep(300)]);
    expect(early).toBeUndefined();
    expect(await readAll(child.stdout)).toBe(64 * 65_536);
    expect(await child.ended).toMatchObject({ code: 0, stderr: 'done\n' });
  });

  it('is ended with the one who reads', async () => {
    const script = 'echo $$; exec sleep 1000';
    const child = streamCommand({
      command: '/bin/sh',
      args: ['-c', script],
      env,
      runAs: undefined,
      input: '',
    });
    const first = await (child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>).next();
    const found = identifyProcess(Number(String(first.value)));
    await child[Symbol.asyncDispose]();
    expect(found).toBeDefined();
    expect(found !== undefined && isAlive(found)).toBe(false);
  });
});
