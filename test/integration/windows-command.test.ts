import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArchiveDocument } from '../../src/status/document-archive.ts';
import { createDaemonBed, type DaemonBed } from '../support/daemon-bed.ts';
import { archiveWal } from '../support/data.ts';
import { waitUntil } from '../support/wait-until.ts';

let bed: DaemonBed;

beforeAll(async () => {
  bed = await createDaemonBed({ name: 'windows' });
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

async function ask(...args: readonly string[]): Promise<ArchiveDocument> {
  const result = await bed.run(['windows', ...args, '--json']);
  const [archive] = result.json<{ repositories: readonly ArchiveDocument[] }>().repositories;
  if (archive === undefined) throw new Error(result.stdout + result.stderr);
  return archive;
}

describe('holdfast windows', () => {
  it('has no window before the first backup, and one right after it', async () => {
    expect((await ask()).windows).toMatchObject({ contiguous: [], holes: [] });
    const label = await bed.backup('full');
    const { windows } = await ask();
    expect(windows?.contiguous).toMatchObject([{ set: label }]);
    const [window] = windows?.contiguous ?? [];
    expect(Date.parse(window?.to.time ?? '')).toBeGreaterThanOrEqual(Date.parse(window?.from.time ?? ''));
  });

  it('is told by the daemon what it saw and when, and ends with a heartbeat that is archived', async () => {
    await using daemon = await bed.serve();
    // It looks again when it has seen the primary; then it rests for minutes, and two questions have one answer.
    const seen = await waitUntil('the daemon has looked at the archive', async () => {
      const [archive, again] = [await ask(), await ask()];
      const isKnown = archive.unknown === undefined && archive.windows !== undefined;
      return isKnown && archive.observedAt === again.observedAt ? archive : undefined;
    });
    if (seen === undefined) throw new Error('the wait gives what it waited for');
    expect(seen.followed).toEqual({ timeline: 1, from: 'primary' });
    expect(Date.now() - Date.parse(seen.observedAt ?? '')).toBeLessThan(60_000);
    const beforeArchiving = Date.now();
    await archiveWal(bed.cluster);
    const fresh = await ask('--now');
    expect(Date.parse(fresh.observedAt ?? '')).toBeGreaterThanOrEqual(beforeArchiving);
    const [window] = fresh.windows?.contiguous ?? [];
    expect(window?.to).toMatchObject({ timeFrom: 'heartbeat', timeline: 1 });
    expect(Date.parse(window?.to.time ?? '')).toBeLessThanOrEqual(beforeArchiving);
    // What is said to be certain is: a plan to exactly this time is not refused.
    const plan = await bed.plan('--to', window?.to.time ?? '', '--into', bed.sandbox.file('planned'));
    expect(plan.target.timeline).toBe(1);
    daemon.signal('SIGTERM');
    await daemon.ended;
  });

  it('refuses what it does not know', async () => {
    expect((await bed.run(['windows', '--repo', 'nowhere'])).code).toBe(64);
    expect((await bed.run(['timelines', '--accept', 'two', '--because', 'x'])).code).toBe(64);
    expect((await bed.run(['timelines', '--because', 'x'])).code).toBe(64);
  });
});
