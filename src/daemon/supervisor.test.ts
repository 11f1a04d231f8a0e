import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { connectSupervisor, watchdogInterval } from './supervisor.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'hf-notify-'))));
afterEach(() => rmSync(directory, { recursive: true }));

/**
 * The side of systemd: a datagram socket that prints what it is sent, one message a line. The descriptor that comes with
 * BARRIER=1 is closed, which tells the sender that all before it was read: sd_notify_barrier(3).
 */
const receiver = `
import array, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    data, ancillary, _, _ = s.recvmsg(4096, 4096)
    for level, kind, content in ancillary:
        if kind == socket.SCM_RIGHTS:
            for descriptor in array.array("i", content[:len(content) // 4 * 4]):
                os.close(descriptor)
    print(data.decode().replace("\\n", " ").strip(), flush=True)
`;

async function receive() {
  const socket = join(directory, 'notify');
  const child = spawn('python3', ['-c', receiver, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  const messages: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => messages.push(line));
  await waitUntil('the receiver', () => messages.includes('listening'));
  messages.length = 0;
  return {
    socket,
    messages,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

const path = '/usr/bin:/bin';

describe('connectSupervisor', () => {
  test('tells systemd how it goes, in order', async () => {
    await using systemd = await receive();
    const failures: string[] = [];
    {
      await using supervisor = connectSupervisor({
        env: { NOTIFY_SOCKET: systemd.socket },
        path,
        pid: 1,
        clock: createFakeClock(),
        isAlive: () => true,
        onFailure: (problem) => failures.push(problem),
      });
      supervisor.ready();
      supervisor.status('keeps the schedules\nof 2 stanzas');
      supervisor.reloading();
      supervisor.ready();
      supervisor.stopping();
    }
    const told = (): string[] => systemd.messages.filter((message) => !message.startsWith('BARRIER'));
    await waitUntil('the messages', () => told().length >= 5);
    expect(told()).toEqual([
      'READY=1',
      'STATUS=keeps the schedules of 2 stanzas',
      expect.stringMatching(/^RELOADING=1 MONOTONIC_USEC=\d+$/),
      'READY=1',
      'STOPPING=1',
    ]);
    const [, micros] = /MONOTONIC_USEC=(\d+)/.exec(told()[2] ?? '') ?? [];
    // The clock that systemd compares with: seconds since boot.
    expect(Math.abs(Number(micros) / 1e6 - Number(process.hrtime.bigint()) / 1e9)).toBeLessThan(60);
    expect(failures).toEqual([]);
  });

  test('gives signs of life at half the time of the watchdog, and only while it is alive', async () => {
    await using systemd = await receive();
    const clock = createFakeClock();
    let alive = true;
    await using _supervisor = connectSupervisor({
      env: { NOTIFY_SOCKET: systemd.socket, WATCHDOG_USEC: '60000000', WATCHDOG_PID: '42' },
      path,
      pid: 42,
      clock,
      isAlive: () => alive,
      onFailure: (problem) => expect.unreachable(problem),
    });
    const beats = (): number => systemd.messages.filter((message) => message === 'WATCHDOG=1').length;
    await waitUntil('the first', () => beats() === 1);
    await clock.advance(29_000);
    await clock.advance(1000);
    await waitUntil('the second', () => beats() === 2);
    alive = false;
    await clock.advance(30_000);
    alive = true;
    await clock.advance(30_000);
    await waitUntil('the one after the silence', () => beats() === 3);
  });

  test('a supervisor that cannot be told is said once, and nothing stops for it', async () => {
    const failures: string[] = [];
    {
      await using supervisor = connectSupervisor({
        env: { NOTIFY_SOCKET: join(directory, 'nobody') },
        path,
        pid: 1,
        clock: createFakeClock(),
        isAlive: () => true,
        onFailure: (problem) => failures.push(problem),
      });
      supervisor.ready();
      supervisor.stopping();
    }
    expect(failures).toHaveLength(1);
  });

  test('without one nothing is started', async () => {
    await using supervisor = connectSupervisor({
      env: {},
      path: '/nowhere',
      pid: 1,
      clock: createFakeClock(),
      isAlive: () => true,
      onFailure: (problem) => expect.unreachable(problem),
    });
    supervisor.ready();
  });
});

test('watchdogInterval is half the time, for this process alone', () => {
  expect(watchdogInterval({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' }, 7)).toBe(15_000);
  expect(watchdogInterval({ WATCHDOG_USEC: '30000000' }, 7)).toBe(15_000);
  expect(watchdogInterval({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '8' }, 7)).toBeUndefined();
  for (const text of [undefined, '', '0', '-1', 'x'])
    expect(watchdogInterval({ WATCHDOG_USEC: text }, 7)).toBeUndefined();
});
