import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/store/open-journal.ts';
import { fillDisk, mountSmallDisk } from '../support/full-disk.ts';
import { bundleModule, nodeProgram } from '../support/installation.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/* Damaged journals and several processes: who rebuilds is killed, comes second, or has no room. */
const runCount = 400;
let sandbox: Sandbox;
let journalModule: string;
let whole: string;

beforeAll(async () => {
  sandbox = await createSandbox('journal-recovery');
  journalModule = bundleModule('src/store/open-journal.ts', sandbox.directory('module', 0o755));
  whole = sandbox.directory('whole');
  let time = 1000;
  using journal = openJournal(whole, { owner: sandbox.owner, now: () => time++ });
  for (let index = 1; index <= runCount; index++) {
    journal.startRun({
      id: `backup-${index}`,
      kind: 'backup',
      stanza: 'main',
      repository: 'local',
      actor: { user: 'anna', host: 'db1', via: 'cli' },
      cause: 'holdfast backup',
      facts: { filler: 'x'.repeat(500) },
      process: undefined,
    });
  }
});
afterAll(async () => sandbox?.[Symbol.asyncDispose]());

/** A state directory whose journal has lost its first page. */
function damagedState(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  const file = join(directory, 'journal.sqlite');
  copyFileSync(join(whole, 'journal.sqlite'), file);
  const bytes = readFileSync(file);
  bytes.fill(0, 0, 4096);
  writeFileSync(file, bytes);
  return directory;
}

/** A process that opens the journal, and prints how many runs it has and whether it rebuilt it. */
function opener(state: string): ChildProcess {
  const code = `
    import { openJournal } from ${JSON.stringify(journalModule)};
    let rebuilt = 0;
    const journal = openJournal(${JSON.stringify(state)}, { owner: undefined, now: Date.now, recovery: {
      actor: { user: 'anna', host: 'db1', via: 'cli' }, onRecovered: () => { rebuilt++; } } });
    console.log(JSON.stringify({ runs: journal.listRuns().length, rebuilt,
      problems: journal.audit.verify().problems }));
    journal[Symbol.dispose]();`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
  return spawn(nodeProgram(), args, { stdio: ['ignore', 'pipe', 'pipe'], env: {} });
}

interface Opened {
  readonly runs: number;
  readonly rebuilt: number;
  readonly problems: readonly string[];
}

async function outcome(child: ChildProcess): Promise<Opened> {
  let [output, errors] = ['', ''];
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (errors += String(chunk)));
  await once(child, 'close');
  expect(errors).toBe('');
  return JSON.parse(output) as Opened;
}

const asides = (state: string): string[] =>
  readdirSync(state).filter((name) => name.startsWith('journal.damaged-'));

describe('a new journal', () => {
  it('is taken for damaged by none of several that make it at the same moment', async () => {
    for (let round = 0; round < 6; round++) {
      const state = sandbox.file(`new-${round}`);
      const opened = await Promise.all([1, 2, 3, 4].map(async () => outcome(opener(state))));
      expect(opened.map(({ rebuilt }) => rebuilt)).toEqual([0, 0, 0, 0]);
      // Where two close it at the same moment its log may stay.
      expect(readdirSync(state).filter((name) => !/-(?:wal|shm)$/.test(name))).toEqual(['journal.sqlite']);
    }
  }, 300_000);
});

describe('a damaged journal', () => {
  it('is rebuilt by one of several that open it at the same moment', async () => {
    const state = damagedState(sandbox.file('several'));
    const opened = await Promise.all([1, 2, 3, 4].map(async () => outcome(opener(state))));
    expect(opened.map(({ runs }) => runs)).toEqual([runCount, runCount, runCount, runCount]);
    expect(opened.reduce((sum, { rebuilt }) => sum + rebuilt, 0)).toBe(1);
    expect(asides(state)).toHaveLength(1);
  });

  it('is rebuilt by the next one after a kill -9 at any moment', async () => {
    for (let round = 0; round < 12; round++) {
      const state = damagedState(sandbox.file(`killed-${round}`));
      const victim = opener(state);
      const deadline = Date.now() + 10_000;
      // From the first sign of the rebuilding on, a little later in each round.
      while (
        !existsSync(join(state, 'journal.rebuilding')) &&
        victim.exitCode === null &&
        Date.now() < deadline
      ) {
        await sleep(1);
      }
      await sleep(round * 3);
      victim.kill('SIGKILL');
      if (victim.exitCode === null && victim.signalCode === null) await once(victim, 'exit');
      const next = await outcome(opener(state));
      expect(next).toMatchObject({ runs: runCount, problems: [] });
      expect(asides(state)).toHaveLength(1);
      expect(existsSync(join(state, 'journal.rebuilding'))).toBe(false);
    }
  }, 300_000);

  it('waits, with nothing lost, until there is room on the disk', async () => {
    const disk = mountSmallDisk(sandbox, 'small', 4);
    const state = damagedState(join(disk, 'state'));
    const filler = await fillDisk(sandbox, disk, 64);
    const recovery = { actor: { user: 'anna', host: 'db1', via: 'cli' }, onRecovered: () => {} };
    const open = (): ReturnType<typeof openJournal> =>
      openJournal(state, { owner: undefined, now: () => 5, recovery });
    expect(open).toThrow(expect.objectContaining({ kind: 'disk-full' }));
    expect(open).toThrow(expect.objectContaining({ kind: 'disk-full' }));
    rmSync(filler);
    using journal = open();
    expect(journal.listRuns()).toHaveLength(runCount);
  });

  it('is named with what to do when the disk is full while it is written', async () => {
    const disk = mountSmallDisk(sandbox, 'full', 4);
    const state = join(disk, 'state');
    using journal = openJournal(state, { owner: undefined, now: () => 5 });
    await fillDisk(sandbox, disk, 16);
    const add = (): void => {
      for (let index = 0; index < 50; index++) {
        journal.audit.append({
          actor: { user: 'anna', host: 'db1', via: 'cli' },
          action: 'set pinned',
          stanza: 'main',
          runId: undefined,
          details: { filler: 'x'.repeat(2000) },
        });
      }
    };
    expect(add).toThrow(expect.objectContaining({ kind: 'disk-full' }));
    expect(journal.audit.verify().problems).toEqual([]);
  });

  it('says who may write where the directory is read-only for this user', async () => {
    const state = damagedState(sandbox.file('read-only'));
    chmodSync(state, 0o555);
    chmodSync(join(state, 'journal.sqlite'), 0o444);
    const code = `
      import { openJournal } from ${JSON.stringify(journalModule)};
      try { openJournal(${JSON.stringify(state)}, { owner: undefined, now: Date.now, recovery: {
        actor: { user: 'a', host: 'h', via: 'cli' }, onRecovered: () => {} } }); } catch (error) { console.log(error.kind); }`;
    const { uid, gid } = sandbox.owner;
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
    const child = spawn(nodeProgram(), args, {
      uid,
      gid,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {},
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    await once(child, 'close');
    expect(output.trim()).toBe('file-unusable');
    expect(asides(state)).toEqual([]);
  });
});
