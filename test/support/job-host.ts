import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Stanza } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import type { JobDeps, JobRunOptions } from '../../src/jobs/job-deps.ts';
import { runJob } from '../../src/jobs/run/run-job.ts';
import { scheduleLines } from '../../src/config/schedule-lines.ts';
import type { BackupType } from '../../src/model/backup-set.ts';
import type { JobOutcome } from '../../src/model/job.ts';
import { openJournal } from '../../src/store/open-journal.ts';
import type { Sandbox } from './sandbox.ts';

/** The runner of one host, with its own configuration and journal, in this process. */
export interface JobHost extends Disposable {
  readonly name: string;
  readonly stanza: Stanza;
  readonly deps: JobDeps;
  /** Runs what the schedule line of that job is for, for the time it was due; a failure is not tried again. */
  runScheduled(
    job: BackupType,
    occurrence: number,
    options?: Partial<Pick<JobRunOptions, 'emit' | 'signal'>>,
  ): Promise<JobOutcome>;
}

/** @param file holdfast.yaml of the host, whose only repository is called `local` */
export async function createJobHost(sandbox: Sandbox, name: string, file: string): Promise<JobHost> {
  const { configuration, problems } = await loadConfiguration(file, {
    readText: (path) => Promise.resolve(readFileSync(path, 'utf8')),
  });
  const [stanza] = configuration?.stanzas ?? [];
  if (configuration === undefined || stanza === undefined) throw new Error(JSON.stringify(problems));
  const journal = openJournal(configuration.stateDirectory, {
    owner: sandbox.runAs,
    now: () => Date.now(),
  });
  let runs = 0;
  const deps: JobDeps = {
    configuration,
    engine: await openEngine(configuration.engine, { path: '/usr/bin:/bin', runAs: sandbox.runAs }),
    engineUser: sandbox.owner,
    journal,
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
    },
    newRunId: (kind) => `${kind}-${name}-${(runs += 1)}`,
    random: () => 0.5,
    pid: process.pid,
    currentUid: process.getuid?.() ?? -1,
    path: '/usr/bin:/bin',
    cores: 2,
    holdfast: '0.1.0',
    hostZone: 'UTC',
    resolveSecret: () => Promise.reject(new Error('no secret is needed')),
  };
  return {
    name,
    stanza,
    deps,
    runScheduled(job, occurrence, { emit = () => {}, signal = new AbortController().signal } = {}) {
      const line = scheduleLines(configuration).find((one) => one.job === job);
      if (line === undefined) throw new Error(`no schedule of ${job}`);
      return runJob(
        {
          kind: 'backup',
          stanza: stanza.name,
          repository: 'local',
          backupType: job,
          annotations: {},
          origin: { kind: 'schedule', line: line.key, occurrence },
          actor: { user: 'postgres', host: name, via: 'daemon' },
          cause: `schedule ${line.key}`,
          timeoutMs: undefined,
          priority: line.priority,
        },
        stanza,
        deps,
        { signal, emit, retry: false },
      );
    },
    [Symbol.dispose]: () => journal[Symbol.dispose](),
  };
}
