import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfiguration } from '../../src/config/load.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import type { DrillReport } from '../../src/model/drill.ts';
import { reportDrill, type ReportDrillDeps, type WrittenReport } from '../../src/report/report-drill.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import type { Journal } from '../../src/store/journal.ts';

export const drillDay = Date.UTC(2026, 10, 20, 5);

/** A report of a drill; the number makes id, times and measurements. */
export function drillReport(number: number, change: Partial<DrillReport> = {}): DrillReport {
  const begun = drillDay + number * 86_400_000;
  return {
    version: 1,
    id: `drill-2026112${number}T050000Z-000${number}`,
    stanza: 'main',
    repository: 'local',
    set: { label: '20261119-010000F', type: 'full', endedAt: '2026-11-19T01:05:00.000Z' },
    target: {
      asked: 'latest',
      resolved: 'the end of the archive',
      reached: new Date(begun - 60_000).toISOString(),
      timeline: 1,
    },
    host: 'pg1',
    engine: '2.60.0',
    postgres: '15.19',
    startedAt: new Date(begun).toISOString(),
    endedAt: new Date(begun + 95_000).toISOString(),
    result: 'passed',
    problems: [],
    phases: [
      { phase: 'plan', elapsedMs: 800 },
      { phase: 'restore', elapsedMs: 40_000 + number * 1000 },
      { phase: 'start', elapsedMs: 900 },
      { phase: 'recover', elapsedMs: 21_000 },
      { phase: 'promote', elapsedMs: 700 },
      { phase: 'checks', elapsedMs: 30_000 },
      { phase: 'tear-down', elapsedMs: 600 },
    ],
    checks: [
      { check: 'target', result: 'passed', detail: 'reached on timeline 1', elapsedMs: 3, facts: {} },
      { check: 'amcheck', result: 'not-done', detail: 'there is no pg_amcheck', elapsedMs: 1, facts: {} },
      { check: 'read', result: 'passed', detail: '3 databases were dumped', elapsedMs: 20_000, facts: {} },
    ],
    measured: {
      restoredBytes: 3_000_000_000,
      restoreBytesPerSecond: 75_000_000 - number * 5_000_000,
      walBytes: 500_000_000,
      replayBytesPerSecond: 24_000_000,
      rpoSeconds: 41,
      copySeconds: 63,
      rtoSeconds: 80 + number,
      rtoError: 0.12,
    },
    ...change,
  };
}

/** A state directory of its own with a journal; drills are written down in it, no server is needed. */
export interface ReportBed extends Disposable {
  readonly stateDirectory: string;
  readonly configuration: Configuration;
  readonly deps: ReportDrillDeps;
  /** holdfast.yaml. */
  readonly yaml: string;
  journal: Journal;
  write(report: DrillReport): Promise<WrittenReport>;
  /** Another process: the journal is opened anew. */
  reopen(): void;
}

export function createReportBed(): ReportBed {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'hf-reports-'));
  const yaml = `
stanzas:
  main:
    postgres: [{ path: /var/lib/postgresql/15/main, port: 5432 }]
    repositories:
      local: { type: posix, path: /var/lib/pgbackrest, retention: { full: 2 } }
    objectives: { rpo: 1m, rto: 82s }
state: { directory: ${stateDirectory} }
`;
  const { configuration } = parseConfiguration(yaml, '/etc/holdfast/holdfast.yaml', {});
  if (configuration === undefined) throw new Error('the configuration of the test is wrong');
  let time = drillDay;
  const now = (): number => (time += 1000);
  const open = (): Journal => openJournal(stateDirectory, { owner: undefined, now });
  const bed: ReportBed = {
    stateDirectory,
    configuration,
    yaml,
    journal: open(),
    get deps() {
      return {
        configuration,
        journal: bed.journal,
        actor: { user: 'root', host: 'pg1', via: 'cli' },
        cause: 'holdfast drill',
        holdfast: '0.1.0',
        owner: undefined,
        now,
      };
    },
    write: (report) => reportDrill(report, undefined, bed.deps),
    reopen: () => {
      bed.journal[Symbol.dispose]();
      bed.journal = open();
    },
    [Symbol.dispose]: () => {
      bed.journal[Symbol.dispose]();
      rmSync(stateDirectory, { recursive: true, force: true });
    },
  };
  return bed;
}
