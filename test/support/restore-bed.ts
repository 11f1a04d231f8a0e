import { setTimeout as delay } from 'node:timers/promises';
import { runBackup } from '../../src/engine/backup.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { readCatalogue } from '../../src/engine/info.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { runStanzaCreate } from '../../src/engine/stanza-create.ts';
import type { RestoreTarget } from '../../src/model/restore-target.ts';
import { formatLsn } from '../../src/model/wal.ts';
import { locateServer } from '../../src/postgres/locate-server.ts';
import type { Server } from '../../src/postgres/server.ts';
import { identifyProcess } from '../../src/process/process-identity.ts';
import type { RestoreDependencies } from '../../src/recovery/apply/restore-context.ts';
import { clusterStepNames } from '../../src/recovery/patroni/cluster-steps.ts';
import {
  type RestoreMode,
  type RestorePlan,
  restoreStepNames,
  type RestoreStepName,
} from '../../src/recovery/restore-plan.ts';
import type { Journal } from '../../src/store/journal.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { createCluster, type ClusterRequest, type TestCluster } from './cluster.ts';
import { engineUnderTest } from './engines.ts';
import { nodeOf } from './postgres-node.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';

/** A cluster that archives into a repository, with one full set and known rows: what a restore needs. */
export interface RestoreBed extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly cluster: TestCluster;
  readonly engine: Engine;
  readonly server: Server;
  readonly label: string;
  readonly stateDirectory: string;
  readonly repository: string;
  /** Inserts a row, committed. */
  insert(id: number): Promise<void>;
  /** Ids in the table, in order, of the server that listens on the cluster's port (or another). */
  rows(): Promise<number[]>;
  /** The server's clock, microseconds since 1970, with some distance to the commits before and after. */
  mark(): Promise<bigint>;
  openJournal(): Journal;
  plan(request: PlanRequest): Promise<RestorePlan>;
  dependencies(journal: Journal, change?: Partial<RestoreDependencies>): RestoreDependencies;
}

export interface PlanRequest {
  readonly mode: RestoreMode;
  readonly target: RestoreTarget;
  readonly timeline?: number;
  readonly into?: { readonly directory: string; readonly port: number };
  readonly tablespaces?: RestorePlan['tablespaces'];
}

/** Ready to be restored: rows 1 to 3 are in the table, row 1 is older than the set. */
export async function createRestoreBed(request: ClusterRequest = {}): Promise<RestoreBed> {
  const sandbox = request.sandbox ?? (await createSandbox('restore'));
  try {
    return await buildBed(sandbox, request);
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

async function buildBed(sandbox: Sandbox, request: ClusterRequest): Promise<RestoreBed> {
  const binary = engineUnderTest();
  const configFile = sandbox.file('pgbackrest.conf');
  const includeDirectory = sandbox.directory('conf.d');
  const repository = sandbox.directory('repository');
  const archiveCommand = `${binary} --config=${configFile} --config-include-path=${includeDirectory} --stanza=main archive-push %p`;
  const cluster = await createCluster({
    ...request,
    sandbox,
    settings: { archive_mode: 'on', archive_command: archiveCommand, ...request.settings },
  });
  sandbox.write('pgbackrest.conf', renderConf(sandbox, cluster, repository));
  const engine = await openEngine(
    {
      binary,
      configFile,
      includeDirectory,
      logDirectory: sandbox.directory('log'),
      lockDirectory: sandbox.directory('lock'),
      spoolDirectory: sandbox.directory('spool'),
      user: sandbox.owner.name,
    },
    { path: '/usr/bin:/bin', runAs: sandbox.runAs },
  );
  await runStanzaCreate(engine, 'main');
  await cluster.sql('CREATE TABLE known (id integer PRIMARY KEY); INSERT INTO known VALUES (1);');
  const { label } = await runBackup(engine, {
    stanza: 'main',
    repositoryKey: 1,
    type: 'full',
    annotations: {},
  });
  const currentUid = process.getuid?.() ?? 0;
  const server = await locateServer(
    nodeOf(cluster, { socketPath: cluster.socketDirectory, osUser: 'postgres' }),
    { path: '/usr/bin:/bin', currentUid },
  );
  const bed: RestoreBed = {
    sandbox,
    cluster,
    engine,
    server,
    label,
    stateDirectory: sandbox.file('state'),
    repository,
    insert: async (id) => void (await cluster.sql(`INSERT INTO known VALUES (${id})`)),
    rows: async () => (await cluster.sql('SELECT id FROM known ORDER BY id')).map((row) => Number(row['id'])),
    async mark() {
      await delay(60);
      const micros = await cluster.value(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS t',
      );
      await delay(60);
      return BigInt(micros);
    },
    openJournal: () => openJournal(sandbox.file('state'), { owner: sandbox.owner, now: () => Date.now() }),
    plan: (asked) => makePlan(bed, asked),
    dependencies: (journal, change) => ({
      engine,
      journal,
      server,
      actor: { user: 'test', host: 'here', via: 'cli' },
      cause: 'holdfast restore',
      process: identifyProcess(process.pid),
      currentUid,
      now: () => Date.now(),
      sleep: (milliseconds) => delay(milliseconds),
      limits: { pollMs: 100, archiveMs: 20_000 },
      ...change,
    }),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
  await bed.insert(2);
  await bed.insert(3);
  return bed;
}

function renderConf(sandbox: Sandbox, cluster: TestCluster, repository: string): string {
  return [
    '[global]',
    `repo1-path=${repository}`,
    'repo1-retention-full=9',
    `log-path=${sandbox.directory('log')}`,
    `lock-path=${sandbox.directory('lock')}`,
    `spool-path=${sandbox.directory('spool')}`,
    'log-level-file=off',
    'start-fast=y',
    'process-max=2',
    'compress-type=lz4',
    '[main]',
    `pg1-path=${cluster.dataDirectory}`,
    `pg1-port=${cluster.port}`,
    `pg1-socket-path=${cluster.socketDirectory}`,
    'pg1-user=postgres',
    '',
  ].join('\n');
}

let plans = 0;

/** A plan by hand, so that applying is tested apart from planning. */
async function makePlan(bed: RestoreBed, request: PlanRequest): Promise<RestorePlan> {
  const catalogue = await readCatalogue(bed.engine, 'main');
  const set = catalogue.sets.find((one) => one.label === bed.label);
  if (set?.archiveStart === undefined || set.archiveStop === undefined) throw new Error('no set');
  const { mode, target } = request;
  const running = bed.cluster.isRunning();
  plans += 1;
  const id = `restore-20261120T103000Z-${process.pid.toString(16)}${plans.toString(16).padStart(4, '0')}`;
  const data = request.into?.directory ?? bed.cluster.dataDirectory;
  return {
    planVersion: 1,
    id,
    createdAt: new Date().toISOString(),
    stanza: 'main',
    mode,
    target: { target, ...engineTarget(target), timeline: request.timeline ?? 1 },
    repository: { name: 'local', key: 1 },
    set: {
      label: set.label,
      type: set.type,
      stopTime: set.stopTime,
      archiveStart: set.archiveStart,
      archiveStop: set.archiveStop,
      archiveId: `${bed.server.major}-1`,
    },
    reasons: [],
    wal: {
      first: set.archiveStart,
      last: undefined,
      segmentCount: 0,
      storedBytes: 0,
      missing: [],
      localOnly: [],
      lastCommitTime: undefined,
    },
    bytes: { cluster: set.size, download: set.repositorySize },
    disk: [],
    versions: { engine: bed.engine.version.text, postgres: String(bed.server.major), installed: undefined },
    parameters: [],
    tablespaces: request.tablespaces ?? [],
    links: [],
    server: {
      running,
      pid: bed.cluster.pid(),
      control: 'pg_ctl',
      unit: undefined,
      binDirectory: bed.server.binDirectory,
      port: request.into?.port ?? bed.cluster.port,
      socketDirectory: bed.cluster.socketDirectory,
      configFile: undefined,
    },
    patroni: undefined,
    directories: {
      data,
      aside: mode === 'into' ? undefined : `${data}.holdfast-${id}`,
      salvage: mode === 'into' ? undefined : `${data}.holdfast-wal-${id}`,
    },
    owner: bed.sandbox.owner,
    steps: restoreStepNames
      .filter((name) => !isClusterStep(name) && isNeeded(name, mode, running))
      .map((name) => ({ name, title: name, commands: [] })),
    undo: [],
    refusals: [],
    warnings: [],
  };
}

/** Only where Patroni manages the server: test/patroni/. */
function isClusterStep(name: RestoreStepName): boolean {
  return clusterStepNames.some((one) => one === name);
}

function isNeeded(name: RestoreStepName, mode: RestoreMode, running: boolean): boolean {
  if (name === 'flush-wal' || name === 'stop-server') return mode !== 'into' && running;
  if (name === 'salvage-wal' || name === 'move-aside') return mode !== 'into';
  return name !== 'hand-over';
}

function engineTarget(target: RestoreTarget): Pick<RestorePlan['target'], 'type' | 'value' | 'description'> {
  switch (target.kind) {
    case 'latest':
      return { type: 'default', value: undefined, description: 'latest' };
    case 'immediate':
      return { type: 'immediate', value: undefined, description: 'immediate' };
    case 'time': {
      const iso = new Date(Number(target.microseconds / 1000n)).toISOString();
      const digits = (target.microseconds % 1_000_000n).toString().padStart(6, '0');
      const value = `${iso.slice(0, 19).replace('T', ' ')}.${digits}+00`;
      return { type: 'time', value, description: value };
    }
    case 'xid':
      return { type: 'xid', value: String(target.xid), description: `xid ${target.xid}` };
    case 'lsn':
      return { type: 'lsn', value: formatLsn(target.lsn), description: `lsn ${formatLsn(target.lsn)}` };
    case 'name':
      return { type: 'name', value: target.name, description: `restore point ${target.name}` };
  }
}

/** A time target out of microseconds. */
export function timeTarget(microseconds: bigint): RestoreTarget {
  return { kind: 'time', microseconds, given: String(microseconds), zone: 'UTC' };
}
