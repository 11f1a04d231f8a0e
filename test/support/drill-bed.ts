import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfiguration } from '../../src/config/load.ts';
import { askForVersion, findEngine } from '../../src/engine/open-engine.ts';
import type { DrillCheck, DrillCheckResult, DrillReport } from '../../src/model/drill.ts';
import type { RestoreTarget } from '../../src/model/restore-target.ts';
import { startServer } from '../../src/postgres/start-server.ts';
import { stopServer } from '../../src/postgres/stop-server.ts';
import { identifyProcess } from '../../src/process/process-identity.ts';
import type { CopyDependencies } from '../../src/recovery/copy/copy-deps.ts';
import { dropCopy } from '../../src/recovery/copy/drop-copy.ts';
import { makeCopy, type MadeCopy, planCopy } from '../../src/recovery/copy/make-copy.ts';
import { runDrillChecks } from '../../src/recovery/drill/checks/run-drill-checks.ts';
import type { DrillCheckContext, DrillSettings } from '../../src/recovery/drill/drill-check.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { runSql } from './cluster.ts';
import type { ProtectedBed } from './protected-bed.ts';

/** A restored copy as a drill makes it, in this process. Disposing drops it. */
export interface DrillCopy extends AsyncDisposable {
  readonly made: MadeCopy;
  /** Runs statements on the copy; see `TestCluster.sql`. */
  sql(statements: string, database?: string): Promise<Record<string, string | null>[]>;
  /** The checks of a drill on it, in their order. */
  check(
    checks: readonly DrillCheck[],
    change?: Partial<Omit<DrillCheckContext, 'settings'>> & { readonly settings?: Partial<DrillSettings> },
  ): Promise<DrillCheckResult[]>;
  /** Writes garbage over the middle of a page of a table or index, while the server is down. */
  damage(relation: string, block: number, database?: string): Promise<void>;
  /** Stops it and starts it again. */
  restart(): Promise<void>;
}

/** Makes copies of a protected cluster and checks them as a drill does. Disposing closes the journal. */
export interface DrillBed extends Disposable {
  readonly deps: CopyDependencies;
  copy(target?: RestoreTarget, options?: { readonly pause?: boolean }): Promise<DrillCopy>;
}

export async function openDrillBed(bed: ProtectedBed): Promise<DrillBed> {
  const { configuration } = await loadConfiguration(bed.configuration.file, {
    readText: (path) => readFile(path, 'utf8'),
  });
  if (configuration === undefined) throw new Error('the configuration of the test is wrong');
  const { sandbox, cluster } = bed;
  const journal = openJournal(configuration.stateDirectory, { owner: sandbox.owner, now: () => Date.now() });
  const engine = await findEngine(configuration.engine, { path: '/usr/bin:/bin', runAs: sandbox.runAs });
  let runs = 0;
  const deps: CopyDependencies = {
    configuration,
    engine,
    opening: askForVersion(engine),
    journal,
    actor: { user: 'test', host: 'here', via: 'cli' },
    cause: 'holdfast drill',
    process: identifyProcess(process.pid),
    currentUid: process.getuid?.() ?? 0,
    path: '/usr/bin:/bin',
    host: 'here',
    newRunId: (kind) => {
      runs += 1;
      return `${kind}-20261121T080000Z-${(process.pid % 256).toString(16).padStart(2, '0')}${runs.toString(16).padStart(2, '0')}`;
    },
    now: () => Date.now(),
    sleep: (milliseconds) => delay(milliseconds),
  };
  const [stanza] = configuration.stanzas;
  if (stanza === undefined) throw new Error('no stanza');
  return {
    deps,
    async copy(target = { kind: 'latest' }, { pause } = {}) {
      const planned = await planCopy({ purpose: 'drill', stanza: stanza.name, target, pause }, deps);
      const made = await makeCopy(planned, deps);
      const place = { ...cluster, port: made.record.port, socketDirectory: made.record.socketDirectory };
      const sql: DrillCopy['sql'] = (statements, database) => runSql(place, statements, database);
      const stop = async (): Promise<unknown> => stopServer(made.server, { timeoutMs: 60_000 });
      const start = async (): Promise<unknown> => startServer(made.server, { timeoutMs: 60_000 });
      return {
        made,
        sql,
        check: (checks, { settings, ...change } = {}) =>
          runDrillChecks(
            {
              copy: made,
              production: planned.observations.cluster.server,
              stanza,
              journal,
              settings: { checks, queries: [], ...settings },
              previous: undefined,
              beganAt: Date.now(),
              now: () => Date.now(),
              signal: undefined,
              ...change,
            },
            () => {},
          ),
        async damage(relation, block, database) {
          const [row] = await sql(`CHECKPOINT; SELECT pg_relation_filepath('${relation}') AS path`, database);
          await stop();
          overwrite(`${made.record.dataDirectory}/${String(row?.['path'])}`, block);
          await start();
        },
        async restart() {
          await stop();
          await start();
        },
        [Symbol.asyncDispose]: () => dropCopy(made.record, deps),
      };
    },
    [Symbol.dispose]: () => journal[Symbol.dispose](),
  };
}

const pageBytes = 8192;

function overwrite(file: string, block: number): void {
  if (readFileSync(file).length < (block + 1) * pageBytes) throw new Error(`${file} has no block ${block}`);
  const handle = openSync(file, 'r+');
  try {
    writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, block * pageBytes + 2048);
  } finally {
    closeSync(handle);
  }
}

/** A report of an earlier drill that had these checks. */
export function earlierReport(checks: readonly DrillCheckResult[]): DrillReport {
  return {
    version: 1,
    id: 'drill-20261120T050000Z-0001',
    stanza: 'main',
    repository: 'local',
    set: { label: '', type: 'full', endedAt: '' },
    target: { asked: 'latest', resolved: 'latest', reached: null, timeline: 1 },
    host: 'here',
    engine: '',
    postgres: '',
    startedAt: '',
    endedAt: '',
    result: 'passed',
    problems: [],
    phases: [],
    checks: JSON.parse(JSON.stringify(checks)) as DrillCheckResult[],
    measured: {
      restoredBytes: null,
      restoreBytesPerSecond: null,
      walBytes: null,
      replayBytesPerSecond: null,
      rpoSeconds: null,
      copySeconds: null,
      rtoSeconds: null,
      rtoError: null,
    },
  };
}
