import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import {
  appendKnownRows,
  archiveWal,
  createKnownRows,
  loadPgbench,
  noteMoment,
  passSecond,
  readKnownRows,
} from '../support/data.ts';
import { engineUnderTest } from '../support/engines.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/**
 * The test bed itself: this pgBackRest and this PostgreSQL go together, without any Holdfast. When this fails, no
 * other failure of the same run means anything.
 */
describe('pgbackrest alone', () => {
  it('backs up with two processes, archives asynchronously and restores to a moment', async () => {
    await using sandbox = await createSandbox('plain');
    const engine = engineUnderTest();
    const conf = sandbox.file('pgbackrest.conf');
    const cluster = await createCluster({
      sandbox,
      settings: {
        archive_mode: 'on',
        archive_command: `${engine} --config=${conf} --stanza=demo archive-push %p`,
      },
    });
    sandbox.write('pgbackrest.conf', plainConf(sandbox, cluster));
    const pgbackrest = (...args: string[]) =>
      sandbox.mustRun(engine, [`--config=${conf}`, '--stanza=demo', ...args]);

    await pgbackrest('stanza-create');
    await pgbackrest('check');
    await loadPgbench(cluster);
    await createKnownRows(cluster, 100);
    await pgbackrest('--type=full', 'backup');
    await passSecond(cluster);
    const before = await appendKnownRows(cluster, 50);
    const moment = await noteMoment(cluster);
    await appendKnownRows(cluster, 25);
    await cluster.sql('DROP TABLE pgbench_accounts');
    for (let segment = 0; segment < 3; segment += 1) await archiveWal(cluster);
    await pgbackrest('--type=incr', 'backup');

    await cluster.stop();
    rmSync(cluster.dataDirectory, { recursive: true });
    await pgbackrest('--type=time', `--target=${moment.time}`, '--target-action=promote', 'restore');
    await cluster.start();
    expect(await readKnownRows(cluster)).toEqual(before);
    expect(await cluster.value('SELECT count(*) FROM pgbench_accounts')).toBe('100000');
  });
});

function plainConf(sandbox: Sandbox, cluster: TestCluster): string {
  return `[global]
repo1-path=${sandbox.directory('repository')}
repo1-retention-full=2
log-path=${sandbox.directory('log')}
lock-path=${sandbox.directory('lock')}
spool-path=${sandbox.directory('spool')}
process-max=2
archive-async=y
start-fast=y
compress-type=zst
compress-level=1
log-level-console=warn
log-level-file=detail

[demo]
pg1-path=${cluster.dataDirectory}
pg1-port=${cluster.port}
pg1-socket-path=${cluster.socketDirectory}
`;
}
