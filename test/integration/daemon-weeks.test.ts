import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../src/config/load.ts';
import type { DaemonParts, LoadedConfiguration } from '../../src/daemon/daemon-parts.ts';
import { runDaemon } from '../../src/daemon/run-daemon.ts';
import type { LogEntry } from '../../src/daemon/serve-log.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { runJob } from '../../src/jobs/run/run-job.ts';
import { scheduleLines } from '../../src/config/schedule-lines.ts';
import { settleOrphans } from '../../src/jobs/run/settle-orphans.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import { createDaemonBed, type DaemonBed } from '../support/daemon-bed.ts';
import { testUser } from '../support/test-user.ts';
import { createTravellingClock, type TravellingClock } from '../support/travelling-clock.ts';
import { waitUntil } from '../support/wait-until.ts';

const path = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

async function load(file: string): Promise<LoadedConfiguration> {
  const { configuration, problems } = await loadConfiguration(file, {
    readText: (name) => readFile(name, 'utf8'),
  });
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  return {
    configuration,
    engine: await openEngine(configuration.engine, { path, runAs: testUser().runAs }),
  };
}

/** The real daemon with the real engine, in a time of our own. */
async function startDaemon(bed: DaemonBed, clock: TravellingClock) {
  const { owner, runAs } = testUser();
  const loaded = await load(bed.configuration.file);
  const journal = openJournal(loaded.configuration.stateDirectory, { owner: runAs, now: () => clock.now() });
  const log: LogEntry[] = [];
  const stop = new AbortController();
  let runs = 0;
  const parts: DaemonParts = {
    version: 'test',
    loaded,
    load: () => load(bed.configuration.file),
    openEngine: async () => loaded.engine,
    deps: {
      engineUser: owner,
      journal,
      clock,
      newRunId: (kind) => `${kind}-${Math.round(clock.now())}-${(runs += 1)}`,
      random: () => 0.5,
      pid: process.pid,
      currentUid: process.getuid?.() ?? -1,
      path,
      cores: 1,
      holdfast: '0.1.0',
      hostZone: 'UTC',
      resolveSecret: () => Promise.reject(new Error('there are no secrets')),
    },
    work: { runJob, settleOrphans },
    actor: { user: owner.name, host: 'db1', via: 'daemon' },
    owner: runAs,
    log: (entry) => void log.push(entry),
    env: {},
    stop: stop.signal,
    killChildren: () => {},
    drainMs: 0,
    stopTimeoutMs: 20_000,
    onReload: () => {},
  };
  const running = runDaemon(parts);
  const keys = scheduleLines(loaded.configuration).map(({ key }) => key);
  const known = (): boolean => journal.schedule.recall(keys).size === keys.length;
  await Promise.race([running, waitUntil('the first turn', known)]);
  return {
    log,
    /** How many jobs of this kind have ended. */
    ended: (job: string): LogEntry[] =>
      log.filter(({ event, facts }) => event === 'job-ended' && facts?.['job'] === job),
    decisions: () => journal.schedule.decisions(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      journal[Symbol.dispose]();
    },
  };
}

describe('a daemon over weeks', () => {
  test('full on Sundays, diff on the other days, one for three that were missed, none twice', async () => {
    // In UTC; 2026-11-21 is a Saturday.
    const at = (day: number, hour: number): number => Date.UTC(2026, 10, day, hour);
    await using bed = await createDaemonBed({
      name: 'dweeks',
      schedule: { timezone: 'UTC', full: '0 2 * * 0', diff: '0 2 * * *' },
    });
    const clock = createTravellingClock(at(21, 12));
    const types = async (): Promise<readonly string[]> => {
      const info = (await bed.mustRun(['info', '--json'])).json<{
        repositories: readonly { readonly sets: readonly { readonly type: string }[] }[];
      }>();
      return info.repositories.flatMap(({ sets }) => sets.map(({ type }) => type));
    };
    {
      await using daemon = await startDaemon(bed, clock);
      clock.travelTo(at(22, 2));
      await waitUntil('the full', () => daemon.ended('expire').length === 1);
      expect(await types()).toEqual(['full']);
      clock.travelTo(at(22, 20));
      clock.travelTo(at(23, 2));
      await waitUntil('the diff', () => daemon.ended('expire').length === 2);
      expect(await types()).toEqual(['full', 'diff']);
    }
    clock.travelTo(at(26, 9));
    {
      await using daemon = await startDaemon(bed, clock);
      await waitUntil('the one that makes up', () => daemon.ended('expire').length === 1);
      clock.travelTo(at(26, 20));
      expect(await types()).toEqual(['full', 'diff', 'diff']);
      clock.travelTo(at(29, 3));
      await waitUntil('the next full', () => daemon.ended('expire').length >= 2);
      expect((await types()).filter((type) => type === 'full')).toHaveLength(2);
      const reasons = daemon.decisions().map(({ decision, reason }) => reason ?? decision);
      expect(reasons.filter((reason) => reason === 'replaced').length).toBeGreaterThanOrEqual(2);
      expect(reasons).toContain('missed');
    }
  }, 600_000);
});
