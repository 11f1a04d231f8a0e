import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTravellingClock } from '../../test/support/travelling-clock.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { parseConfiguration } from '../config/load.ts';
import { parseEngineVersion } from '../model/engine-version.ts';
import { Failure } from '../model/failure.ts';
import type { JobOutcome, JobRequest } from '../model/job.ts';
import type { JobRunOptions } from '../jobs/job-deps.ts';
import { openJournal } from '../store/open-journal.ts';
import { askDaemon, callDaemon } from './control-client.ts';
import type { DaemonParts, LoadedConfiguration } from './daemon-parts.ts';
import type { DaemonStatus } from './describe-status.ts';
import { runDaemon } from './run-daemon.ts';
import type { LogEntry } from './serve-log.ts';
import { socketPath } from './socket-path.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'hf-daemon-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function load(jobs = '{}'): LoadedConfiguration {
  const stanza = `postgres: { path: /data }, repositories: { local: { type: posix, path: /repo, retention: { full: 2 } } }`;
  const text = `
state: { directory: ${directory} }
jobs: ${jobs}
stanzas: { a: { ${stanza} }, b: { ${stanza.replace('/repo', '/other').replace('/data', '/data2')} } }`;
  const { configuration, problems } = parseConfiguration(text, join(directory, 'holdfast.yaml'));
  const version = parseEngineVersion('2.60');
  if (configuration === undefined || version === undefined) throw new Error(JSON.stringify(problems));
  // No program is started: what is tested here is what is around the work.
  return {
    // Any free port.
    configuration: { ...configuration, server: { listen: { host: '127.0.0.1', port: 0 }, token: undefined } },
    engine: {
      settings: configuration.engine,
      binary: join(directory, 'missing'),
      runAs: undefined,
      version,
    },
  };
}

interface Begun {
  readonly request: JobRequest;
  readonly options: JobRunOptions;
  readonly end: (result: 'ok' | 'interrupted') => void;
}

function outcomeOf(result: 'ok' | 'interrupted'): JobOutcome {
  const common = { runId: 'run-1', label: undefined, elapsedMs: 1 };
  if (result === 'ok') return { result, ...common, warnings: [], facts: {} };
  return { result, ...common, failure: new Failure('interrupted', { operation: 'x', problem: 'stopped' }) };
}

/** A daemon whose jobs end when the test says so. */
async function start(more: Partial<DaemonParts> = {}) {
  const clock = createTravellingClock(Date.UTC(2026, 10, 21, 12));
  const journal = openJournal(directory, { owner: undefined, now: () => clock.now() });
  const log: LogEntry[] = [];
  const begun: Begun[] = [];
  const stop = new AbortController();
  let reload: () => void = () => {};
  const loaded = load();
  const running = runDaemon({
    version: 'test',
    loaded,
    load: async () => load(),
    openEngine: async () => loaded.engine,
    deps: {
      engineUser: { name: 'postgres', uid: 1, gid: 1, home: '/' },
      journal,
      clock,
      newRunId: (kind) => `${kind}-1`,
      random: () => 0,
      pid: process.pid,
      currentUid: 1,
      path: '/bin',
      cores: 1,
      holdfast: '0.1.0',
      hostZone: 'UTC',
      resolveSecret: () => Promise.reject(new Error('none')),
    },
    work: {
      runJob: (request, _stanza, _deps, options) =>
        new Promise((resolve) => {
          begun.push({ request, options, end: (result) => resolve(outcomeOf(result)) });
        }),
      settleOrphans: async () => [],
    },
    actor: { user: 'postgres', host: 'db1', via: 'daemon' },
    owner: undefined,
    log: (entry) => void log.push(entry),
    env: {},
    stop: stop.signal,
    killChildren: () => {},
    drainMs: 0,
    stopTimeoutMs: 5000,
    onReload: (handler) => void (reload = handler),
    ...more,
  });
  running.catch(() => {});
  await Promise.race([running, waitUntil('ready', () => log.some(({ event }) => event === 'ready'))]);
  const socket = socketPath(directory);
  return {
    log,
    begun,
    running,
    stop: () => stop.abort(),
    reload: () => reload(),
    async submit(wish: Partial<JobRequest>) {
      const call = await callDaemon(socket, {
        ask: 'submit',
        jobs: [{ ...request, ...wish }],
        attached: true,
      });
      await call?.next(5000);
      return call;
    },
    async status(): Promise<DaemonStatus> {
      return (await askDaemon(socket, { ask: 'status' }, 'status', 5000))?.status as unknown as DaemonStatus;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      for (const { end } of begun) end('interrupted');
      await running;
      journal[Symbol.dispose]();
    },
  };
}

const request: JobRequest = {
  kind: 'verify',
  stanza: 'a',
  repository: 'local',
  backupType: undefined,
  annotations: {},
  origin: { kind: 'request' },
  actor: { user: 'anna', host: 'db1', via: 'cli' },
  cause: 'holdfast verify',
  timeoutMs: undefined,
  priority: 0,
};

describe('runDaemon', () => {
  test('what an earlier one left of a stanza keeps back that stanza alone, and only what changes it', async () => {
    let settle: () => void = () => {};
    const settled = new Promise<void>((resolve) => (settle = resolve));
    const base = await start({
      work: {
        runJob: async () => outcomeOf('ok'),
        settleOrphans: async (_deps, { stanza }) => {
          if (stanza === 'a') await settled;
          return [];
        },
      },
    });
    await using daemon = base;
    const ended = (stanza: string, job: string): boolean =>
      daemon.log.some(
        ({ event, facts }) => event === 'job-ended' && facts?.['stanza'] === stanza && facts['job'] === job,
      );
    using _expire = await daemon.submit({ kind: 'expire' });
    using _verify = await daemon.submit({ kind: 'verify' });
    using _other = await daemon.submit({ kind: 'expire', stanza: 'b' });
    await waitUntil('b', () => ended('b', 'expire') && ended('a', 'verify'));
    expect(ended('a', 'expire')).toBe(false);
    expect((await daemon.status()).holds).toMatchObject([{ stanza: 'a' }]);
    settle();
    await waitUntil('a', () => ended('a', 'expire'));
  });

  test('orphans that cannot be settled are told', async () => {
    await using daemon = await start({
      work: {
        runJob: async () => outcomeOf('ok'),
        settleOrphans: async () => {
          throw new Failure('repository-unreachable', { operation: 'look', problem: 'no answer' });
        },
      },
    });
    await waitUntil('the note', () =>
      daemon.log.some(({ text }) => text.includes('tried again in a minute')),
    );
    expect((await daemon.status()).holds).toHaveLength(2);
  });

  test('a stop lets running jobs end within --drain, and begins nothing more', async () => {
    await using daemon = await start({ drainMs: 20_000 });
    using first = await daemon.submit({});
    using second = await daemon.submit({});
    await waitUntil('the first', () => daemon.begun.length === 1);
    daemon.stop();
    await waitUntil('stopping', () => daemon.log.some(({ event }) => event === 'stopping'));
    expect(daemon.begun[0]?.options.signal.aborted).toBe(false);
    expect(await second?.next(5000)).toMatchObject({ answer: 'outcome', outcome: { result: 'interrupted' } });
    daemon.begun[0]?.end('ok');
    expect(await first?.next(5000)).toMatchObject({ answer: 'outcome', outcome: { result: 'ok' } });
    await daemon.running;
    expect(daemon.begun).toHaveLength(1);
  });

  test('what does not end in time is killed', async () => {
    let killed = 0;
    const daemon = await start({ stopTimeoutMs: 50, killChildren: () => void (killed += 1) });
    using _call = await daemon.submit({});
    await waitUntil('the job', () => daemon.begun.length === 1);
    daemon.stop();
    await waitUntil('the kill', () => killed === 1);
    expect(daemon.begun[0]?.options.signal.aborted).toBe(true);
    await daemon[Symbol.asyncDispose]();
  });

  test('a reload changes the limits, and is in the audit trail', async () => {
    const next = load('{ parallel: 3, parallelPerRepository: 3 }');
    await using daemon = await start({ load: async () => next });
    using _one = await daemon.submit({});
    using _two = await daemon.submit({});
    expect((await daemon.status()).waiting).toHaveLength(1);
    daemon.reload();
    await waitUntil('the second', () => daemon.begun.length === 2);
    expect(daemon.log.map(({ event }) => event)).toContain('reloaded');
    const journal = openJournal(directory, { owner: undefined, now: () => 0 });
    expect(journal.audit.list({ limit: 1 })[0]?.action).toBe('configuration reloaded');
    journal[Symbol.dispose]();
  });

  test('a stanza that the daemon does not know is refused with what to do', async () => {
    await using daemon = await start();
    await expect(daemon.submit({ stanza: 'new' })).rejects.toMatchObject({
      kind: 'stanza-missing',
      hint: expect.stringContaining('holdfast reload'),
    });
  });

  test('a second one is refused, and names the first', async () => {
    await using _daemon = await start();
    await expect(start()).rejects.toMatchObject({
      kind: 'daemon-running',
      problem: expect.stringContaining(`pid ${process.pid}`),
    });
  });
});
