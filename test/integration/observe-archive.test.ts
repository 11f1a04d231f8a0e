import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observeArchive, type LookAtPrimary } from '../../src/jobs/observe/observe-archive.ts';
import { observePrimary } from '../../src/jobs/observe/observe-primary.ts';
import { HistoryCache } from '../../src/jobs/observe/read-histories.ts';
import type { PrimaryObservation } from '../../src/status/primary-observation.ts';
import type { Sighting } from '../../src/status/sighting.ts';
import { archiveWal } from '../support/data.ts';
import { createJobHost, type JobHost } from '../support/job-host.ts';
import { createProtectedBed, type ProtectedBed } from '../support/protected-bed.ts';
import { waitUntil } from '../support/wait-until.ts';

/*
 * A promotion by somebody else: the archive has the new timeline before anybody has looked at the primary again.
 */
let bed: ProtectedBed;
let host: JobHost;
let before: Sighting<PrimaryObservation>;

const { signal } = new AbortController();

async function lookAtPrimary(): Promise<Sighting<PrimaryObservation>> {
  const value = await observePrimary(host.stanza, host.deps, signal);
  return { observedAt: Date.now(), staleAfterMs: 60_000, value, failure: undefined };
}

const look = (primary: LookAtPrimary) => {
  const { engine, clock, journal } = host.deps;
  const [repository] = host.stanza.repositories;
  if (repository === undefined) throw new Error('the bed has a repository');
  const deps = { engine, clock, journal, recheck: 86_400, primary, histories: new HistoryCache() };
  return observeArchive(host.stanza, repository, deps, signal);
};

beforeAll(async () => {
  bed = await createProtectedBed({ name: 'promoted' });
  host = await createJobHost(bed.sandbox, 'db1', bed.configuration.file);
  await bed.backup('full');
  before = await lookAtPrimary();
  const { cluster, sandbox } = bed;
  await cluster.stop();
  sandbox.write(`${cluster.dataDirectory}/standby.signal`, '');
  await cluster.start();
  await sandbox.mustRun(`${cluster.binaries.directory}/pg_ctl`, [
    'promote',
    '-w',
    '-D',
    cluster.dataDirectory,
  ]);
  await waitUntil('it is promoted', async () => (await cluster.value('SELECT pg_is_in_recovery()')) === 'f');
  await archiveWal(cluster);
});
afterAll(async () => {
  host?.[Symbol.dispose]();
  await bed?.[Symbol.asyncDispose]();
});

describe('a timeline that came into the archive since the primary was looked at', () => {
  it('is not called foreign while the primary cannot be seen', async () => {
    const failure = { at: Date.now(), problem: 'no route' };
    const seen = await look((since) =>
      Promise.resolve(since === undefined ? before : { ...before, failure }),
    );
    expect(seen.followed).toEqual({ timeline: 1, from: 'remembered' });
    expect(seen.timelines.map(({ timeline, standing }) => [timeline, standing])).toEqual([
      [1, 'production'],
      [2, 'unknown'],
    ]);
    expect(seen.foreign).toEqual([]);
  });

  it('is foreign when the primary, seen afterwards, still is on another one', async () => {
    const seen = await look(() => Promise.resolve({ ...before, observedAt: Date.now() }));
    expect(seen.foreign).toMatchObject([{ why: 'timeline-unknown-to-production', timeline: 2 }]);
  });

  it("is production's own as soon as the new primary was seen, and one window goes through both", async () => {
    const seen = await look((since) => (since === undefined ? Promise.resolve(before) : lookAtPrimary()));
    expect(seen.followed).toEqual({ timeline: 2, from: 'primary' });
    expect(seen.foreign).toEqual([]);
    expect(seen.timelines.map(({ standing }) => standing)).toEqual(['production', 'production']);
    expect(seen.windows?.holes).toEqual([]);
    expect(seen.windows?.contiguous).toMatchObject([{ from: { timeline: 1 }, to: { timeline: 2 } }]);
  });

  it('is remembered, with the place where it began', async () => {
    const system = before.value?.systemIdentifier ?? 0n;
    const [first, second] = host.deps.journal.timelines.list('main', system);
    expect([first?.source, second?.source, second?.parent]).toEqual(['primary', 'primary', 1]);
    expect(second?.beginLsn).toBeGreaterThan(0n);
    const failure = { at: Date.now(), problem: 'no route' };
    const seen = await look(() => Promise.resolve({ ...before, failure }));
    expect(seen.followed).toEqual({ timeline: 2, from: 'remembered' });
    expect(seen.foreign).toEqual([]);
  });
});
