import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDaemonBed, type DaemonBed } from '../support/daemon-bed.ts';
import { isRunning, processesOf } from '../support/processes.ts';
import { waitUntil } from '../support/wait-until.ts';

interface Run {
  readonly id: string;
  readonly kind: string;
  readonly result: string;
  readonly label?: string;
}

async function runsOf(bed: DaemonBed): Promise<readonly Run[]> {
  return (await bed.mustRun(['journal', '--json'])).json<{ runs: readonly Run[] }>().runs;
}

/** Makes the cluster big enough that a backup of it takes a while. */
async function slowDown(bed: DaemonBed): Promise<void> {
  await bed.cluster.sql(
    'CREATE TABLE bulk AS SELECT g, repeat(md5(g::text), 20) FROM generate_series(1, 60000) g',
  );
}

describe('the life of a daemon', () => {
  test('SIGTERM in the middle of a backup: 0, the journal says interrupted, and the next daemon resumes', async () => {
    await using bed = await createDaemonBed({
      name: 'dterm',
      // The engine's own compression makes it slow enough to be met in the middle.
      stanza: { options: { 'compress-level': 9, 'compress-type': 'bz2' } },
    });
    await slowDown(bed);
    await using daemon = await bed.serve();
    const command = bed.run(['backup', '--type', 'full', '--json']);
    await daemon.event('the backup', ({ event }) => event === 'job-started');
    daemon.signal('SIGTERM');
    expect(await daemon.ended).toEqual({ code: 0, signal: null });
    const result = await command;
    expect(result.code).toBe(130);
    expect((await runsOf(bed))[0]).toMatchObject({ kind: 'backup', result: 'interrupted' });
    expect(existsSync(join(bed.configuration.stateDirectory, 'holdfast.sock'))).toBe(false);
    await using _next = await bed.serve();
    expect(await bed.backup('full')).toMatch(/F$/);
  });

  test('kill -9 in the middle of a backup: the engine goes on, the next daemon adopts it and writes the truth', async () => {
    await using bed = await createDaemonBed({
      name: 'dkill',
      stanza: { options: { 'compress-level': 9, 'compress-type': 'bz2' } },
    });
    await slowDown(bed);
    await using daemon = await bed.serve();
    const command = bed.run(['backup', '--type', 'full', '--json']);
    const { run } = await daemon.event('the backup', ({ event }) => event === 'job-started');
    const engine = (await waitUntil('the engine', () => engineOf(bed, String(run)))) ?? 0;
    daemon.signal('SIGKILL');
    await daemon.ended;
    const result = await command;
    expect(result.json()).toMatchObject({ ok: false, error: { kind: 'daemon-unreachable' } });
    expect(isRunning(engine)).toBe(true);
    // The socket is still there, and nobody listens.
    expect(existsSync(join(bed.configuration.stateDirectory, 'holdfast.sock'))).toBe(true);
    await using next = await bed.serve();
    await next.event(
      'the truth',
      ({ event, text }) => event === 'orphan' && text.includes(`${String(run)} ok`),
    );
    await next.event('the expire', ({ event, job }) => event === 'job-ended' && job === 'expire');
    const after = (await runsOf(bed)).find(({ id }) => id === run);
    expect(after).toMatchObject({ result: 'ok', label: expect.stringMatching(/F$/) });
  });

  test('Ctrl-C or kill -9 of a command withdraws its job, and the daemon lives on', async () => {
    await using bed = await createDaemonBed({
      name: 'dctrlc',
      stanza: { options: { 'compress-level': 9, 'compress-type': 'bz2' } },
    });
    await slowDown(bed);
    await using daemon = await bed.serve();
    const stop = new AbortController();
    const command = bed.run(['backup', '--type', 'full', '--json'], { signal: stop.signal });
    await daemon.event('the backup', ({ event }) => event === 'job-started');
    stop.abort();
    const result = await command;
    expect(result.code).toBe(130);
    expect(result.json()).toMatchObject({ error: { kind: 'interrupted' } });
    expect((await runsOf(bed))[0]).toMatchObject({ kind: 'backup', result: 'interrupted' });
    expect((await bed.mustRun(['jobs', '--json'])).json()).toMatchObject({ running: [], waiting: [] });
    // One that is killed says nothing any more: its connection does.
    const count = daemon.events.length;
    const killed = bed.run(['backup', '--type', 'full'], { killAt: /full backup of main/ });
    await daemon.event(
      'its end',
      ({ event, result: how }, index) => index >= count && event === 'job-ended' && how === 'interrupted',
    );
    expect((await killed).signal).toBe('SIGKILL');
  });

  test('what was missed while it was down is made up for by one run; a full replaces the diff', async () => {
    await using bed = await createDaemonBed({ name: 'dcatch', schedule: {} });
    const cron = '* * * * *';
    bed.configure({ schedule: { full: cron, diff: cron } });
    const second = (): number => new Date().getSeconds();
    await waitUntil('not just before a minute', () => second() < 45, { timeoutMs: 20_000, everyMs: 250 });
    {
      await using first = await bed.serve();
      first.signal('SIGTERM');
      await first.ended;
    }
    // It may have come up after the minute's beginning: what it saw has to be missed, not only what the bed waited for.
    const minute = (): number => Math.floor(Date.now() / 60_000);
    const seen = minute();
    await waitUntil('the next minute', () => minute() > seen && second() < 15, {
      timeoutMs: 65_000,
      everyMs: 250,
    });
    await using next = await bed.serve();
    await next.event('the full', ({ event, job }) => event === 'job-ended' && job === 'expire');
    const skipped = await next.event('the diff', ({ event }) => event === 'schedule-skipped');
    expect(skipped).toMatchObject({ reason: 'replaced', line: expect.stringContaining('main/diff') });
    next.signal('SIGTERM');
    expect((await next.ended).code).toBe(0);
    const backups = (await runsOf(bed)).filter(({ kind }) => kind === 'backup');
    expect(backups).toHaveLength(1);
    expect(backups[0]?.label).toMatch(/F$/);
  });

  test('an invalid configuration is refused on reload and the old one goes on', async () => {
    await using bed = await createDaemonBed({ name: 'dload', bare: true });
    await using daemon = await bed.serve();
    bed.configure({ nonsense: true });
    daemon.signal('SIGHUP');
    await daemon.event('the refusal', ({ event }) => event === 'reload-refused');
    bed.configure({}, { state: { directory: bed.sandbox.file('elsewhere') } });
    const count = daemon.events.length;
    daemon.signal('SIGHUP');
    const refused = await daemon.event(
      'the second refusal',
      ({ event }, index) => index >= count && event === 'reload-refused',
    );
    expect(refused.text).toContain('state.directory');
    const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${bed.httpPort}${path}`);
    expect((await ask('/live')).ok).toBe(true);
    // A finding, until a good one is read.
    expect(await (await ask('/health')).text()).toContain('state.directory');
    bed.configure({ schedule: { check: '0 3 * * *' } });
    daemon.signal('SIGHUP');
    await daemon.event('the reload', ({ event }) => event === 'reloaded');
  });

  test('a configuration with errors keeps it from starting', async () => {
    await using bed = await createDaemonBed({ name: 'dconf', bare: true });
    bed.configure({ nonsense: true, retention: 7 });
    await using daemon = await bed.serve({ ready: false });
    expect((await daemon.ended).code).toBe(66);
    expect(daemon.other.join('\n')).toMatch(/nonsense[^]*retention|retention[^]*nonsense/);
  });
});

/** The engine once it copies files. */
function engineOf(bed: DaemonBed, run: string): number | undefined {
  const log = join(bed.configuration.stateDirectory, 'logs', `${run}.log`);
  if (!existsSync(log) || !readFileSync(log, 'utf8').includes('backup start')) return undefined;
  return processesOf(bed.configuration.engineFile).find(
    ({ command }) => command.includes('pgbackrest') && / backup /.test(command) && !command.includes('sh -c'),
  )?.pid;
}
