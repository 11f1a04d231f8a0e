import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDaemonBed, type DaemonBed, type ServedDaemon } from '../support/daemon-bed.ts';
import { waitUntil } from '../support/wait-until.ts';

interface BackupDocument {
  readonly ok: boolean;
  readonly stanza: string;
  readonly repositories: readonly Record<string, unknown>[];
}

describe('commands while a daemon runs', () => {
  let bed: DaemonBed;
  let daemon: ServedDaemon;
  beforeAll(async () => {
    bed = await createDaemonBed({ name: 'dcmd', repositories: { local: {}, second: {} } });
    daemon = await bed.serve();
  });
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await bed?.[Symbol.asyncDispose]();
  });

  test('a backup goes through the queue, with the same document as without', async () => {
    const through = (await bed.mustRun(['backup', '--type', 'full', '--json'])).json<BackupDocument>();
    const direct = (await bed.mustRun(['backup', '--direct', '--json'])).json<BackupDocument>();
    expect(through.repositories.map((one) => Object.keys(one))).toEqual(
      direct.repositories.map((one) => Object.keys(one)),
    );
    expect(through.repositories).toMatchObject([
      { repository: 'local', ok: true, type: 'full' },
      { repository: 'second', ok: true, type: 'full' },
    ]);
    const ran = daemon.events.filter(({ event }) => event === 'job-started').map(({ job }) => job);
    expect(ran).toEqual(['backup', 'backup', 'expire', 'expire']);
    const run = String(through.repositories[0]?.['run']);
    const { runs } = (await bed.mustRun(['journal', '--json'])).json<{
      runs: { id: string; result: string; actor: { via: string } }[];
    }>();
    expect(runs.find(({ id }) => id === run)).toMatchObject({ result: 'ok', actor: { via: 'cli' } });
  });

  test.each([['check'], ['verify'], ['expire', '--yes'], ['maintenance']])(
    '%s says the same through the daemon',
    async (...words) => {
      const count = daemon.events.length;
      const through = await bed.run([...words, '--json']);
      const began = daemon.events.slice(count).filter(({ event }) => event === 'job-started');
      // Nothing to expire: nothing is asked of anybody.
      expect(began.length).toBe(words[0] === 'expire' ? 0 : words[0] === 'verify' ? 2 : 1);
      const direct = await bed.run([...words, '--json', '--direct']);
      expect(through.code).toBe(direct.code);
      expect(shapeOf(through.json())).toEqual(shapeOf(direct.json()));
    },
  );

  test('a failure is the same, with its exit code', async () => {
    const args = ['backup', '--annotation', 'x=1', '--repo', 'second', '--json'];
    await bed.sandbox.mustRun('mv', [bed.configuration.repository('second'), bed.sandbox.file('away')]);
    await bed.sandbox.mustRun('mkdir', ['-m', '000', bed.configuration.repository('second')]);
    try {
      const through = await bed.run(args);
      const direct = await bed.run([...args, '--direct']);
      expect(through.code).toBe(direct.code);
      expect(through.code).toBeGreaterThanOrEqual(64);
      const [one, other] = [through, direct].map(
        (result) => result.json<{ error: Record<string, unknown> }>().error,
      );
      expect({ kind: one?.['kind'], hint: one?.['hint'] }).toEqual({
        kind: other?.['kind'],
        hint: other?.['hint'],
      });
    } finally {
      await bed.sandbox.mustRun('rmdir', [bed.configuration.repository('second')]);
      await bed.sandbox.mustRun('mv', [bed.sandbox.file('away'), bed.configuration.repository('second')]);
    }
  });

  test('--detach leaves it to the daemon', async () => {
    const before = daemon.events.length;
    const result = await bed.mustRun(['backup', '--repo', 'local', '--detach', '--json']);
    expect(result.json()).toMatchObject({ ok: true, queued: 1 });
    await daemon.event(
      'its end',
      ({ event, job }, index) => index >= before && event === 'job-ended' && job === 'backup',
    );
  });

  test('jobs and reload', async () => {
    // What the backup before it left to do, its expire, may still run.
    const jobs = await waitUntil('nothing runs', async () => {
      const said = (await bed.mustRun(['jobs', '--json'])).json<{ running: unknown[]; waiting: unknown[] }>();
      return said.running.length + said.waiting.length === 0 && said;
    });
    expect(jobs).toMatchObject({ pid: expect.any(Number), running: [], waiting: [] });
    expect((await bed.mustRun(['jobs'])).stdout).toContain('nothing runs or waits');
    expect((await bed.run(['jobs', '--cancel', 'backup-none'])).code).toBe(98);
    await bed.mustRun(['reload']);
    await daemon.event('the reload', ({ event }) => event === 'reloaded');
  });

  test('root and the engine user both may ask', async () => {
    for (const as of ['root', 'postgres'] as const)
      expect((await bed.mustRun(['jobs', '--json'], { as })).json()).toMatchObject({ ok: true });
  });

  test('another configuration file goes its own way', async () => {
    const other = bed.sandbox.write(
      'holdfast/other.yaml',
      readFileSync(bed.configuration.file, 'utf8'),
      0o644,
    );
    const result = await bed.mustRun(['backup', '--repo', 'local', '--config', other]);
    expect(result.stderr).toContain('going without it');
  });

  test('a second daemon is refused and the first goes on', async () => {
    await using second = await bed.serve({ ready: false });
    expect((await second.ended).code).toBe(101);
    expect(second.other.join('\n')).toContain(`pid ${daemon.pid}`);
    await bed.mustRun(['jobs']);
  });
});

/** The keys of a document and of what is in it. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}
