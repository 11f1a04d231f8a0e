import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { guardFileOf } from '../../src/postgres/server-guard.ts';
import { runCommand } from '../../src/process/run-command.ts';
import { createKnownRows, readKnownRows, type KnownRows } from '../support/data.ts';
import { holdfastProgram } from '../support/installation.ts';
import { createProtectedBed, type ProtectedBed, type RefusedDocument } from '../support/protected-bed.ts';
import { requireRoot, testEnvironment } from '../support/test-user.ts';
import { waitUntil } from '../support/wait-until.ts';

let bed: ProtectedBed;
let rows: KnownRows;
let guard: string;

beforeAll(async () => {
  requireRoot();
  bed = await createProtectedBed({ name: 'elsewhere' });
  rows = await createKnownRows(bed.cluster, 10);
  await bed.backup('full');
  guard = guardFileOf(bed.cluster.dataDirectory);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

/** Holdfast as in a container beside the server's: it shares files and the network, and sees no process and no memory of it. */
async function inContainer(...args: readonly string[]) {
  const words = ['--config', bed.configuration.file, '--stanza', 'main', ...args, '--yes', '--json'];
  return runCommand({
    command: 'unshare',
    args: ['--pid', '--fork', '--mount-proc', '--ipc', '--kill-child', holdfastProgram(), ...words],
    env: testEnvironment(bed.sandbox.owner),
    timeoutMs: 200_000,
  });
}

async function refusal(...args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout } = await inContainer(...args);
  const { error } = JSON.parse(stdout) as {
    error: RefusedDocument & { details?: { refusals?: { rule: string }[] } };
  };
  expect(code).toBeGreaterThanOrEqual(64);
  return [error.kind, ...(error.details?.refusals ?? []).map(({ rule }) => rule)];
}

/** The server holds the lock, as the one of a rendered deployment does. */
async function startGuarded(): Promise<void> {
  const options = [
    '--nonblock',
    guard,
    `${bed.cluster.binaries.directory}/pg_ctl`,
    'start',
    '-w',
    '-D',
    bed.cluster.dataDirectory,
  ];
  await bed.sandbox.mustRun('flock', [...options, '-l', bed.sandbox.file('server.log')]);
}

const isLocked = async (): Promise<boolean> =>
  (await bed.sandbox.run('flock', ['--nonblock', guard, 'true'])).code !== 0;

describe('a server in another container', () => {
  it('that answers is seen, although none of its processes is', async () => {
    const pid = bed.cluster.pid() ?? 0;
    expect(await refusal('restore', '--to', 'latest')).toContain('server-runs-elsewhere');
    expect(bed.cluster.pid()).toBe(pid);
    expect(await readKnownRows(bed.cluster)).toEqual(rows);
  });

  it('that answers nobody is not taken for one that crashed', async () => {
    const pid = bed.cluster.pid() ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      expect(await refusal('restore', '--to', 'latest')).toContain('server-may-run-elsewhere');
      expect(await refusal('restore', '--to', 'latest', '--delta')).toContain('server-may-run-elsewhere');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect(await readKnownRows(bed.cluster)).toEqual(rows);
  });

  it('that holds the lock is seen even when it answers nobody', async () => {
    await bed.cluster.stop();
    await bed.sandbox.mustRun('touch', [guard]);
    await startGuarded();
    const pid = bed.cluster.pid() ?? 0;
    expect(await isLocked()).toBe(true);
    process.kill(pid, 'SIGSTOP');
    try {
      expect(await refusal('restore', '--to', 'latest')).toContain('server-runs-elsewhere');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    expect(await readKnownRows(bed.cluster)).toEqual(rows);
  });

  it('cannot begin while its directory is replaced, and gets it back proved and stopped', async () => {
    await bed.cluster.kill();
    expect(existsSync(`${bed.cluster.dataDirectory}/postmaster.pid`)).toBe(true);
    expect(await isLocked()).toBe(false);
    const document = parse(readFileSync(bed.configuration.file, 'utf8')) as {
      stanzas: { main: { postgres: Record<string, unknown>[] } };
    };
    const [node] = [document.stanzas.main.postgres].flat();
    if (node !== undefined) node['elsewhere'] = { stop: 'stop it', start: 'start it' };
    writeFileSync(bed.configuration.file, stringify(document));
    let wasLocked = false;
    const restored = inContainer('restore', '--to', 'latest');
    await waitUntil('the old directory is aside', async () => {
      const marked = existsSync(`${bed.cluster.dataDirectory}.holdfast-restore.json`);
      if (marked) wasLocked ||= await isLocked();
      return wasLocked;
    });
    const { code, stdout } = await restored;
    expect(code, stdout).toBe(0);
    const { outcome } = JSON.parse(stdout) as { outcome: { steps: { name: string; summary: string }[] } };
    expect(outcome.steps.at(-1)).toMatchObject({
      name: 'hand-over',
      summary: 'stopped; start it with: start it',
    });
    expect(existsSync(`${bed.cluster.dataDirectory}/postmaster.pid`)).toBe(false);
    expect(await isLocked()).toBe(false);
    await startGuarded();
    expect(await readKnownRows(bed.cluster)).toEqual(rows);
    // And back again, which is refused as long as it runs.
    expect(await refusal('undo')).toContain('server-running');
    await bed.cluster.stop();
    expect((await inContainer('undo')).code).toBe(0);
    await startGuarded();
    expect(await readKnownRows(bed.cluster)).toEqual(rows);
  });
});
