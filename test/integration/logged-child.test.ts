import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  adoptLoggedChild,
  type LoggedChildEnd,
  type LoggedChildSpec,
  runLoggedChild,
} from '../../src/process/logged-child.ts';
import { findWriter } from '../../src/process/find-writer.ts';
import { findGroup, isAlive, type ProcessIdentity } from '../../src/process/process-identity.ts';
import { SpawnError } from '../../src/process/run-command.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';

let sandbox: Sandbox;
let logs = 0;
beforeAll(async () => {
  sandbox = await createSandbox('logged');
});
afterAll(async () => sandbox[Symbol.asyncDispose]());

interface Seen {
  readonly end: LoggedChildEnd;
  readonly lines: readonly string[];
  readonly logFile: string;
  readonly identity: ProcessIdentity;
}

function newLog(): string {
  logs += 1;
  return sandbox.file(`state/logs/${logs}.log`);
}

async function runShell(script: string, more: Partial<LoggedChildSpec> = {}): Promise<Seen> {
  const lines: string[] = [];
  const logFile = more.logFile ?? newLog();
  let identity: ProcessIdentity | undefined;
  const end = await runLoggedChild({
    command: '/bin/sh',
    args: ['-c', script],
    env: { PATH: '/usr/bin:/bin' },
    runAs: sandbox.runAs,
    onLine: (line) => lines.push(line),
    ...more,
    logFile,
    onSpawn: (seen) => {
      identity = seen;
      more.onSpawn?.(seen);
    },
  });
  if (identity === undefined) throw new Error('the child had no identity');
  return { end, lines, logFile, identity };
}

describe('a logged child', () => {
  it('writes both streams into a file of its own user, whose lines come whole and once', async () => {
    const { end, lines, logFile } = await runShell(
      `i=0; while [ $i -lt 3000 ]; do echo "zeile $i äöü"; i=$((i+1)); done; echo out >&2; sleep 0.4; printf 'a'; sleep 0.3; printf 'b\\nlast without an end'; exit 7`,
    );
    expect(end).toMatchObject({ code: 7, signal: undefined, stopped: undefined });
    expect(lines).toEqual([
      ...Array.from({ length: 3000 }, (_, i) => `zeile ${i} äöü`),
      'out',
      'ab',
      'last without an end',
    ]);
    const { uid, mode } = statSync(logFile);
    expect([uid, mode & 0o777]).toEqual([sandbox.owner.uid, 0o640]);
    expect(lines.join('\n')).toBe(readFileSync(logFile, 'utf8'));
  });

  it('gives lines while the child runs', async () => {
    const times: number[] = [];
    await runShell('echo first; sleep 2; echo second', {
      onLine: () => times.push(performance.now()),
    });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1000);
  });

  it('appends to a file that is there, and gives only what is new', async () => {
    const first = await runShell('echo one');
    const second = await runShell('echo two', { logFile: first.logFile });
    expect(second.lines).toEqual(['two']);
    expect(readFileSync(first.logFile, 'utf8')).toBe('one\ntwo\n');
  });

  it('follows no link, which a user could have laid to a file of root', async () => {
    const victim = sandbox.write('victim', 'precious\n');
    const logFile = sandbox.file('link.log');
    symlinkSync(victim, logFile);
    await expect(runShell('echo overwritten', { logFile })).rejects.toThrow(/ELOOP/);
    expect(readFileSync(victim, 'utf8')).toBe('precious\n');
  });

  it('keeps what it inherits open for as long as it lives', async () => {
    // The stdin of cat is open in our child only, once we have let go of it: cat ends with the child.
    const cat = spawn('/bin/cat', [], { stdio: ['pipe', 'ignore', 'ignore'] });
    const catEnded = once(cat, 'exit');
    const child = runShell('sleep 1', {
      inherit: [cat.stdin],
      onSpawn: () => cat.stdin.destroy(),
    });
    const first = await Promise.race([catEnded.then(() => 'cat'), delay(700).then(() => 'time')]);
    expect(first).toBe('time');
    await child;
    expect(await catEnded).toEqual([0, null]);
  });

  it('ends the whole group with SIGTERM at an abort', async () => {
    const controller = new AbortController();
    const lines: string[] = [];
    const { end, identity } = await runShell(`trap 'echo told; exit 3' TERM; sleep 60 & echo ready; wait`, {
      signal: controller.signal,
      onLine(line) {
        lines.push(line);
        if (line === 'ready') controller.abort();
      },
    });
    expect(end).toMatchObject({ code: 3, stopped: 'abort' });
    expect(lines).toEqual(['ready', 'told']);
    expect(findGroup(identity)).toEqual([]);
  });

  it('kills what does not listen, after its time and the grace', async () => {
    const { end, identity } = await runShell(`trap '' TERM; while :; do sleep 0.1; done`, {
      timeoutMs: 1500,
      graceMs: 400,
    });
    expect(end).toMatchObject({ code: undefined, signal: 'SIGKILL', stopped: 'timeout' });
    expect(end.elapsedMs).toBeGreaterThan(1850);
    expect(findGroup(identity)).toEqual([]);
  });

  it('leaves no worker of a main process that was killed', async () => {
    const { end, identity } = await runShell('sleep 60 & sleep 0.3; kill -9 $$');
    expect(end.signal).toBe('SIGKILL');
    expect(findGroup(identity)).toEqual([]);
  });

  it('ends a child that cannot be noted or listened to', async () => {
    let seen: ProcessIdentity | undefined;
    const refuse = runShell('sleep 60', {
      onSpawn: (identity) => {
        seen = identity;
        throw new Error('the journal is full');
      },
    });
    await expect(refuse).rejects.toThrow('the journal is full');
    expect(seen && isAlive(seen)).toBe(false);
    const fail = runShell('echo line; sleep 60', {
      onSpawn: (identity) => void (seen = identity),
      onLine: () => {
        throw new Error('a bug in the reader');
      },
    });
    await expect(fail).rejects.toThrow('a bug in the reader');
    expect(seen && isAlive(seen)).toBe(false);
  });

  it('says that a program cannot be started', async () => {
    const missing = runLoggedChild({ command: '/no/such/program', args: [], env: {}, logFile: newLog() });
    await expect(missing).rejects.toThrow(SpawnError);
  });
});

/** A child whose Holdfast was killed with SIGKILL. */
async function orphan(script: string): Promise<{ identity: ProcessIdentity; logFile: string }> {
  const logFile = sandbox.file(`orphan-${(logs += 1)}.log`);
  const driver = new URL('logged-child-driver.ts', import.meta.url).pathname;
  const parent = spawn(process.execPath, [driver, logFile, script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const identity = JSON.parse(line.toString()) as ProcessIdentity;
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  expect(isAlive(identity)).toBe(true);
  return { identity, logFile };
}

describe('a child of a Holdfast that was killed', () => {
  it('goes on, and is followed from the beginning of its log to its end', async () => {
    const child = await orphan('echo one; sleep 3; echo two; sleep 0.3; printf three; exit 5');
    expect(findWriter(child.logFile)).toEqual(child.identity);
    const lines: string[] = [];
    const end = await adoptLoggedChild({ ...child, onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['one', 'two', 'three']);
    // Its exit code went to another parent.
    expect(end).toMatchObject({ code: undefined, signal: undefined, stopped: undefined });
    expect(isAlive(child.identity)).toBe(false);
    expect(findWriter(child.logFile)).toBeUndefined();
  });

  it('is stopped with its group when asked', async () => {
    const child = await orphan(`trap 'echo told; exit' TERM; sleep 60 & echo ready; wait`);
    const lines: string[] = [];
    const controller = new AbortController();
    const end = await adoptLoggedChild({
      ...child,
      signal: controller.signal,
      onLine(line) {
        lines.push(line);
        if (line === 'ready') controller.abort();
      },
    });
    expect(end.stopped).toBe('abort');
    expect(lines).toEqual(['ready', 'told']);
    expect(findGroup(child.identity)).toEqual([]);
  });

  it('that has ended is read and nothing is waited for', async () => {
    const child = await orphan('sleep 3; echo done');
    await waitUntil('it has ended', () => !isAlive(child.identity));
    const lines: string[] = [];
    const end = await adoptLoggedChild({ ...child, onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['done']);
    expect(end.elapsedMs).toBeLessThan(5000);
    expect(existsSync(child.logFile)).toBe(true);
  });

  it('is not mistaken for a later process of the same number', async () => {
    const child = await orphan('sleep 60');
    const other = { pid: child.identity.pid, startTicks: child.identity.startTicks - 1 };
    const end = await adoptLoggedChild({
      logFile: child.logFile,
      identity: other,
      signal: AbortSignal.abort(),
    });
    expect(end.stopped).toBe('abort');
    expect(isAlive(child.identity)).toBe(true);
    const stopped = await adoptLoggedChild({ ...child, signal: AbortSignal.abort() });
    expect(stopped.stopped).toBe('abort');
    expect(isAlive(child.identity)).toBe(false);
  });
});
