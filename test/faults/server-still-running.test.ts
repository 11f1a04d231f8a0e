import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAroundMoment } from '../support/around-moment.ts';
import { createKnownRows, readKnownRows, type KnownRows } from '../support/data.ts';
import { hashTree } from '../support/hash-tree.ts';
import { createProtectedBed, refusalOf, type ProtectedBed } from '../support/protected-bed.ts';

let bed: ProtectedBed;
let moment: string;
let before: KnownRows;
let last: KnownRows;

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'runs' });
  await createKnownRows(bed.cluster, 10);
  ({ moment, before, last } = await writeAroundMoment(bed));
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

describe('a server that runs', () => {
  it('is not stopped without a yes', async () => {
    const pid = bed.cluster.pid();
    for (const words of [[], ['--delta']]) {
      const asked = await bed.run(['restore', '--to', moment, ...words, '--json']);
      expect(refusalOf(asked)).toMatchObject({ kind: 'consent-needed', code: 92 });
    }
    const text = await bed.run(['restore', '--to', moment], { input: 'main\n' });
    expect(text.code).toBe(92);
    expect(text.stderr).toMatch(/stop the server/);
    expect(bed.cluster.pid()).toBe(pid);
    expect(await readKnownRows(bed.cluster)).toEqual(last);
  });

  it('is stopped with it, sessions and all, and what they had committed is kept', async () => {
    const session = bed.cluster.sql('SELECT pg_sleep(300)').catch((error: unknown) => String(error));
    await bed.restore('--to', moment);
    expect(await session).toMatch(/terminating connection|server closed the connection/);
    expect(await readKnownRows(bed.cluster)).toEqual(before);
    await bed.mustRun(['undo', '--yes']);
    expect(await readKnownRows(bed.cluster)).toEqual(last);
  });
});

describe('a postmaster.pid without a server', () => {
  it.each([
    ['of a server that was killed', undefined],
    ['with the number of a process that is none', process.pid],
  ])('%s is no obstacle', async (_name, foreign) => {
    await bed.cluster.kill();
    const file = `${bed.cluster.dataDirectory}/postmaster.pid`;
    expect(existsSync(file)).toBe(true);
    if (foreign !== undefined) writeFileSync(file, `${foreign}\n${bed.cluster.dataDirectory}\n`);
    const plan = await bed.plan('--to', moment);
    expect(plan.warnings.map((finding) => finding.rule)).toContain('stale-pid-file');
    await bed.restore('--to', moment);
    expect(await readKnownRows(bed.cluster)).toEqual(before);
    const restored = hashTree(`${bed.cluster.dataDirectory}/global`);
    expect(Object.keys(restored).length).toBeGreaterThan(1);
    const undone = await bed.mustRun(['undo', '--yes']);
    expect(undone.stdout).toMatch(/not started/);
    expect(bed.cluster.isRunning()).toBe(false);
    // The foreign number would keep the old server from starting, and is not ours to remove.
    if (foreign !== undefined) await bed.sandbox.mustRun('rm', [file]);
    await bed.cluster.start();
    expect(await readKnownRows(bed.cluster)).toEqual(last);
  });
});
