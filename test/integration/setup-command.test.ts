import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { appendKnownRows, createKnownRows, readKnownRows } from '../support/data.ts';
import { mustRunHoldfast, runHoldfast, type HoldfastResult } from '../support/holdfast.ts';
import { configurationText } from './command-line-bed.ts';

/** From nothing but a server and a holdfast.yaml to a restored cluster, only by the command line. */
let cluster: TestCluster;
let file: string;
const run = (...args: string[]): Promise<HoldfastResult> => runHoldfast(['--config', file, ...args]);
const mustRun = (...args: string[]): Promise<HoldfastResult> => mustRunHoldfast(['--config', file, ...args]);

beforeAll(async () => {
  cluster = await createCluster({ name: 'setup' });
  const { sandbox } = cluster;
  sandbox.write('passphrase', 'correct horse battery staple\n');
  file = sandbox.write('holdfast.yaml', configurationText(cluster));
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

interface SetupDocument {
  readonly ok: boolean;
  readonly exitCode: number;
  readonly plan: { readonly steps: readonly { readonly kind: string; readonly state: string }[] };
  readonly heldUp: readonly { readonly consent?: string }[];
}

describe('holdfast setup, check, restore and undo', () => {
  it('prints the plan and does nothing without consent', async () => {
    const refused = await run('setup');
    expect(refused.code).toBe(92);
    expect(refused.stderr).toMatch(/to do +stanza main in every repository/);
    expect(refused.stderr).toMatch(/HINT: Look at what would be done/);
    const plan = await mustRunOrFindings('setup', '--plan', '--json');
    expect(plan.plan.steps.some((step) => step.state === 'to-do')).toBe(true);
    expect(() => readFileSync(cluster.sandbox.file('etc/pgbackrest.conf'))).toThrow(/ENOENT/);
  });

  it('does everything but the restart with --yes, and says that the restart is left', async () => {
    const document = await mustRunOrFindings('setup', '--yes', '--json');
    const { keys } = (await mustRun('report', 'key', '--json')).json<{
      keys: readonly { signs: boolean }[];
    }>();
    expect(keys).toMatchObject([{ signs: true }]);
    expect((await mustRun('journal', '--audit')).stdout).toContain('report key made');
    expect(document).toMatchObject({ ok: true, exitCode: 1 });
    expect(document.heldUp.some((step) => step.consent === 'restart')).toBe(true);
  });

  it('restarts with --restart, proves archiving and takes the first backups', async () => {
    const result = await mustRun('setup', '--yes', '--restart');
    expect(result.stdout).toMatch(/stanza main is set up\n?$/);
    expect(result.stderr).not.toContain('correct horse');
    const info = await mustRun('info');
    expect(info.stdout.match(/ full /g)).toHaveLength(2);
  });

  it('does nothing the second time', async () => {
    const result = await mustRun('setup', '--yes');
    expect(result.stdout).toMatch(/everything is set up/);
  });

  it('checks that WAL arrives in every repository', async () => {
    const result = await run('check', '--json');
    expect(result.json()).toMatchObject({ ok: true, command: 'check', stanza: 'main' });
    expect(result.code, result.stdout).toBeLessThan(2);
    const text = await run('check');
    expect(text.stdout).toMatch(/arrived in local after/);
    expect(text.stdout).toMatch(/arrived in offsite after/);
  });

  it('restores to a time, and undoes it', async () => {
    const rows = await createKnownRows(cluster, 100);
    await pauseSeconds(1.1);
    const moment = await cluster.value(`SELECT to_char(now(), 'YYYY-MM-DD HH24:MI:SSOF')`);
    await pauseSeconds(1.1);
    const later = await appendKnownRows(cluster, 50);
    const asked = await run('restore', '--to', moment);
    expect(asked.code).toBe(92);
    expect(cluster.isRunning()).toBe(true);
    const result = await run('restore', '--to', moment, '--yes', '--json');
    expect(result.code).toBeLessThan(3);
    expect(result.json()).toMatchObject({ ok: true, command: 'restore', outcome: { stanza: 'main' } });
    expect(await readKnownRows(cluster)).toEqual(rows);
    await mustRun('backup', '--repo', 'local');
    const undone = await mustRun('undo', '--yes');
    expect(undone.stdout).toMatch(/server +started again/);
    expect(await readKnownRows(cluster)).toEqual(later);
    expect((await run('undo', '--yes')).code).toBe(98);
  });

  it('refuses a target before the first backup with one that works, and options that contradict each other', async () => {
    const early = await run('restore', '--to', '2020-01-01 00:00:00+00', '--yes', '--json');
    expect(early.code).toBe(85);
    expect(early.json()).toMatchObject({ error: { kind: 'target-unreachable' } });
    expect(early.json<{ error: { hint: string } }>().error.hint).toMatch(
      /holdfast restore --to immediate --set /,
    );
    for (const words of [
      ['restore'],
      ['restore', '--to', 'latest', '--port', '5433'],
      ['restore', '--to', 'latest', '--delta', '--into', '/tmp/x'],
      ['restore', '--to', 'latest', '--timeline', 'two'],
      ['restore', '--resume', 'x', '--to', 'latest'],
    ]) {
      expect((await run(...words)).code).toBe(64);
    }
    expect((await run('restore', '--to', 'yesterday')).code).toBe(84);
    expect((await run('restore', '--to', '2026-11-20 10:00:00')).code).toBe(84);
    expect((await run('restore', '--resume', 'nothing')).code).toBe(98);
    expect(cluster.isRunning()).toBe(true);
  });

  it('expires what the retention does not keep, after showing it', async () => {
    await mustRun('backup', '--type', 'full', '--repo', 'local');
    const nothing = await mustRun('expire', '--json', '--dry-run');
    expect(nothing.json()).toMatchObject({
      ok: true,
      dryRun: true,
      repositories: [{ sets: [] }, { sets: [] }],
    });
    await mustRun('backup', '--type', 'full', '--repo', 'offsite');
    const shorter = configurationText(cluster).replace('retention: { full: 2 }', 'retention: { full: 1 }');
    cluster.sandbox.write('holdfast.yaml', shorter);
    await mustRun('setup', '--yes', '--no-backup');
    const preview = await run('expire');
    expect(preview.code).toBe(92);
    expect(preview.stderr).toMatch(/^offsite: would remove set /m);
    expect(preview.stderr).toMatch(/^local: nothing to remove$/m);
    const result = await mustRun('expire', '--yes');
    expect(result.stdout).toMatch(/^offsite: removed set /m);
    expect((await mustRun('journal', '--limit', '1')).stdout).toMatch(/^expire-.* ok .* offsite /m);
    expect((await mustRun('expire')).stdout).toBe('local: nothing to remove\noffsite: nothing to remove');
  });
});

/** A command whose findings may be warnings. */
async function mustRunOrFindings(...args: string[]): Promise<SetupDocument> {
  const result = await run(...args);
  expect(result.code).toBeLessThan(3);
  return result.json<SetupDocument>();
}

/** The clock itself is what this needs: commits in different seconds. */
function pauseSeconds(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
