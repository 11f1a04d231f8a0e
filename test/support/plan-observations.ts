import { defaultCopySettings } from '../../src/config/schema/copies.ts';
import { defaultDeploySettings } from '../../src/config/schema/deploy/deploy.ts';
import { defaultJobSettings, defaultWatchSettings } from '../../src/config/schema/file.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import type { BackupSet } from '../../src/model/backup-set.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { RestoreTarget } from '../../src/model/restore-target.ts';
import { gatherEvidence } from '../../src/recovery/plan/gather-evidence.ts';
import type { ClusterObservation, RestoreObservations } from '../../src/recovery/plan/observations.ts';
import { planRestore } from '../../src/recovery/plan/plan-restore.ts';
import type { RestoreRequest } from '../../src/recovery/plan/restore-request.ts';
import type { RestorePlan } from '../../src/recovery/restore-plan.ts';
import { buildLedger, hasSegment, listStretches } from '../../src/recovery/wal/ledger.ts';
import { buildChain, timelineOfSegment } from '../../src/recovery/wal/timeline-chain.ts';
import { backupSet } from './backup-set.ts';
import { nodeAt } from './postgres-node.ts';
import { synthesizeSegment, syntheticName, syntheticSegmentSize } from './synthetic-wal.ts';

/** A history in whole minutes: segment n holds one commit, at minute n, with xid 1000 + n. */
export interface SyntheticHistory {
  /** Segments from 1 to this. */
  readonly length: number;
  readonly missing: readonly number[];
  /** Sets: they begin in a segment and end in another, half a minute after its commit. */
  readonly sets: readonly { readonly first: number; readonly last: number; readonly error?: boolean }[];
}

export const minute = 60_000_000n;
/** Minute 0, microseconds since 1970. */
export const origin = 1_790_000_040_000_000n;

/** When the commit of segment n was made. */
export function commitTime(segment: number): bigint {
  return origin + BigInt(segment) * minute;
}

export function syntheticLabel(index: number): string {
  return `20260101-0000${String(index).padStart(2, '0')}F`;
}

/** Observes a made-up history through the real search and plans. `change` replaces observations. */
export async function planSynthetic(
  history: SyntheticHistory,
  target: RestoreTarget,
  change: {
    readonly request?: Partial<RestoreRequest>;
    readonly observations?: Partial<RestoreObservations>;
    readonly cluster?: Partial<ClusterObservation>;
    /** The WAL of the repository is listed, and this is what looking into it came to. */
    readonly unreadable?: Failure;
  } = {},
): Promise<RestorePlan> {
  const request: RestoreRequest = { configuration, stanza: 'main', delta: false, target, ...change.request };
  const observations = await observeSynthetic(history, request);
  const whole = {
    ...observations,
    ...change.observations,
    ...(change.unreadable && {
      repositories: observations.repositories.map((one) => ({
        ...one,
        failure: change.unreadable,
        evidence: undefined,
      })),
    }),
    cluster: { ...observations.cluster, ...change.cluster },
  };
  const now = new Date(Number(commitTime(history.length + 60) / 1000n));
  return planRestore(request, whole, { now, id: 'restore-x' });
}

async function observeSynthetic(
  history: SyntheticHistory,
  request: RestoreRequest,
): Promise<RestoreObservations> {
  const present = Array.from({ length: history.length }, (_, index) => index + 1).filter(
    (number) => !history.missing.includes(number),
  );
  const entries = present.map((number) => {
    const name = syntheticName(1, BigInt(number));
    const time = Number(commitTime(number) / 1_000_000n) + 1;
    return { name: `${name.slice(0, 16)}/${name}-${'a'.repeat(40)}.gz`, size: 100, time };
  });
  const ledger = buildLedger(entries, syntheticSegmentSize);
  const chain = buildChain(1, [], syntheticSegmentSize);
  const listed = {
    name: 'local',
    key: 1,
    status: { key: 1, cipher: 'none', code: 0, message: 'ok' },
    failure: undefined,
    archiveId: '15-1',
    databaseId: 1,
    sets: history.sets.map(makeSet),
    ledger,
    chain,
    stretches: listStretches(ledger, chain),
    canFlush: false,
  } as const;
  const readerFor =
    (along: typeof chain) =>
    (number: bigint): Promise<{ bytes: Buffer; torn: boolean } | undefined> => {
      const timeline = timelineOfSegment(along, number);
      if (!hasSegment(ledger, syntheticName(timeline, number))) return Promise.resolve(undefined);
      const records = [{ time: commitTime(Number(number)), xid: 1000 + Number(number) }];
      return Promise.resolve({ bytes: synthesizeSegment(timeline, number, records), torn: false });
    };
  const evidence = await gatherEvidence(listed, request, { ledger, chain, readerFor });
  return {
    engine,
    catalogue,
    cluster,
    timeline: { timeline: 1, source: 'control file' },
    repositories: [{ ...listed, evidence }],
    setDetail: { label: syntheticLabel(0), repositoryKey: 1, tablespaces: [], links: [] },
    destination: {
      path: '/copy',
      exists: false,
      entries: 0,
      parentWritable: true,
      ownerCanEnter: true,
      realPath: '/copy',
      productionRealPath: '/data',
      port: 5433,
      portFree: true,
    },
    disks: [{ path: '/data', device: 1, availableBytes: 1e12 }],
    patroni: undefined,
    samples: [],
    unfinishedRestore: undefined,
  };
}

function makeSet(set: SyntheticHistory['sets'][number], index: number): BackupSet {
  const stop = commitTime(set.last) + minute / 2n;
  return backupSet({
    label: syntheticLabel(index),
    startTime: Number(commitTime(set.first) / 1_000_000n),
    stopTime: Number(stop / 1_000_000n),
    startLsn: BigInt(set.first * syntheticSegmentSize + 4096),
    stopLsn: BigInt(set.last * syntheticSegmentSize + 8000),
    archiveStart: syntheticName(1, BigInt(set.first)),
    archiveStop: syntheticName(1, BigInt(set.last)),
    size: 1000,
    deltaSize: 1000,
    repositorySize: 500,
    repositoryDeltaSize: 500,
    error: set.error ?? false,
  });
}

const owner = { name: 'postgres', uid: 101, gid: 104, home: '/var/lib/postgresql' };
const settings = {
  binary: 'pgbackrest',
  configFile: '/etc/pgbackrest/pgbackrest.conf',
  includeDirectory: '/etc/pgbackrest/conf.d',
  logDirectory: '/var/log/pgbackrest',
  lockDirectory: '/run/pgbackrest',
  spoolDirectory: '/var/spool/pgbackrest',
  user: 'postgres',
};

const engine: RestoreObservations['engine'] = {
  settings,
  binary: '/usr/bin/pgbackrest',
  version: { text: '2.45', major: 2, minor: 45, patch: 0 },
  runAs: undefined,
};

const catalogue: RestoreObservations['catalogue'] = {
  stanza: 'main',
  code: 0,
  message: 'ok',
  repositories: [],
  databases: [{ repositoryKey: 1, databaseId: 1, systemIdentifier: 7n, version: '15' }],
  sets: [],
  archives: [],
  backupRunning: false,
};

const cluster: ClusterObservation = {
  server: {
    node: nodeAt('/data', 5432, 'postgres'),
    major: 15,
    binDirectory: '/usr/lib/postgresql/15/bin',
    psql: '/usr/bin/psql',
    runAs: undefined,
    owner,
    control: { kind: 'pg_ctl' },
    socketDirectory: '/run/postgresql',
    configFile: undefined,
  },
  state: { running: false, accepting: false },
  control: undefined,
  directory: 'cluster',
  stalePidFile: false,
  standbySignal: false,
  isMountPoint: false,
  parentWritable: true,
  localWal: {
    directory: '/data/pg_wal',
    segments: [],
    historyTexts: {},
    segmentSize: undefined,
    problem: undefined,
  },
  tablespaces: [],
  links: [],
  configured: {},
  installed: '15.18',
};

const configuration: Configuration = {
  file: '/etc/holdfast.yaml',
  stanzas: [],
  engine: settings,
  stateDirectory: '/var/lib/holdfast',
  options: [],
  tlsServer: undefined,
  notify: [],
  server: { listen: { host: '127.0.0.1', port: 7432 }, token: undefined },
  jobs: defaultJobSettings(),
  copies: { ...defaultCopySettings(), directory: '/var/lib/holdfast/copies' },
  deploy: defaultDeploySettings(),
  watch: defaultWatchSettings(),
};
