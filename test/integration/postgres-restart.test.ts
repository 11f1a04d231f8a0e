import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { locateServer } from '../../src/postgres/locate-server.ts';
import { restartServer } from '../../src/postgres/restart-server.ts';
import { createCluster } from '../support/cluster.ts';
import { nodeOf } from '../support/postgres-node.ts';

it('a server that was started with a relative data directory comes back after a restart', async () => {
  await using cluster = await createCluster({ name: 'relative', started: false });
  const { sandbox, dataDirectory } = cluster;
  const deps = { path: '/usr/bin:/bin', currentUid: process.getuid?.() ?? -1 };
  const server = await locateServer(nodeOf(cluster), deps);
  const options = ['-o', '-c work_mem=7MB', '-w', '-l', sandbox.file('server.log')];
  const start = ['-D', basename(dataDirectory), ...options, 'start'];
  await sandbox.mustRun(join(server.binDirectory, 'pg_ctl'), start, { cwd: dirname(dataDirectory) });
  await restartServer(server, { timeoutMs: 30_000 });
  expect(await cluster.value('SHOW work_mem')).toBe('7MB');
});
