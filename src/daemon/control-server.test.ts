import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../model/failure.ts';
import { askDaemon, callDaemon } from './control-client.ts';
import type { ControlRequest } from './control-protocol.ts';
import { startControlServer, type ControlConversation } from './control-server.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-control-'));
  path = join(directory, 'holdfast.sock');
});
afterEach(() => rmSync(directory, { recursive: true }));

const bugs: unknown[] = [];
afterEach(() => void (bugs.length = 0));

function start(handle: (request: ControlRequest, conversation: ControlConversation) => Promise<void>) {
  return startControlServer({ path, owner: undefined, handle, onBug: (error) => bugs.push(error) });
}

const answerStatus = async (_request: ControlRequest, conversation: ControlConversation): Promise<void> =>
  conversation.answer({ answer: 'status', status: { pid: 7 } });

/** Sends raw text and gives everything that comes back. */
async function say(text: string | Buffer): Promise<string> {
  const socket = connect({ path });
  let heard = '';
  socket.on('data', (chunk) => (heard += String(chunk)));
  socket.on('error', () => {});
  socket.write(text);
  await once(socket, 'close');
  return heard;
}

describe('the control socket', () => {
  test('belongs to its owner alone, and answers', async () => {
    await using _server = await start(answerStatus);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const answer = await askDaemon(path, { ask: 'status' }, 'status', 10_000);
    expect(answer?.status).toEqual({ pid: 7 });
  });

  test('nobody there: no daemon', async () => {
    expect(await askDaemon(path, { ask: 'status' }, 'status', 10_000)).toBeUndefined();
    writeFileSync(path, '');
    expect(await askDaemon(path, { ask: 'status' }, 'status', 10_000)).toBeUndefined();
    expect(await callDaemon(`/tmp/${'x'.repeat(110)}`, { ask: 'status' })).toBeUndefined();
  });

  test('a file that was left behind is replaced', async () => {
    writeFileSync(path, 'stale');
    await using _server = await start(answerStatus);
    expect(await askDaemon(path, { ask: 'status' }, 'status', 10_000)).toBeDefined();
  });

  test('a path that no socket can have is refused in words', async () => {
    const long = join(directory, 'x'.repeat(120));
    await expect(
      startControlServer({ path: long, owner: undefined, handle: answerStatus, onBug: () => {} }),
    ).rejects.toMatchObject({ kind: 'file-unusable', problem: expect.stringContaining('107') });
  });

  test('whatever is sent, the server lives and says what was wrong', async () => {
    await using _server = await start(answerStatus);
    expect(await say('nonsense\n')).toContain('"usage"');
    expect(await say('{"ask":"format-disk"}\n')).toContain('"usage"');
    expect(await say('{"ask":"submit","jobs":[],"attached":true}\n')).toContain('"usage"');
    expect(await say(Buffer.from([0xff, 0xfe, 0x0a]))).toContain('"usage"');
    expect(await say(Buffer.alloc((1 << 20) + 10, 'a'))).toContain('longer than');
    connect({ path }).destroy();
    expect(await askDaemon(path, { ask: 'status' }, 'status', 10_000)).toBeDefined();
    expect(bugs).toEqual([]);
  });

  test('jobs of a schedule are taken from nobody', async () => {
    await using _server = await start(answerStatus);
    const job = {
      kind: 'check',
      stanza: 'main',
      annotations: {},
      origin: { kind: 'schedule', line: 'x', occurrence: 1 },
      actor: { user: 'a', host: 'b', via: 'cli' },
      cause: 'x',
      priority: 0,
    };
    expect(await say(`${JSON.stringify({ ask: 'submit', jobs: [job], attached: true })}\n`)).toContain(
      '"usage"',
    );
    const honest = { ...job, origin: { kind: 'request' } };
    expect(await say(`${JSON.stringify({ ask: 'submit', jobs: [honest], attached: true })}\n`)).toContain(
      '"status"',
    );
  });

  test('failures arrive as they were, bugs are told and reported', async () => {
    const failure = new Failure('stanza-missing', {
      operation: 'hold',
      problem: 'no stanza x',
      hint: 'Look.',
    });
    await using _server = await start((request) =>
      Promise.reject(request.ask === 'reload' ? new TypeError('oops') : failure),
    );
    await expect(askDaemon(path, { ask: 'status' }, 'status', 10_000)).rejects.toMatchObject(
      failure.toJSON(),
    );
    await expect(askDaemon(path, { ask: 'reload' }, 'done', 10_000)).rejects.toMatchObject({
      kind: 'daemon-unreachable',
      problem: 'oops',
    });
    expect(bugs).toHaveLength(1);
  });

  test('a daemon that hangs is told from one that is not there', async () => {
    await using _server = await start(() => new Promise(() => {}));
    await expect(askDaemon(path, { ask: 'status' }, 'status', 50)).rejects.toMatchObject({
      kind: 'daemon-unreachable',
      hint: expect.stringContaining('--direct'),
    });
  });

  test('a client that goes away is noticed', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using _server = await start(async (_request, { gone }) => {
      await new Promise<void>((end) => gone.addEventListener('abort', () => end()));
      resolve();
    });
    const call = await callDaemon(path, { ask: 'hold', stanza: 'main', why: 'test' });
    call?.[Symbol.dispose]();
    await promise;
  });

  test('a client that reads nothing loses progress, and in the end still gets the outcome', async () => {
    await using _server = await start(async (_request, conversation) => {
      const event = { kind: 'progress', bytesDone: 1, bytesTotal: 2 } as const;
      for (let count = 0; count < 100_000; count += 1)
        conversation.answer({ answer: 'event', job: 0, event });
      conversation.answer({ answer: 'outcome', job: 0, outcome: { result: 'ok' } });
    });
    using call = await callDaemon(path, { ask: 'status' });
    let events = 0;
    let answer = await call?.next(5000);
    for (; answer?.answer === 'event'; answer = await call?.next(5000)) events += 1;
    expect(answer?.answer).toBe('outcome');
    expect(events).toBeGreaterThan(0);
    expect(events).toBeLessThan(50_000);
  });
});
