import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settleOrphans } from '../../src/jobs/run/settle-orphans.ts';
import { createCluster } from '../support/cluster.ts';
import { writeConfiguration } from '../support/configuration.ts';
import { fastClock } from '../support/fast-clock.ts';
import { createJobHost, type JobHost } from '../support/job-host.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

let sandbox: Sandbox;
let host: JobHost;
beforeAll(async () => {
  sandbox = await createSandbox('settle');
  const cluster = await createCluster({ sandbox });
  host = await createJobHost(sandbox, 'one', writeConfiguration(sandbox, { main: { cluster } }).file);
});
afterAll(async () => {
  host?.[Symbol.dispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

describe('a run whose Holdfast cannot be seen', () => {
  function unseen(id: string): string {
    host.deps.journal.startRun({
      id,
      kind: 'verify',
      stanza: 'main',
      repository: 'local',
      actor: { user: 'postgres', host: 'one', via: 'daemon' },
      cause: 'schedule',
      facts: { pidNamespace: 'pid:[1]' },
      process: { pid: 4_194_303, startTicks: 1 },
    });
    return id;
  }
  const resultOf = (id: string): string | undefined => host.deps.journal.findRun(id)?.result;

  it('because it is in another container is left alone while it beats, and settled when it is silent', async () => {
    const id = unseen('verify-elsewhere');
    const beats = fastClock(1000, async () => {
      await delay(5);
      host.deps.journal.beat(id, { bytesDone: 1, bytesTotal: undefined });
    });
    const options = { signal: new AbortController().signal, emit: () => {}, stanza: 'main' };
    expect(await settleOrphans({ ...host.deps, clock: beats }, options)).toEqual([]);
    expect(beats.pauses[0]).toBeGreaterThan(20_000);
    expect(resultOf(id)).toBe('running');
    const [settled] = await settleOrphans({ ...host.deps, clock: fastClock(20_000) }, options);
    expect(settled).toMatchObject({ id, result: 'interrupted' });
    expect(resultOf(id)).toBe('interrupted');
  });
});
