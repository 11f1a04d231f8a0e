import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAroundMoment } from '../support/around-moment.ts';
import { archiveWal, createKnownRows, loadPgbench, readKnownRows, type KnownRows } from '../support/data.ts';
import { isRunning, processesOf } from '../support/processes.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';

/*
 * kill -9 of the real command, at moments that nobody chose: its children live on, as after the kernel killed it for
 * memory. Whatever stands then can be finished or undone by a second call, and the journal says which.
 */
let bed: ProtectedBed;
let moment: string;
let before: KnownRows;
let last: KnownRows;
/** Milliseconds that the restore takes when nobody kills it. */
let duration: number;

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'kill' });
  await loadPgbench(bed.cluster, 3);
  await createKnownRows(bed.cluster, 1000);
  ({ moment, before, last } = await writeAroundMoment(bed));
  await archiveWal(bed.cluster);
  const whole = await bed.mustRun(['restore', '--to', moment, '--yes']);
  duration = whole.elapsedMs;
  await bed.mustRun(['undo', '--yes']);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

interface Told {
  readonly id: string;
  readonly kind: string;
  readonly result: string;
  readonly abandoned: boolean;
}

async function newestRestore(): Promise<Told | undefined> {
  const { runs } = (await bed.mustRun(['journal', '--json'])).json<{ runs: readonly Told[] }>();
  return runs.find((run) => run.kind === 'restore');
}

/** Kills the command that many milliseconds after its start. Gives the restore it left, if it had begun one. */
async function killAfter(milliseconds: number): Promise<Told | undefined> {
  const known = await newestRestore();
  const started = performance.now();
  const killAt = (): boolean => performance.now() - started > milliseconds;
  const result = await bed.run(['restore', '--to', moment, '--yes'], { killAt });
  const told = await newestRestore();
  if (told?.id === known?.id) return undefined;
  if (result.signal === 'SIGKILL' && told?.result === 'running') expect(told.abandoned).toBe(true);
  else expect(told?.result).toBe('ok');
  return told;
}

async function expectNothingLeft(): Promise<void> {
  const engines = processesOf(bed.sandbox.path).filter((one) => /pgbackrest.* restore/.test(one.command));
  expect(engines).toEqual([]);
}

/** The server was told to stop, and has not ended. */
function isStopping(): boolean {
  const file = join(bed.cluster.dataDirectory, 'postmaster.pid');
  return existsSync(file) && /^stopping\s*$/m.test(readFileSync(file, 'utf8'));
}

describe('a restore in place that is killed while the old server ends', () => {
  it('is undone by an undo that waits for that end and starts it again', async () => {
    // A checkpointer that is held keeps the shutdown from coming to its end.
    const { pid } = processesOf(bed.cluster.dataDirectory).find((one) => /checkpointer/.test(one.command))!;
    process.kill(pid, 'SIGSTOP');
    const release = (): void => {
      if (isRunning(pid)) process.kill(pid, 'SIGCONT');
    };
    try {
      const killed = await bed.run(['restore', '--to', moment, '--yes'], { killAt: isStopping });
      expect(killed.signal).toBe('SIGKILL');
      expect(isStopping()).toBe(true);
      const undo = bed.mustRun(['undo', '--yes']);
      setTimeout(release, 1500);
      expect((await undo).stdout).toMatch(/undone/);
    } finally {
      release();
    }
    expect(await readKnownRows(bed.cluster)).toEqual(last);
  });
});

// Random on purpose, and named in the report, so that a failure can be repeated.
const shares = Array.from({ length: 3 }, () => randomInt(15, 100));

describe('a restore in place whose command is killed', () => {
  it.each(shares)('after %i percent of its time is finished by --resume', async (share) => {
    const told = await killAfter((duration * share) / 100);
    if (told === undefined) {
      // It was not begun: nothing has changed, and it can simply be called.
      expect(await readKnownRows(bed.cluster)).toEqual(last);
      await bed.restore('--to', moment);
    } else if (told.result === 'running') {
      const text = await bed.mustRun(['journal', told.id]);
      expect(text.stdout).toMatch(/result +killed/);
      const second = await bed.run(['restore', '--to', moment, '--yes']);
      expect(second.code).toBe(88);
      expect(second.stderr).toContain(`holdfast restore --resume ${told.id}`);
      await bed.mustRun(['restore', '--resume', told.id, '--yes']);
      expect((await newestRestore())?.result).toBe('ok');
    }
    await expectNothingLeft();
    expect(await readKnownRows(bed.cluster)).toEqual(before);
    await bed.mustRun(['undo', '--yes']);
    expect(await readKnownRows(bed.cluster)).toEqual(last);
  });

  it.each(shares)('after %i percent of its time is undone by undo', async (share) => {
    const told = await killAfter((duration * share) / 100);
    if (told !== undefined) await bed.mustRun(['undo', told.id, '--yes']);
    await expectNothingLeft();
    expect(await readKnownRows(bed.cluster)).toEqual(last);
  });
});
