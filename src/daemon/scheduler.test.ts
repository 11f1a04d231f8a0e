import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import type { ScheduleLine } from '../model/schedule-line.ts';
import { Failure } from '../model/failure.ts';
import type { JobOutcome, JobRequest } from '../model/job.ts';
import type { Journal } from '../store/journal.ts';
import { openJournal } from '../store/open-journal.ts';
import type { ScheduleDecision } from '../store/schedule-memory.ts';
import { Scheduler, tickEveryMs } from './scheduler.ts';

const minute = 60_000;
const hour = 60 * minute;

const line = (job: ScheduleLine['job'], cron: string, more: Partial<ScheduleLine> = {}): ScheduleLine => ({
  key: `main/${job}@${cron}`,
  stanza: 'main',
  job,
  repositories: ['local', 'offsite'],
  cron,
  timezone: 'UTC',
  on: 'any',
  jitterMs: 0,
  priority: 0,
  catchUp: true,
  timeoutMs: undefined,
  blackouts: [],
  ...more,
});

const done = (runId: string): JobOutcome => ({
  result: 'ok',
  runId,
  label: '20261120-120000F',
  elapsedMs: 1,
  warnings: [],
  facts: {},
});

let directory: string;
let clock: FakeClock;
let journal: Journal;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-scheduler-'));
  // 12:00 UTC.
  clock = createFakeClock();
  journal = openJournal(directory, { owner: undefined, now: () => clock.now() });
});
afterEach(() => {
  journal[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

interface Submitted {
  readonly request: JobRequest;
  readonly end: (outcome: JobOutcome) => void;
}

/** A running scheduler whose jobs end when the test says so. */
function start(lines: ScheduleLine[]) {
  const submitted: Submitted[] = [];
  const decided: ScheduleDecision[] = [];
  const failures: unknown[] = [];
  const stop = new AbortController();
  const scheduler = new Scheduler({
    clock,
    memory: journal.schedule,
    actor: { user: 'postgres', host: 'db1', via: 'daemon' },
    lines: () => lines,
    submit: (request) => new Promise((end) => submitted.push({ request, end })),
    stopping: () => stop.signal.aborted,
    forget: (before) => void journal.forgetDecisionsBefore(before),
    onDecision: (decision) => decided.push(decision),
    onFailure: (error) => failures.push(error),
  });
  const running = scheduler.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
  };
  return { scheduler, submitted, decided, failures, end, lines };
}

/** Many turns: nothing that is due may be passed over in one long step. */
async function pass(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= tickEveryMs)
    await clock.advance(Math.min(left, tickEveryMs));
}

describe('Scheduler', () => {
  test('hands over a job for each repository at the time, and settles the decision with the run', async () => {
    const { submitted, end, scheduler } = start([line('full', '0 13 * * *')]);
    await pass(hour - minute);
    expect(submitted).toEqual([]);
    await pass(minute);
    expect(submitted.map(({ request }) => [request.kind, request.backupType, request.repository])).toEqual([
      ['backup', 'full', 'local'],
      ['backup', 'full', 'offsite'],
    ]);
    expect(submitted[0]?.request.origin).toMatchObject({ occurrence: Date.UTC(2026, 10, 20, 13) });
    expect(journal.schedule.decisions()[0]).toMatchObject({ decision: 'run', runId: undefined });
    submitted[0]?.end(done('backup-1'));
    submitted[1]?.end({
      result: 'failed',
      runId: 'backup-2',
      label: undefined,
      elapsedMs: 1,
      failure: new Failure('repository-unreachable', { operation: 'x', problem: 'no answer' }),
    });
    await scheduler.settled();
    expect(journal.schedule.decisions()[0]).toMatchObject({
      decision: 'run',
      runId: 'backup-2',
      detail: 'local: done, 20261120-120000F; offsite: failed: no answer',
    });
    await end();
  });

  test('what all repositories skip is a skip', async () => {
    const { submitted, end, scheduler } = start([line('diff', '0 13 * * *')]);
    await pass(hour);
    for (const { end: finish } of submitted)
      finish({ result: 'skipped', reason: 'satisfied', detail: 'another host was faster' });
    await scheduler.settled();
    expect(journal.schedule.decisions()[0]).toMatchObject({ decision: 'skip', reason: 'satisfied' });
    await end();
  });

  test('a clock that is set forward is noticed within a turn, one that goes back changes nothing', async () => {
    const { submitted, end } = start([line('check', '0 13 * * *', { repositories: [] })]);
    await clock.advance(1000);
    clock.jump(hour);
    await clock.advance(tickEveryMs);
    expect(submitted).toHaveLength(1);
    clock.jump(-hour);
    await pass(hour + minute);
    expect(submitted).toHaveLength(1);
    await end();
  });

  test('after a downtime one run makes up for all', async () => {
    const lines = [line('incr', '*/10 * * * *')];
    const first = start(lines);
    await clock.advance(1000);
    await first.end();
    await clock.advance(5 * hour);
    const second = start(lines);
    await clock.advance(1000);
    expect(second.submitted.map(({ request }) => request.repository)).toEqual(['local', 'offsite']);
    await second.end();
  });

  test('a run that was cut off by the end of the daemon is gone on with by the next', async () => {
    const lines = [line('full', '0 13 * * *')];
    const first = start(lines);
    await pass(hour);
    expect(first.submitted).toHaveLength(2);
    const stopping = first.end();
    for (const { end } of first.submitted)
      end({
        result: 'interrupted',
        runId: 'backup-1',
        label: undefined,
        elapsedMs: 1,
        failure: new Failure('interrupted', { operation: 'x', problem: 'stopped' }),
      });
    await stopping;
    await first.scheduler.settled();
    await clock.advance(minute);
    const second = start(lines);
    await clock.advance(1000);
    expect(second.submitted).toEqual([]);
    second.scheduler.resume('other');
    expect(second.submitted).toEqual([]);
    second.scheduler.resume('main');
    expect(second.submitted).toHaveLength(2);
    expect(second.submitted[0]?.request.origin).toMatchObject({ occurrence: Date.UTC(2026, 10, 20, 13) });
    for (const { end } of second.submitted) end(done('backup-2'));
    await second.scheduler.settled();
    expect(journal.schedule.decisions()).toMatchObject([{ decision: 'run', runId: 'backup-2' }]);
    await second.end();
  });

  test('of several that were cut off only the newest is done, and none of a line that does not catch up', async () => {
    const lines = [line('full', '0 * * * *'), line('diff', '30 * * * *', { catchUp: false })];
    const memory = journal.schedule;
    memory.know(
      lines.map(({ key }) => key),
      clock.now() - 5 * hour,
    );
    const open = (key: string, occurrence: number): ScheduleDecision => ({
      line: key,
      stanza: 'main',
      occurrence,
      decidedAt: occurrence,
      decision: 'run',
      reason: undefined,
      detail: undefined,
      runId: undefined,
    });
    const [full, diff] = lines.map(({ key }) => key);
    memory.record([
      open(full ?? '', clock.now() - 2 * hour),
      open(full ?? '', clock.now()),
      open(diff ?? '', clock.now() - hour / 2),
    ]);
    const { scheduler, submitted, end } = start(lines);
    await clock.advance(1000);
    scheduler.resume('main');
    expect(submitted.map(({ request }) => request.backupType)).toEqual(['full', 'full']);
    const skipped = memory.decisions().filter(({ reason }) => reason === 'missed');
    expect(skipped).toHaveLength(2);
    await end();
  });

  test('a line that still runs is not begun again', async () => {
    const { submitted, decided, end } = start([line('check', '*/5 * * * *', { repositories: [] })]);
    await pass(16 * minute);
    expect(submitted).toHaveLength(1);
    expect(decided.filter(({ reason }) => reason === 'still-running').length).toBeGreaterThan(0);
    await end();
  });

  test('a new configuration counts at once', async () => {
    const { scheduler, submitted, lines, end } = start([]);
    await clock.advance(1000);
    lines.push(line('check', '* * * * *', { repositories: [] }));
    scheduler.wake();
    await clock.advance(1000);
    await pass(minute);
    expect(submitted).toHaveLength(1);
    await end();
  });

  test('a journal that cannot be written is told, nothing is begun, and the next turn tries again', async () => {
    const record = vi.spyOn(journal.schedule, 'record').mockImplementation(() => {
      throw new Failure('journal-damaged', { operation: 'x', problem: 'disk full' });
    });
    const { submitted, failures, end } = start([line('check', '* * * * *', { repositories: [] })]);
    await pass(2 * minute);
    expect(failures.length).toBeGreaterThan(0);
    expect(submitted).toEqual([]);
    record.mockRestore();
    await pass(minute);
    expect(submitted).toHaveLength(1);
    await end();
  });
});
