import { describe, expect, test } from 'vitest';
import { Failure } from '../../model/failure.ts';
import type { JobEvent, JobOutcome, JobRequest } from '../../model/job.ts';
import type { JobRunOptions } from '../job-deps.ts';
import { describeRequest, JobQueue } from './job-queue.ts';

const request = (more: Partial<JobRequest> = {}): JobRequest => ({
  kind: 'backup',
  stanza: 'main',
  repository: 'local',
  backupType: 'full',
  annotations: {},
  origin: { kind: 'request' },
  actor: { user: 'anna', host: 'db1', via: 'cli' },
  cause: 'holdfast backup',
  timeoutMs: undefined,
  priority: 0,
  ...more,
});

const ok = (runId: string): JobOutcome => ({
  result: 'ok',
  runId,
  label: undefined,
  elapsedMs: 1,
  warnings: [],
  facts: {},
});

const why = new Failure('interrupted', { operation: 'test', problem: 'withdrawn by the test' });

/** A queue whose jobs end when the test says so. */
function controlled() {
  const begun: { request: JobRequest; options: JobRunOptions; end: (outcome: JobOutcome) => void }[] = [];
  const bugs: unknown[] = [];
  const queue = new JobQueue({
    execute: (job, options) => new Promise((end) => begun.push({ request: job, options, end })),
    identityOf: (job) => job.repository,
    limits: { parallel: 1, parallelPerRepository: 1 },
    now: () => 1000,
    sleep: async () => {},
    onBug: (error) => bugs.push(error),
  });
  return { queue, begun, bugs };
}

describe('JobQueue', () => {
  test('runs one after the other and hands events and outcomes to who submitted', async () => {
    const { queue, begun } = controlled();
    const events: JobEvent[] = [];
    const first = queue.submit(request(), (event) => events.push(event));
    const second = queue.submit(request());
    expect([first.ahead, second.ahead]).toEqual([0, 1]);
    begun[0]?.options.emit({ kind: 'started', runId: 'backup-1', backupType: 'full', reason: undefined });
    begun[0]?.options.emit({ kind: 'progress', bytesDone: 5, bytesTotal: 10 });
    expect(queue.view()).toMatchObject({
      running: [{ id: 1, runId: 'backup-1', progress: { bytesDone: 5 } }],
      waiting: [{ id: 2, held: false }],
    });
    begun[0]?.end(ok('backup-1'));
    expect(await first.outcome).toMatchObject({ result: 'ok', runId: 'backup-1' });
    expect(events.map((event) => event.kind)).toEqual(['started', 'progress']);
    begun[1]?.end(ok('backup-2'));
    expect(await second.outcome).toMatchObject({ runId: 'backup-2' });
    await queue.idle();
  });

  test('one that throws has failed, and the queue goes on', async () => {
    const bugs: unknown[] = [];
    const queue = new JobQueue({
      execute: (job) =>
        job.stanza === 'main' ? Promise.reject(new TypeError('x is not y')) : Promise.resolve(ok('r')),
      identityOf: () => undefined,
      limits: { parallel: 1, parallelPerRepository: 1 },
      now: () => 0,
      sleep: async () => {},
      onBug: (error) => bugs.push(error),
    });
    const broken = queue.submit(request());
    const sound = queue.submit(request({ stanza: 'other' }));
    expect(await broken.outcome).toMatchObject({
      result: 'failed',
      failure: { kind: 'operation-unfinished' },
    });
    expect(await sound.outcome).toMatchObject({ result: 'ok' });
    expect(bugs).toHaveLength(1);
  });

  test('a waiting one that is withdrawn never begins; a running one gets its signal', async () => {
    const { queue, begun } = controlled();
    const first = queue.submit(request());
    const second = queue.submit(request());
    second.withdraw(why);
    expect(await second.outcome).toMatchObject({ result: 'interrupted', runId: undefined, failure: why });
    first.withdraw(why);
    expect(begun[0]?.options.signal.aborted).toBe(true);
    expect(begun[0]?.options.signal.reason).toBe(why);
    expect(begun).toHaveLength(1);
  });

  test('is cancelled by the run or by the number', () => {
    const { queue, begun } = controlled();
    queue.submit(request());
    queue.submit(request({ stanza: 'other' }));
    begun[0]?.options.emit({ kind: 'started', runId: 'backup-1', backupType: 'full', reason: undefined });
    expect(queue.cancel('backup-9', why)).toBeUndefined();
    expect(queue.cancel('#2', why)).toMatchObject({ stanza: 'other' });
    expect(queue.cancel('backup-1', why)).toMatchObject({ stanza: 'main' });
    expect(begun[0]?.options.signal.aborted).toBe(true);
  });

  test('a hold waits for what runs and keeps the rest back', async () => {
    const { queue, begun } = controlled();
    queue.submit(request());
    const hold = queue.hold('main', 'restore');
    expect(queue.submit(request()).heldFor).toBe('restore');
    let granted = false;
    void hold.granted.then(() => (granted = true));
    await Promise.resolve();
    expect(granted).toBe(false);
    begun[0]?.end(ok('r'));
    await hold.granted;
    expect(begun).toHaveLength(1);
    expect(queue.view().waiting).toMatchObject([{ held: true }]);
    hold[Symbol.dispose]();
    hold[Symbol.dispose]();
    expect(begun).toHaveLength(2);
    expect(queue.view().holds).toEqual([]);
  });

  test('one that pauses before another attempt gives its place away, and gets it back in its turn', async () => {
    const { queue, begun } = controlled();
    const first = queue.submit(request());
    queue.submit(request({ stanza: 'other' }));
    const pausing = begun[0]?.options.pause?.(1000);
    expect(begun).toHaveLength(2);
    expect(queue.view().waiting).toMatchObject([{ id: 1 }]);
    queue.submit(request({ stanza: 'third' }));
    await Promise.resolve();
    await Promise.resolve();
    begun[1]?.end(ok('r2'));
    await pausing;
    // It came before the third.
    expect(begun).toHaveLength(2);
    expect(queue.view()).toMatchObject({ running: [{ id: 1 }], waiting: [{ id: 3 }] });
    begun[0]?.end(ok('r1'));
    expect(await first.outcome).toMatchObject({ runId: 'r1' });
  });

  test('one that is withdrawn or dropped while it pauses ends', async () => {
    for (const how of ['withdraw', 'close'] as const) {
      const { queue, begun } = controlled();
      const job = queue.submit(request());
      queue.submit(request({ stanza: 'other' }));
      const pausing = begun[0]?.options.pause?.(1000);
      if (how === 'withdraw') job.withdraw(why);
      else queue.close(why);
      await expect(pausing).rejects.toBeInstanceOf(Failure);
      expect(begun[0]?.options.signal.aborted).toBe(true);
      begun[0]?.end({ result: 'interrupted', runId: 'r', label: undefined, elapsedMs: 1, failure: why });
      expect(await job.outcome).toMatchObject({ result: 'interrupted' });
    }
  });

  test('closed: what waits is dropped, holds are refused, what runs may end', async () => {
    const { queue, begun } = controlled();
    const running = queue.submit(request());
    const waiting = queue.submit(request());
    const hold = queue.hold('main', 'restore');
    queue.close(why);
    expect(await waiting.outcome).toMatchObject({ result: 'interrupted', failure: why });
    await expect(hold.granted).rejects.toMatchObject({ kind: 'interrupted' });
    queue.stopAll(why);
    expect(begun[0]?.options.signal.aborted).toBe(true);
    begun[0]?.end({ result: 'interrupted', runId: 'r', label: undefined, elapsedMs: 2, failure: why });
    expect(await running.outcome).toMatchObject({ result: 'interrupted' });
    await queue.idle();
    expect(await queue.submit(request()).outcome).toMatchObject({ result: 'interrupted' });
  });
});

test('describeRequest says what it is', () => {
  expect(describeRequest(request())).toBe('full backup of stanza main in local');
  expect(describeRequest(request({ kind: 'check', repository: undefined }))).toBe('check of stanza main');
});
