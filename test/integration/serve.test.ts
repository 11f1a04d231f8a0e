import { describe, expect, test } from 'vitest';
import { createDaemonBed } from '../support/daemon-bed.ts';

describe('holdfast serve', () => {
  test('runs a schedule through its queue, and ends with 0 when asked to', async () => {
    await using bed = await createDaemonBed({
      name: 'serve',
      schedule: { full: '* * * * *' },
    });
    await using daemon = await bed.serve();
    const started = await daemon.event('the backup', ({ event }) => event === 'job-started', 90_000);
    expect(started).toMatchObject({ job: 'backup', stanza: 'main', repository: 'local' });
    const ended = await daemon.event(
      'its end',
      ({ event, run }) => event === 'job-ended' && run === started['run'],
    );
    expect(ended).toMatchObject({ result: 'ok', label: expect.stringMatching(/F$/) });
    await daemon.event('the expire', ({ event, job }) => event === 'job-ended' && job === 'expire');
    daemon.signal('SIGTERM');
    expect(await daemon.ended).toEqual({ code: 0, signal: null });
    const journal = (await bed.mustRun(['journal', '--json'])).json<{
      runs: { kind: string; result: string }[];
    }>();
    expect(journal.runs.map(({ kind, result }) => `${kind} ${result}`)).toContain('backup ok');
  });
});
