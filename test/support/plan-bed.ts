import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCopySettings } from '../../src/config/schema/copies.ts';
import { defaultDeploySettings } from '../../src/config/schema/deploy/deploy.ts';
import { defaultJobSettings, defaultWatchSettings } from '../../src/config/schema/file.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { runBackup } from '../../src/engine/backup.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { runStanzaCreate } from '../../src/engine/stanza-create.ts';
import type { Repository } from '../../src/model/repository.ts';
import { wholeSegmentOf } from '../../src/model/wal.ts';
import { observeRestore } from '../../src/recovery/plan/observe-restore.ts';
import { planRestore } from '../../src/recovery/plan/plan-restore.ts';
import type { RestoreRequest } from '../../src/recovery/plan/restore-request.ts';
import { parseRestoreTarget } from '../../src/recovery/parse-target.ts';
import type { RestorePlan } from '../../src/recovery/restore-plan.ts';
import { createCluster, type ClusterRequest, type TestCluster } from './cluster.ts';
import { engineUnderTest } from './engines.ts';
import { nodeOf } from './postgres-node.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';
import { forArchiving, waitUntil } from './wait-until.ts';

export interface PlanOptions {
  readonly setLabel?: string;
  readonly repositoryName?: string;
  readonly into?: string;
  readonly delta?: boolean;
  readonly timeline?: number;
  readonly port?: number;
  readonly unfinishedRestore?: string;
}

/** A cluster that archives into two repositories: `local` (gz) and `offsite` (encrypted). */
export interface PlanBed extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly cluster: TestCluster;
  readonly engine: Engine;
  readonly configuration: Configuration;
  /** Takes a backup and gives its label. */
  backup(repositoryKey: number, type: 'full' | 'incr'): Promise<string>;
  /** Runs one statement and gives its transaction id and the time of its commit, microseconds since 1970. */
  commit(statement: string): Promise<{ readonly xid: bigint; readonly after: bigint }>;
  /** Ends the segment and waits until everything is archived. */
  flush(): Promise<void>;
  /** Removes an archived segment. @throws Error when it is not there */
  removeSegment(repositoryKey: number, name: string): void;
  /** Gives the encrypted repository this passphrase in the engine's configuration. */
  setPassphrase(text: string): void;
  plan(to: string, options?: PlanOptions): Promise<RestorePlan>;
}

/** Of the encrypted repository. */
export const passphrase = 'a passphrase of this test';

/** @param compress `compress-type` of both repositories */
export async function createPlanBed(
  request: ClusterRequest = {},
  compress: 'gz' | 'lz4' | 'zst' | 'none' = 'gz',
): Promise<PlanBed> {
  const sandbox = await createSandbox('plan');
  try {
    return await buildBed(sandbox, request, compress);
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

async function buildBed(sandbox: Sandbox, request: ClusterRequest, compress: string): Promise<PlanBed> {
  const binary = engineUnderTest();
  const settings = {
    binary,
    configFile: sandbox.file('pgbackrest.conf'),
    includeDirectory: sandbox.directory('conf.d'),
    logDirectory: sandbox.directory('log'),
    lockDirectory: sandbox.directory('lock'),
    spoolDirectory: sandbox.directory('spool'),
    user: sandbox.owner.name,
  };
  const archive = `${binary} --config=${settings.configFile} --config-include-path=${settings.includeDirectory} --stanza=main archive-push %p`;
  const cluster = await createCluster({
    walSegmentMegabytes: 1,
    ...request,
    sandbox,
    settings: {
      archive_mode: 'on',
      archive_command: archive,
      max_prepared_transactions: '5',
      // Old segments stay in pg_wal, so that what a salvage can fill is known.
      wal_keep_size: '256MB',
      ...request.settings,
    },
  });
  const setPassphrase = (text: string): void =>
    void sandbox.write('pgbackrest.conf', conf(sandbox, cluster, { cipherPass: text, compress }));
  setPassphrase(passphrase);
  const engine = await openEngine(settings, { path: '/usr/bin:/bin', runAs: sandbox.runAs });
  await runStanzaCreate(engine, 'main');
  const configuration = describe(sandbox, cluster, settings);
  const flush = async (): Promise<void> => {
    const name = await cluster.value('SELECT pg_walfile_name(pg_create_restore_point($$flush$$) - 1)');
    await cluster.sql('SELECT pg_switch_wal()');
    await waitUntil(
      `${name} is archived`,
      () => [1, 2].every((key) => findStored(sandbox, key, name) !== undefined),
      forArchiving,
    );
  };
  return {
    sandbox,
    cluster,
    engine,
    configuration,
    flush,
    setPassphrase,
    async backup(repositoryKey, type) {
      const { label } = await runBackup(engine, { stanza: 'main', repositoryKey, type, annotations: {} });
      return label;
    },
    async commit(statement) {
      const row = await cluster.sql(`BEGIN; ${statement}; SELECT pg_current_xact_id()::text AS xid; COMMIT;`);
      const micros = await cluster.value('SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint');
      return { xid: BigInt(row[0]?.['xid'] ?? 0), after: BigInt(micros) };
    },
    removeSegment(repositoryKey, name) {
      const file = findStored(sandbox, repositoryKey, name);
      if (file === undefined) throw new Error(`${name} is not in repo${repositoryKey}`);
      rmSync(file);
    },
    async plan(to, options = {}) {
      const now = new Date();
      const { unfinishedRestore, ...asked } = options;
      const target = parseRestoreTarget(to, { now });
      const whole: RestoreRequest = { configuration, stanza: 'main', delta: false, ...asked, target };
      const currentUid = process.getuid?.() ?? 0;
      const deps = { engine, path: '/usr/bin:/bin', currentUid, unfinishedRestore };
      const opening = Promise.resolve(engine);
      const observations = await observeRestore({ ...deps, opening }, whole);
      return planRestore(whole, observations, { now, id: 'restore-20261120T103000Z-0001' });
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}

function findStored(sandbox: Sandbox, repositoryKey: number, name: string): string | undefined {
  const root = sandbox.file(`repo${repositoryKey}`, 'archive', 'main');
  const id = readdirSync(root).find((entry) => /^\d+-1$/.test(entry)) ?? '';
  const folder = join(root, id, name.slice(0, 16));
  try {
    const stored = readdirSync(folder).find((entry) => wholeSegmentOf(entry) === name);
    return stored && join(folder, stored);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function conf(
  sandbox: Sandbox,
  cluster: TestCluster,
  { cipherPass, compress }: { readonly cipherPass: string; readonly compress: string },
): string {
  return [
    '[global]',
    `repo1-path=${sandbox.directory('repo1')}`,
    'repo1-retention-full=9',
    `repo2-path=${sandbox.directory('repo2')}`,
    'repo2-cipher-type=aes-256-cbc',
    `repo2-cipher-pass=${cipherPass}`,
    'repo2-retention-full=9',
    `log-path=${sandbox.file('log')}`,
    `lock-path=${sandbox.file('lock')}`,
    `spool-path=${sandbox.file('spool')}`,
    'log-level-file=off',
    'start-fast=y',
    `compress-type=${compress}`,
    ...(compress === 'none' ? [] : ['compress-level=1']),
    '[main]',
    `pg1-path=${cluster.dataDirectory}`,
    `pg1-port=${cluster.port}`,
    `pg1-socket-path=${cluster.socketDirectory}`,
    'pg1-user=postgres',
    '',
  ].join('\n');
}

function describe(sandbox: Sandbox, cluster: TestCluster, engine: Configuration['engine']): Configuration {
  const node = nodeOf(cluster, { socketPath: cluster.socketDirectory, osUser: 'postgres' });
  const repository = (name: string, key: number): Repository => ({
    name,
    key,
    path: sandbox.file(`repo${key}`),
    access: { type: 'posix' },
    host: undefined,
    encryption: undefined,
    retention: { full: undefined, diff: undefined, archive: 'follow', history: undefined },
    bundle: undefined,
    block: undefined,
  });
  return {
    file: sandbox.file('holdfast.yaml'),
    stanzas: [
      {
        name: 'main',
        nodes: [node],
        patroni: undefined,
        repositories: [repository('local', 1), repository('offsite', 2)],
        schedule: [],
        blackouts: [],
        objectives: { rpo: undefined, rto: undefined, backupAge: undefined, drillAge: undefined },
        options: [],
      },
    ],
    engine,
    stateDirectory: sandbox.file('state'),
    options: [],
    tlsServer: undefined,
    notify: [],
    server: { listen: { host: '127.0.0.1', port: 7432 }, token: undefined },
    jobs: defaultJobSettings(),
    copies: { ...defaultCopySettings(), directory: '/var/lib/holdfast/copies' },
    deploy: defaultDeploySettings(),
    watch: defaultWatchSettings(),
  };
}
