import { readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inspectServer } from '../../src/postgres/inspect-server.ts';
import { locateServer } from '../../src/postgres/locate-server.ts';
import { queryRow } from '../../src/postgres/query.ts';
import { readControlData } from '../../src/postgres/read-control-data.ts';
import { prepareScratch, scratchSocketDirectory } from '../../src/postgres/scratch-config.ts';
import { readSettings } from '../../src/postgres/settings.ts';
import { startServer } from '../../src/postgres/start-server.ts';
import { stopServer } from '../../src/postgres/stop-server.ts';
import { createCluster } from '../support/cluster.ts';
import { nodeOf } from '../support/postgres-node.ts';

const archiving = { archive_mode: 'on', archive_command: 'touch /dev/null', max_connections: '40' };

it.each(['copy', 'x'.repeat(90)])('a copy starts beside production and never archives (%s)', async (name) => {
  await using production = await createCluster({ name: 'prod', settings: archiving });
  const server = await locateServer(nodeOf(production), {
    path: '/usr/bin',
    currentUid: process.getuid?.() ?? -1,
  });
  // ALTER SYSTEM is what a plain configuration file of ours would lose against.
  await production.sql(
    `ALTER SYSTEM SET archive_command = 'echo archived >> ${production.sandbox.path}/leak'`,
  );
  await production.sql(
    `ALTER SYSTEM SET listen_addresses = '*'; ALTER SYSTEM SET synchronous_standby_names = 'gone'`,
  );
  await production.sql('SET synchronous_commit = local; CREATE TABLE t AS SELECT 1 AS n');
  const dataDirectory = production.sandbox.file(name);
  await production.stop();
  await production.sandbox.mustRun('cp', ['-a', production.dataDirectory, dataDirectory]);
  await production.start();

  const control = await readControlData(server, dataDirectory);
  const port = await production.sandbox.port();
  await prepareScratch(server, { dataDirectory, port, control });
  const copy = await prepareScratch(server, { dataDirectory, port, control });
  const autoConf = readFileSync(`${dataDirectory}/postgresql.auto.conf`, 'utf8');
  expect(autoConf.match(/^archive_mode/gm)).toHaveLength(1);
  expect(copy.socketDirectory).toBe(scratchSocketDirectory(dataDirectory, port));
  production.sandbox.defer(() => {
    if (!copy.socketDirectory.startsWith(dataDirectory))
      return production.sandbox.run('rmdir', [copy.socketDirectory]).then(() => {});
    return undefined;
  });

  // Once as Holdfast starts it, and once as somebody would who knows nothing of Holdfast.
  for (const way of ['holdfast', 'plain']) {
    if (way === 'holdfast') await startServer(copy, { timeoutMs: 30_000 });
    else await production.start({ dataDirectory });
    try {
      expect(await inspectServer(copy)).toMatchObject({ accepting: true, port });
      const settings = await readSettings(copy, [
        'archive_mode',
        'archive_command',
        'listen_addresses',
        'max_connections',
      ]);
      expect(Object.fromEntries([...settings].map(([key, { value }]) => [key, value]))).toEqual({
        archive_mode: 'off',
        archive_command: '(disabled)',
        listen_addresses: '',
        max_connections: '40',
      });
      expect(await queryRow(copy, 'SELECT n FROM public.t')).toEqual({ n: 1 });
      // A commit would hang if production's synchronous_standby_names still held.
      expect(await queryRow(copy, 'SELECT (pg_current_xact_id() IS NOT NULL) AS written')).toEqual({
        written: true,
      });
      expect(statSync(copy.socketDirectory).mode & 0o777).toBe(0o700);
    } finally {
      await stopServer(copy, { timeoutMs: 30_000 });
    }
  }
  expect(await inspectServer(server)).toMatchObject({ running: true, accepting: true });
});
