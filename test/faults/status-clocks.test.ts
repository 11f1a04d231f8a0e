import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendKnownRows, archiveWal, createKnownRows } from '../support/data.ts';
import { createFakeTime, type FakeTime } from '../support/fake-time.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createStatusBed, type StatusBed } from './status-bed.ts';

/*
 * Clocks that go wrong: first that of the host of PostgreSQL, then that of Holdfast, which jumps an hour forth and back
 * while the daemon runs. Real processes, with libfaketime around one of them.
 */
let bed: StatusBed;
let ours: FakeTime;

beforeAll(async () => {
  bed = await createStatusBed({
    name: 'hf-status-clocks',
    stanza: { objectives: { rpo: '10m', backupAge: '1d' } },
    serve: ({ sandbox }) => {
      ours = createFakeTime(sandbox, 'holdfast');
      return { env: ours.env };
    },
  });
  await createKnownRows(bed.cluster, 10);
  await archiveWal(bed.cluster);
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

/** What a clock may have no part in: none of it happened. */
const never =
  /^(?:wal-hole|foreign|no-usable-set|set-unusable|archived-but-missing|wrong-cluster|backup-too-old)/;

async function rules(): Promise<readonly string[]> {
  return (await bed.health()).findings.map(({ rule }) => rule);
}

async function expectCalm(): Promise<void> {
  await waitUntil('everything is seen and well', async () => (await bed.health()).status === 'healthy', {
    timeoutMs: 60_000,
  }).catch(async (error: unknown) => {
    throw new Error(JSON.stringify((await bed.health()).findings, undefined, 1), { cause: error });
  });
}

describe('the clock of the host of PostgreSQL', () => {
  it('is seen to differ, and to be right again', async () => {
    const { cluster, sandbox } = bed;
    const theirs = createFakeTime(sandbox, 'postgres');
    theirs.set(90);
    const words = Object.entries(theirs.env).map(([name, value]) => `${name}=${value}`);
    await cluster.stop();
    const start = ['start', '-D', cluster.dataDirectory, '-l', cluster.logFile, '-w'];
    await sandbox.mustRun('env', [...words, `${cluster.binaries.directory}/pg_ctl`, ...start]);
    const seen = await bed.expectFinding('clock-differs');
    expect(seen).toMatchObject({
      severity: 'warning',
      // Between the two readings of the clocks passes time.
      evidence: expect.stringMatching(/1 min (?:30|2[5-9]) s ahead of/),
    });
    await appendKnownRows(cluster, 10);
    await archiveWal(cluster);
    expect((await rules()).filter((rule) => never.test(rule))).toEqual([]);
    theirs.set(0);
    await bed.expectEnded('clock-differs');
    await expectCalm();
  }, 300_000);
});

describe('the clock of Holdfast', () => {
  it('may jump forth: what was seen before is too old, and is seen anew', async () => {
    ours.set(3600);
    const { findings, status } = await bed.health();
    // At once: nothing that was seen an hour ago is still believed.
    expect(status).toBe('unknown');
    // Everything is looked at anew at this moment: what comes quickly may be known again.
    const unknown = ['primary-unknown', 'archive-unknown', 'repository-unknown'];
    expect(findings.map(({ rule }) => rule).filter((rule) => unknown.includes(rule))).not.toEqual([]);
    const seen = await bed.expectFinding('clock-differs');
    expect(seen.evidence).toMatch(/(?:1 h 0 min|59 min 5[5-9] s) behind/);
    await waitUntil(
      'all is seen again',
      async () => !(await rules()).some((rule) => rule.endsWith('-unknown')),
    );
    expect((await rules()).filter((rule) => never.test(rule))).toEqual([]);
  }, 300_000);

  it('may jump back: what was seen in the future is not believed', async () => {
    ours.set(0);
    const { findings } = await bed.health();
    const unknown = findings.filter(({ rule }) => rule.endsWith('-unknown'));
    expect(unknown.map(({ evidence }) => evidence).join('\n')).toContain('the clock was set back');
    await bed.expectEnded('clock-differs');
    await expectCalm();
    // What was written while the server's clock was 90 s ahead bears its times; of the hour there is nothing.
    expect(Date.parse((await windowEnd()) ?? '')).toBeLessThanOrEqual(Date.now() + 91_000);
  }, 300_000);
});

/** Up to when can be restored. */
async function windowEnd(): Promise<string | undefined> {
  const { stdout } = await bed.mustRun(['windows', '--json']);
  const { repositories } = JSON.parse(stdout) as {
    repositories: readonly { windows: { contiguous: readonly { to: { time?: string } }[] } }[];
  };
  return repositories[0]?.windows.contiguous.at(-1)?.to.time;
}
