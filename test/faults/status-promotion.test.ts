import { utimesSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterAt, type TestCluster } from '../support/cluster.ts';
import { appendKnownRows, archiveWal, createKnownRows } from '../support/data.ts';
import { createFakeTime, type FakeTime } from '../support/fake-time.ts';
import { listFiles } from '../support/hash-tree.ts';
import { waitUntil } from '../support/wait-until.ts';
import { createStatusBed, type StatusBed } from './status-bed.ts';

/*
 * A standby is promoted while a daemon watches: first as it should be, the former primary being down; then that one is
 * started again, and both archive into one place.
 */
let bed: StatusBed;
let standby: TestCluster;
let ours: FakeTime;

beforeAll(async () => {
  bed = await createStatusBed({
    name: 'hf-status-promoted',
    serve: ({ sandbox }) => {
      ours = createFakeTime(sandbox, 'holdfast');
      return { env: ours.env };
    },
  });
  await createKnownRows(bed.cluster, 10);
  standby = await makeStandby();
});
afterAll(async () => {
  await standby?.[Symbol.asyncDispose]();
  await bed?.[Symbol.asyncDispose]();
});

/** A copy of the stopped primary that streams from it. */
async function makeStandby(): Promise<TestCluster> {
  const { cluster, sandbox } = bed;
  const dataDirectory = sandbox.file('standby', 'data');
  const socketDirectory = sandbox.directory('standby/run');
  const port = await sandbox.port();
  await cluster.stop();
  await sandbox.mustRun('cp', ['-a', cluster.dataDirectory, dataDirectory]);
  await cluster.start();
  const settings = [
    `port = ${port}`,
    `unix_socket_directories = '${socketDirectory}'`,
    `primary_conninfo = 'host=${cluster.socketDirectory} port=${cluster.port} user=postgres'`,
  ];
  await sandbox.mustRun('sh', ['-c', `cat >>"$0"`, `${dataDirectory}/postgresql.conf`], {
    input: `${settings.join('\n')}\n`,
  });
  sandbox.write('standby/data/standby.signal', '');
  const { binaries } = cluster;
  const logFile = sandbox.file('standby', 'server.log');
  const copy = clusterAt({
    name: 'standby',
    sandbox,
    binaries,
    dataDirectory,
    socketDirectory,
    port,
    logFile,
  });
  await copy.start();
  return copy;
}

const never = /^(?:foreign|wal-hole|wal-duplicate|no-usable-set|set-unusable|wrong-cluster)/;

async function rules(): Promise<readonly string[]> {
  return (await bed.health()).findings.map(({ rule }) => rule);
}

/** As an administrator does after a failover: the node of this host is the other one now. The daemon does not know yet. */
async function pointTo({ dataDirectory, port, socketDirectory, binaries }: TestCluster): Promise<void> {
  const node = { path: dataDirectory, port, socket: socketDirectory, bin: binaries.directory };
  bed.configure({ postgres: [node] }, bed.fileKeys);
  await bed.mustRun(['setup', '--yes', '--restart', '--no-backup']);
}

describe('a standby that is promoted', () => {
  it('is production as soon as it is seen, and nothing of it is called foreign', async () => {
    const { cluster, sandbox } = bed;
    await appendKnownRows(cluster, 10);
    await archiveWal(cluster);
    await cluster.stop();
    const promote = ['promote', '-w', '-D', standby.dataDirectory];
    await sandbox.mustRun(`${cluster.binaries.directory}/pg_ctl`, promote);
    await bed.expectFinding('primary-unknown');
    // Its timeline comes into the archive before the daemon knows of the new primary.
    await pointTo(standby);
    await appendKnownRows(standby, 10);
    await archiveWal(standby);
    expect((await rules()).filter((rule) => never.test(rule))).toEqual([]);
    await bed.mustRun(['reload']);
    await bed.expectEnded('primary-unknown');
    await waitUntil('windows follow timeline 2', async () => (await followed()) === 2);
    await waitUntil('all is well', async () => (await bed.health()).status === 'healthy');
  }, 300_000);
});

describe('a former primary that is started again', () => {
  it('is told as the second of two as long as its WAL comes, and nothing is called foreign', async () => {
    const { cluster } = bed;
    await cluster.start();
    // Its own host has a pgbackrest.conf of its own.
    const command = (await cluster.value('SHOW archive_command')).replace(
      'archive-push',
      `--pg1-path=${cluster.dataDirectory} archive-push`,
    );
    await cluster.sql(
      `ALTER SYSTEM SET archive_command = '${command.replaceAll("'", "''")}'; SELECT pg_reload_conf()`,
    );
    await appendKnownRows(cluster, 10);
    const segments = [await archiveWal(cluster), await archiveWal(cluster)];
    // What comes within a minute may be leftovers of a server that has only come back: this one went on for two.
    expect((await rules()).filter((rule) => never.test(rule))).toEqual([]);
    age(segments, 120);
    const seen = await bed.expectFinding('two-primaries');
    expect(seen).toMatchObject({ severity: 'critical', subject: expect.stringContaining('timeline 1') });
    expect((await rules()).filter((rule) => never.test(rule))).toEqual([]);
    await cluster.stop('immediate');
    // An hour later nothing of it has come.
    ours.set(4000);
    await bed.expectEnded('two-primaries');
  }, 300_000);
});

/** Lets segments have come into the repository so many seconds later. */
function age(segments: readonly string[], seconds: number): void {
  const root = `${bed.configuration.repository('local')}/archive/main`;
  const at = Date.now() / 1000 + seconds;
  for (const path of listFiles(root))
    if (segments.some((segment) => path.includes(`/${segment}-`))) utimesSync(path, at, at);
}

async function followed(): Promise<number | undefined> {
  const { stdout } = await bed.mustRun(['windows', '--json']);
  const { repositories } = JSON.parse(stdout) as {
    repositories: readonly { followed?: { timeline: number } }[];
  };
  return repositories[0]?.followed?.timeline;
}
