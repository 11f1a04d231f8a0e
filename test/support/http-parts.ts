import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpParts } from '../../src/http/http-parts.ts';
import { createMetrics } from '../../src/metrics/create-metrics.ts';
import type { ArchiveSighting } from '../../src/status/archive-observation.ts';
import type { PrimarySighting } from '../../src/status/primary-observation.ts';
import type { DaemonObservation } from '../../src/status/daemon-observation.ts';
import type { RepositorySighting } from '../../src/status/health-observations.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { configuration, repository, stanza } from './conf-parts.ts';

/** What an HTTP server shows, with a real journal; everything that the daemon observes can be changed. */
export interface HttpPartsBed extends Disposable {
  readonly parts: HttpParts;
  readonly now: number;
  daemon: DaemonObservation;
  sightings: readonly RepositorySighting[];
  archives: readonly ArchiveSighting[];
  primaries: readonly PrimarySighting[];
  readonly bugs: unknown[];
}

/** @param change of the parts; the good case of one stanza with two repositories without it */
export function createHttpParts(change: Partial<HttpParts> = {}): HttpPartsBed {
  const directory = mkdtempSync(join(tmpdir(), 'hf-http-'));
  const now = Date.UTC(2026, 10, 20, 12);
  const journal = openJournal(directory, { owner: undefined, now: () => now });
  const main = stanza('main', [], [repository(1), repository(2)]);
  const watched = configuration([{ ...main, objectives: { ...main.objectives, backupAge: 93_600 } }]);
  const sources = {
    configuration: () => watched,
    observeDaemon: () => bed.daemon,
    journal,
    watches: {
      sightings: () => bed.sightings,
      archives: () => bed.archives,
      primaries: () => bed.primaries,
    },
    scheduleLines: () => [],
    clock: { now: () => now },
  };
  const metrics = createMetrics({ ...sources, resources: () => ({ residentBytes: 5e7, cpuSeconds: 1.5 }) });
  const bugs: unknown[] = [];
  const bed: HttpPartsBed = {
    now,
    bugs,
    daemon: healthyDaemon(now),
    sightings: [goodSighting(now)],
    archives: [],
    primaries: [],
    parts: {
      ...sources,
      listen: { host: '127.0.0.1', port: 0 },
      token: undefined,
      metrics,
      reportBug: (error) => void bugs.push(error),
      ...change,
    },
    [Symbol.dispose]() {
      journal[Symbol.dispose]();
      rmSync(directory, { recursive: true });
    },
  };
  return bed;
}

function healthyDaemon(now: number): DaemonObservation {
  return {
    version: '1.2.3',
    startedAt: now - 86_400_000,
    sinceTickMs: 250,
    tickEveryMs: 10_000,
    journalOpen: true,
    schedulerRunning: true,
    stopping: false,
    configuration: { loadedAt: now - 86_400_000, refused: undefined },
    jobs: [],
    holds: [],
  };
}

/** A full of 30 hours and an incremental of 6 hours in r1, a full of 20 hours in r2. */
function goodSighting(now: number): RepositorySighting {
  const set = (label: string, type: 'full' | 'incr', hours: number) => ({
    label,
    type,
    stopTime: now / 1000 - hours * 3600,
    repositorySize: 1,
    error: false,
  });
  const well = { code: 0, message: 'ok', cipher: 'none', configuredCipher: 'none' } as const;
  return {
    stanza: 'main',
    catalogue: {
      observedAt: now - 60_000,
      staleAfterMs: 1_800_000,
      failure: undefined,
      value: {
        whole: {
          stanza: 'main',
          code: 0,
          message: 'ok',
          repositories: [],
          databases: [],
          sets: [],
          archives: [],
          backupRunning: false,
        },
        repositories: [
          { ...well, name: 'r1', sets: [set('F1', 'full', 30), set('F1_I', 'incr', 6)] },
          { ...well, name: 'r2', sets: [set('F2', 'full', 20)] },
        ],
      },
    },
  };
}
