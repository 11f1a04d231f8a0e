import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appendKnownRows, archiveWal, createKnownRows } from '../support/data.ts';
import { listFiles } from '../support/hash-tree.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createStatusBed, type StatusBed } from './status-bed.ts';

/*
 * Silent failure 2: an archived segment vanishes, and pgBackRest and PostgreSQL say that all is well. The daemon sees
 * it, tells of it, takes a backup where that is switched on, and says to the moment what was lost.
 */
let bed: StatusBed;

beforeAll(async () => {
  bed = await createStatusBed({
    name: 'hf-status-hole',
    stanza: { selfHealing: { holes: 'diff', after: '8s' }, heartbeat: { every: '5s' } },
  });
});
afterAll(async () => bed?.[Symbol.asyncDispose]());

interface IncidentSeen {
  readonly beganAt: number;
  readonly first: string;
  readonly lostFrom: { readonly time: number; readonly timeFrom: string };
  readonly attempts: readonly { readonly type: string; readonly result: string; readonly set: string }[];
  readonly closed?: { readonly why: string; readonly set: string; readonly lostTo: number };
  readonly loss: string;
}

async function incidents(): Promise<readonly IncidentSeen[]> {
  const { stdout } = await bed.mustRun(['journal', '--incidents', '--json']);
  return (JSON.parse(stdout) as { incidents: readonly IncidentSeen[] }).incidents;
}

describe('WAL that vanishes from a repository', () => {
  it('is a finding everywhere, is healed by a diff, and closes with the exact lost interval', async () => {
    await createKnownRows(bed.cluster, 10);
    await archiveWal(bed.cluster);
    await appendKnownRows(bed.cluster, 10);
    const lost = await archiveWal(bed.cluster);
    const before = Date.now();
    await appendKnownRows(bed.cluster, 10);
    await archiveWal(bed.cluster);
    const root = `${bed.configuration.repository('local')}/archive/main`;
    for (const path of listFiles(root)) if (path.includes(`/${lost}-`)) rmSync(path);
    const finding = await bed.expectFinding('wal-hole');
    expect(finding).toMatchObject({ severity: 'critical', subject: expect.stringContaining(lost) });
    await bed.daemon.event('the incident', ({ event, level }) => event === 'incident' && level === 'error');
    const ended = await bed.daemon.event(
      'the diff',
      ({ event, job }) => event === 'job-ended' && job === 'backup',
    );
    expect(ended).toMatchObject({ result: 'ok', label: expect.stringMatching(/D$/) });
    const found = await waitUntil('it is over', async () => {
      const all = await incidents();
      return all[0]?.closed === undefined ? undefined : all;
    });
    const incident = found?.[0];
    expect(incident).toMatchObject({
      first: lost,
      attempts: [{ type: 'diff', result: 'ok', set: ended['label'] }],
      closed: { why: 'healed', set: ended['label'] },
    });
    // From before the lost segment was written to after its loss.
    expect(incident?.lostFrom.time).toBeLessThan(before);
    expect(incident?.closed?.lostTo).toBeGreaterThan(before);
    expect(incident?.loss).toContain(new Date(incident?.closed?.lostTo ?? 0).toISOString());
    await bed.expectEnded('wal-hole');
    await bed.expectFinding('wal-hole-behind', { told: false });
    expect((await bed.health()).incidents).toMatchObject([{ why: 'healed', first: lost }]);
    const audit = (await bed.mustRun(['journal', '--audit', '--json'])).stdout;
    expect(audit).toContain('incident began');
    expect(audit).toContain('incident closed');
    expect((await bed.mustRun(['journal', '--incidents'])).stdout).toContain('healed');
    await bed.mustRun(['journal', '--verify']);
  }, 300_000);
});
