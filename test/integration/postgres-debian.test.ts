import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inspectServer } from '../../src/postgres/inspect-server.ts';
import { locateServer } from '../../src/postgres/locate-server.ts';
import { readConfiguredSetting } from '../../src/postgres/read-configured-setting.ts';
import { restartServer } from '../../src/postgres/restart-server.ts';
import { startCommand, startServer } from '../../src/postgres/start-server.ts';
import { stopServer } from '../../src/postgres/stop-server.ts';
import { runCommand } from '../../src/process/run-command.ts';
import type { PostgresNode } from '../../src/model/stanza.ts';
import { nodeAt } from '../support/postgres-node.ts';
import { createSandbox } from '../support/sandbox.ts';

it('a cluster of Debian is found by its data directory and controlled the Debian way', async () => {
  await using sandbox = await createSandbox('deb');
  const port = await sandbox.port();
  const version =
    readdirSync('/usr/lib/postgresql').toSorted((left, right) => Number(right) - Number(left))[0] ?? '';
  const name = sandbox.path.split('/').at(-1)?.replaceAll('-', '_') ?? 'hf';
  const path = sandbox.file('data');
  const socket = sandbox.directory('run');
  const create = [
    '--port',
    String(port),
    '--datadir',
    path,
    '--socketdir',
    socket,
    '--user',
    sandbox.owner.name,
  ];
  // With all groups of postgres: where there is Debian's own certificate, TLS is then on, and the start needs its key.
  const run = async (command: string, args: readonly string[]): Promise<void> => {
    const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' };
    const { code, stderr } = await runCommand({ command, args, env, runAs: sandbox.runAs });
    expect(code, stderr).toBe(0);
  };
  sandbox.defer(() => run('pg_dropcluster', ['--stop', version, name]));
  await run('pg_createcluster', [
    ...create,
    '--start-conf',
    'manual',
    version,
    name,
    '--',
    '--no-sync',
    '--auth=peer',
  ]);

  const node: PostgresNode = nodeAt(path, port, sandbox.owner.name);
  const server = await locateServer(node, { path: '/usr/bin', currentUid: process.getuid?.() ?? -1 });
  expect(server).toMatchObject({
    control: { kind: 'pg_ctlcluster', version, cluster: name },
    configFile: `/etc/postgresql/${version}/${name}/postgresql.conf`,
    socketDirectory: socket,
  });
  expect(startCommand(server)).toContain(`pg_ctlcluster ${version} ${name} start`);
  expect(await readConfiguredSetting(server, 'port')).toBe(String(port));

  expect((await startServer(server, { timeoutMs: 30_000 })).by).toBe('pg_ctlcluster');
  const before = await inspectServer(server);
  expect(before).toMatchObject({ running: true, accepting: true });
  await restartServer(server, { timeoutMs: 30_000 });
  expect((await inspectServer(server)).pid).not.toBe(before.pid);
  expect(await stopServer(server, { timeoutMs: 30_000 })).toEqual({ mode: 'fast', clean: true });

  // With options of one start pg_ctl does it, and still with the configuration that lies in /etc.
  const started = await startServer(server, { timeoutMs: 30_000, options: { work_mem: '7MB' } });
  expect(started).toMatchObject({ by: 'pg_ctl' });
  expect(await inspectServer(server)).toMatchObject({ accepting: true, port });
  expect(await stopServer(server, { timeoutMs: 30_000 })).toEqual({ mode: 'fast', clean: true });
});
