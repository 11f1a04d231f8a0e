import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/store/open-journal.ts';
import { startHookServer } from '../support/hook-server.ts';
import { waitUntil } from '../support/wait-until.ts';

const directory = mkdtempSync(join(tmpdir(), 'hf-g-kill-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function start(url: string): ChildProcess {
  const driver = new URL('notify-driver.ts', import.meta.url).pathname;
  return spawn(process.execPath, [driver, directory, url], { stdio: ['ignore', 'pipe', 'inherit'] });
}

describe('a Holdfast that is killed while it tells', () => {
  it('tells the same message with the same id again, and not once more after that', async () => {
    await using server = await startHookServer();
    let child = start(server.url);
    let kill = true;
    // The receiver has the message, and the sender is dead before it hears so.
    server.behave = async () => {
      if (!kill) return { status: 200 };
      child.kill('SIGKILL');
      await once(child, 'exit');
      return { status: 200 };
    };
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    expect(server.requests).toHaveLength(1);
    child = start(server.url);
    await once(child, 'exit');
    expect(server.requests).toHaveLength(2);
    kill = false;
    child = start(server.url);
    await waitUntil('the message is delivered', () => server.requests.length === 3);
    using journal = openJournal(directory, { owner: undefined, now: () => Date.now() });
    await waitUntil('that is written down', () => journal.deliveries.latest(1)[0]?.deliveredAt !== undefined);
    child.kill('SIGKILL');
    await once(child, 'exit');
    child = start(server.url);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(server.requests).toHaveLength(3);
    expect(new Set(server.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1);
    expect(journal.deliveries.waiting('ops')).toEqual([]);
  });
});
