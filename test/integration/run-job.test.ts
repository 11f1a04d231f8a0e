import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCatalogue } from '../../src/engine/info.ts';
import type { JobDeps } from '../../src/jobs/job-deps.ts';
import { runJob } from '../../src/jobs/run/run-job.ts';
import { leaseResource } from '../../src/jobs/run/repository-identity.ts';
import { scheduleLines } from '../../src/config/schedule-lines.ts';
import type { BackupSet } from '../../src/model/backup-set.ts';
import type { JobEvent, JobOutcome, JobRequest } from '../../src/model/job.ts';
import { findPrimary } from '../../src/postgres/find-primary.ts';
import { acquireLease, type Lease } from '../../src/postgres/lease.ts';
import { createCluster, type TestCluster } from '../support/cluster.ts';
import { writeConfiguration, type TestConfiguration } from '../support/configuration.ts';
import { fastClock } from '../support/fast-clock.ts';
import { createJobHost, type JobHost } from '../support/job-host.ts';
import { type HeldProcesses, holdProcesses } from '../support/hold-processes.ts';
import { isRunning, processesOf } from '../support/processes.ts';
import { bedOf } from '../support/protected-bed.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { waitUntil } from '../support/wait-until.ts';

let sandbox: Sandbox;
let cluster: TestCluster;
let configuration: TestConfiguration;
let host: JobHost;
let other: JobHost;

beforeAll(async () => {
  sandbox = await createSandbox('runjob');
  cluster = await createCluster({ sandbox, walSegmentMegabytes: 1 });
  const repositories = { local: { path: sandbox.file('repository'), retention: { full: 20 } } };
  const schedule = {
    full: { cron: '0 2 * * *', on: 'any' },
    incr: { cron: '0 * * * *', on: 'any' },
  };
  const stanzas = {
    main: { cluster, repositories, keys: { schedule, options: { 'archive-async': 'n' } } },
  };
  configuration = writeConfiguration(sandbox, stanzas);
  const second = writeConfiguration(sandbox, stanzas, {}, 'other');
  await bedOf(sandbox, cluster, configuration).mustRun(['setup', '--yes', '--restart', '--no-backup']);
  await cluster.sql(
    'CREATE TABLE ballast AS SELECT i, repeat(md5(i::text), 20) AS t FROM generate_series(1, 40000) AS i',
  );
  host = await createJobHost(sandbox, 'one', configuration.file);
  other = await createJobHost(sandbox, 'two', second.file);
  await bedOf(sandbox, cluster, second).mustRun(['render', 'pgbackrest', '--out', '/']);
});
afterAll(async () => {
  host?.[Symbol.dispose]();
  other?.[Symbol.dispose]();
  await sandbox?.[Symbol.asyncDispose]();
});

interface Ran {
  readonly outcome: JobOutcome;
  readonly events: readonly JobEvent[];
}

/** Runs a full backup that is asked for, changed as told. */
async function runBackup(
  changes: Partial<JobRequest> = {},
  deps: Partial<JobDeps> = {},
  onEvent: (event: JobEvent) => void = () => {},
): Promise<Ran> {
  const events: JobEvent[] = [];
  const request: JobRequest = {
    kind: 'backup',
    stanza: 'main',
    repository: 'local',
    backupType: 'full',
    annotations: {},
    origin: { kind: 'request' },
    actor: { user: 'postgres', host: 'one', via: 'cli' },
    cause: 'holdfast backup',
    timeoutMs: undefined,
    priority: 0,
    ...changes,
  };
  const emit = (event: JobEvent): void => {
    events.push(event);
    onEvent(event);
  };
  const signal = new AbortController().signal;
  const outcome = await runJob(request, host.stanza, { ...host.deps, ...deps }, { signal, emit });
  return { outcome, events };
}

/** What a schedule's line is the origin of, due now. */
function scheduled(job: 'full' | 'incr', occurrence = Date.now()): Partial<JobRequest> {
  const line = scheduleLines(host.deps.configuration).find((candidate) => candidate.job === job);
  return {
    backupType: job,
    origin: { kind: 'schedule', line: line?.key ?? '', occurrence },
    cause: `schedule ${line?.key ?? ''}`,
  };
}

function runs(kind: 'backup' | 'expire' = 'backup'): ReturnType<JobHost['deps']['journal']['listRuns']> {
  return host.deps.journal.listRuns({ kind });
}

async function setsThere(): Promise<readonly BackupSet[]> {
  return (await readCatalogue(host.deps.engine, 'main')).sets;
}

/** Holds the lease as another Holdfast would. */
async function holdLease(runId: string): Promise<Lease> {
  const primary = await findPrimary(host.stanza, host.deps);
  const [repository] = host.stanza.repositories;
  if (repository === undefined) throw new Error('no repository');
  return acquireLease(primary, leaseResource('main', repository), {
    claimant: { host: 'elsewhere', runId },
    waitMs: 5000,
    clock: host.deps.clock,
  });
}

/** The engine itself, not the shell that becomes it; versions of other distributions run by their own loader. */
const [worker, main] = [/ backup:local$/, /^(?!\/bin\/sh ).*\/pgbackrest backup .*--annotation=/];

const hold = (kind: RegExp): Promise<HeldProcesses> => holdProcesses(sandbox.path, kind);

/** Whether a process that is held will get SIGTERM as soon as it goes on: ShdPnd of proc(5), signal 15. */
function isToldToEnd(pid: number): boolean {
  if (!isRunning(pid)) return true;
  const pending = /^ShdPnd:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return (BigInt(`0x${pending ?? '0'}`) & (1n << 14n)) !== 0n;
}

describe('a backup that is asked for', () => {
  it('is a run with its log, its engine, its origin, beats and the set it made', async () => {
    const { outcome, events } = await runBackup({ annotations: { why: 'a test', 'holdfast-run': 'forged' } });
    if (outcome.result !== 'ok') throw new Error(JSON.stringify(outcome));
    const [run] = runs();
    const { facts } = run ?? {};
    expect(run).toMatchObject({ id: outcome.runId, result: 'ok', label: outcome.label, repository: 'local' });
    expect(facts).toMatchObject({ origin: { kind: 'request' }, requestedType: 'full', type: 'full' });
    expect(facts?.['engine']).toMatchObject({ pid: expect.any(Number), startTicks: expect.any(Number) });
    const logFile = String(facts?.['logFile']);
    expect(statSync(logFile)).toMatchObject({ uid: sandbox.owner.uid });
    expect(readFileSync(logFile, 'utf8')).toContain(`new backup label = ${outcome.label}`);
    expect(readFileSync(logFile, 'utf8')).not.toContain('expire command begin');
    expect(host.deps.journal.lastBeat(outcome.runId)).toMatchObject({ at: expect.any(Number) });
    expect(events.map(({ kind }) => kind).slice(0, 2)).toEqual(['leased', 'started']);
    expect(events.some(({ kind }) => kind === 'progress')).toBe(true);
    const set = (await setsThere()).find(({ label }) => label === outcome.label);
    expect(set?.annotations).toMatchObject({ why: 'a test', 'holdfast-run': outcome.runId });
    const [sequence, hash] = (set?.annotations['holdfast-audit'] ?? '').split(':');
    expect(
      host.deps.journal.audit.verify([{ sequence: Number(sequence), hash: hash ?? '' }]).problems,
    ).toEqual([]);
    expect(outcome.facts).toMatchObject({
      clusterBytes: set?.size,
      repositoryBytes: set?.repositoryDeltaSize,
    });
  });

  it('is refused while another host has the lease, and says who', async () => {
    await using _held = await holdLease('backup-of-another');
    const before = (await setsThere()).length;
    const { outcome } = await runBackup({ leaseWaitMs: 0 });
    expect(outcome).toMatchObject({
      result: 'failed',
      failure: { kind: 'lease-held', problem: expect.stringContaining('backup-of-another on elsewhere') },
    });
    expect(runs()[0]).toMatchObject({ result: 'failed', failure: { kind: 'lease-held' } });
    expect(await setsThere()).toHaveLength(before);
  });

  it('waits for the lease as long as it may, and says for whom', async () => {
    const held = await holdLease('short-one');
    let freed: Promise<void> | undefined;
    const { outcome, events } = await runBackup(
      { leaseWaitMs: 30_000, backupType: 'incr' },
      {},
      ({ kind }) => {
        if (kind === 'note') freed ??= delay(1200).then(() => held[Symbol.asyncDispose]());
      },
    );
    await freed;
    expect(outcome.result).toBe('ok');
    expect(events).toContainEqual({
      kind: 'note',
      text: expect.stringContaining('run short-one on elsewhere'),
    });
    const leased = events.find((event) => event.kind === 'leased');
    expect(leased?.kind === 'leased' && leased.waitedMs).toBeGreaterThan(1000);
  });

  it('stops its engine when the lease is lost, and names that', async () => {
    const running = runBackup();
    const held = await hold(worker);
    try {
      await cluster.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'holdfast lease%'`,
      );
      // The loss is seen at a beat. A worker that went on before that could finish the backup.
      await waitUntil('the engine is told to end', () => held.pids.every(isToldToEnd));
    } finally {
      held.release();
    }
    const { outcome } = await running;
    expect(outcome).toMatchObject({ result: 'failed', failure: { kind: 'lease-lost' } });
    expect(runs()[0]).toMatchObject({ result: 'failed', failure: { kind: 'lease-lost' } });
    expect(processesOf(sandbox.path).filter(({ command }) => / backup( |:)/.test(command))).toEqual([]);
  });

  it('is stopped when its time is over', async () => {
    // Time enough for the engine to begin on a loaded machine.
    const running = runBackup({ timeoutMs: 6000 });
    const held = await hold(main);
    try {
      await waitUntil('the engine is told to end', () => held.pids.every(isToldToEnd));
    } finally {
      held.release();
    }
    const { outcome } = await running;
    expect(outcome).toMatchObject({ result: 'failed', failure: { kind: 'timed-out' } });
  });
});

describe('a backup of a schedule', () => {
  it('is not made again by a second host', async () => {
    // Both hosts' clocks are an hour ahead of the database's: the set says for which time it was made.
    const occurrence = Date.now() + 3_600_000;
    const first = await host.runScheduled('full', occurrence);
    if (first.result !== 'ok') throw new Error(JSON.stringify(first));
    const before = other.deps.journal.listRuns().length;
    const second = await other.runScheduled('full', occurrence);
    expect(second).toMatchObject({ result: 'skipped', reason: 'satisfied' });
    expect(second.result === 'skipped' && second.detail).toContain(first.label);
    // What was skipped is no run.
    expect(other.deps.journal.listRuns()).toHaveLength(before);
    expect(await other.runScheduled('incr', occurrence)).toMatchObject({ reason: 'satisfied' });
    expect(await host.runScheduled('incr', occurrence + 60_000)).toMatchObject({ result: 'ok' });
  });

  it('is left to the host that has the lease', async () => {
    await using _held = await holdLease('of-the-other-host');
    const count = runs().length;
    const { outcome } = await runBackup({ ...scheduled('full'), leaseWaitMs: 0 });
    expect(outcome).toMatchObject({ result: 'skipped', reason: 'lease-held' });
    expect(outcome.result === 'skipped' && outcome.detail).toContain('of-the-other-host');
    expect(runs()).toHaveLength(count);
  });

  it('is for the member that the line names', async () => {
    const { configuration: whole } = host.deps;
    const stanzas = whole.stanzas.map((stanza) => ({
      ...stanza,
      schedule: stanza.schedule.map((entry) => ({ ...entry, on: 'replica' as const })),
    }));
    const [line] = scheduleLines({ stanzas });
    const count = runs().length;
    const { outcome } = await runBackup(
      { origin: { kind: 'schedule', line: line?.key ?? '', occurrence: Date.now() + 7_200_000 } },
      { configuration: { ...whole, stanzas } },
    );
    expect(outcome).toMatchObject({ result: 'skipped', reason: 'other-role' });
    expect(runs()).toHaveLength(count);
  });

  it('is tried again until the server is back, each time as a run of its own', async () => {
    await cluster.stop();
    const clock = fastClock(10_000, () => cluster.start());
    const { outcome, events } = await runBackup(scheduled('full', Date.now() + 120_000), {
      clock,
      random: () => 0,
    });
    expect(outcome.result).toBe('ok');
    expect(clock.pauses).toEqual([30_000]);
    const [second, first] = runs();
    expect(first).toMatchObject({ result: 'failed', failure: { kind: 'server-unreachable' } });
    expect(second).toMatchObject({ result: 'ok', facts: { attempt: 2, retryOf: first?.id } });
    expect(events).toContainEqual({ kind: 'note', text: expect.stringMatching(/tried again in 30\.0 s/) });
    // Nothing was run without the lease.
    expect(existsSync(String(first?.facts['logFile']))).toBe(false);
  });

  it('has failed when somebody else ends its engine, and is tried again', async () => {
    const clock = fastClock(10_000);
    const running = runBackup(scheduled('full', Date.now() + 180_000), { clock, random: () => 0 });
    const held = await hold(main);
    for (const pid of held.pids) process.kill(pid, 'SIGTERM');
    held.release();
    const { outcome, events } = await running;
    expect(outcome).toMatchObject({ result: 'ok' });
    expect(clock.pauses).toEqual([30_000]);
    const [second, first] = runs();
    expect(first).toMatchObject({
      result: 'failed',
      failure: { kind: 'engine-failed', problem: expect.stringMatching(/by somebody else: .*SIGTERM/) },
    });
    expect(second).toMatchObject({ result: 'ok', facts: { attempt: 2, retryOf: first?.id } });
    expect(events).toContainEqual({ kind: 'note', text: expect.stringMatching(/tried again in 30\.0 s/) });
  });

  it('is interrupted when the engine is told before the job is', async () => {
    const stop = new AbortController();
    const running = host.runScheduled('full', Date.now() + 200_000, { signal: stop.signal });
    const held = await hold(main);
    for (const pid of held.pids) process.kill(pid, 'SIGTERM');
    held.release();
    stop.abort();
    expect(await running).toMatchObject({ result: 'interrupted', failure: { kind: 'interrupted' } });
  });

  it('is given up after the retries, and never tried again where that is of no use', async () => {
    await cluster.stop();
    try {
      const clock = fastClock(10_000);
      const jobs = { ...host.deps.configuration.jobs, retries: 2 };
      const limited = { clock, configuration: { ...host.deps.configuration, jobs } };
      const { outcome } = await runBackup(scheduled('full'), limited);
      expect(outcome).toMatchObject({ result: 'failed', failure: { kind: 'server-unreachable' } });
      expect(clock.pauses).toHaveLength(2);
      const asked = await runBackup({}, limited);
      expect(asked.outcome.result).toBe('failed');
      expect(clock.pauses).toHaveLength(2);
    } finally {
      await cluster.start();
    }
    const clock = fastClock(10_000);
    const { outcome } = await runBackup(
      { ...scheduled('full', Date.now() + 240_000), repository: 'gone' },
      { clock },
    );
    expect(outcome).toMatchObject({ result: 'failed', failure: { kind: 'usage' } });
    expect(clock.pauses).toEqual([]);
  });
});
