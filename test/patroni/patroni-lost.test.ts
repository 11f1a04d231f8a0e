import { renameSync } from 'node:fs';
import { expect, it } from 'vitest';
import { archiveWal, createKnownRows, readKnownRows } from '../support/data.ts';
import { createSandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createPatroniCluster } from './patroni-cluster.ts';
import { addFirst, logOf } from './three-members.ts';

/* All hosts but one are gone, and so is its data directory: Patroni waits for a leader that nobody can be. */
it('a cluster of which nothing is left but the DCS and the repository comes back', async () => {
  await using sandbox = await createSandbox('lost', { graceMs: 10_000 });
  const patroni = await createPatroniCluster(sandbox);
  const { member, bed } = await addFirst(sandbox, patroni, 'n1');
  const { cluster } = member;
  const rows = await createKnownRows(cluster, 100);
  await archiveWal(cluster);
  renameSync(cluster.dataDirectory, `${cluster.dataDirectory}.lost`);
  await waitUntil('Patroni has seen it', () => /waiting for leader to bootstrap/.test(logOf(member)), {
    timeoutMs: 60_000,
  });
  await bed.restore('--to', 'latest');
  expect(await readKnownRows(cluster)).toEqual(rows);
  expect(await cluster.value('SHOW cluster_name')).toBe('demo');
  const { body } = await member.ask('/cluster');
  expect(body).toMatchObject({ members: [{ name: 'n1', role: 'leader', state: 'running', timeline: 2 }] });
  expect(body).not.toHaveProperty('pause');
});
