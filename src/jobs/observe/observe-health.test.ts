import { describe, expect, it } from 'vitest';
import { createHttpParts } from '../../../test/support/http-parts.ts';
import type { NewRun } from '../../store/journal.ts';
import type { ScheduleDecision } from '../../store/schedule-memory.ts';
import { scheduleLines } from '../../config/schedule-lines.ts';
import { observeHealth } from './observe-health.ts';

const actor = { user: 'postgres', host: 'db1', via: 'daemon' };

function newRun(id: string, change: Partial<NewRun> = {}): NewRun {
  const place = { kind: 'backup', stanza: 'main', repository: 'r1' } as const;
  return { id, ...place, actor, cause: 'x', facts: {}, process: undefined, ...change };
}

describe('what is known of the past', () => {
  it('is the last run of each kind and repository that has ended, whatever runs now', () => {
    using bed = createHttpParts();
    const { journal } = bed.parts;
    for (const [id, change, result] of [
      ['backup-1', {}, 'ok'],
      ['backup-2', {}, 'failed'],
      ['backup-3', { repository: 'r2' }, 'ok'],
      ['check-1', { kind: 'check', repository: undefined }, 'ok'],
      // Of a stanza that is no longer in the file, and of a kind that says nothing of the present.
      ['backup-4', { stanza: 'gone' }, 'failed'],
      ['setup-1', { kind: 'setup', repository: undefined }, 'failed'],
    ] as const) {
      journal.startRun(newRun(id, change));
      journal.finishRun(id, { result, ...(result === 'failed' ? { failure: { problem: 'full' } } : {}) });
    }
    journal.startRun(newRun('backup-5'));
    const { lastRuns, unfinished } = observeHealth(bed.parts);
    expect(lastRuns.map(({ id, result, problem }) => [id, result, problem])).toEqual([
      ['backup-2', 'failed', 'full'],
      ['backup-3', 'ok', undefined],
      ['check-1', 'ok', undefined],
    ]);
    expect(unfinished).toEqual([]);
  });

  it('has restores that are under way, and those whose process is gone', () => {
    using bed = createHttpParts();
    const { journal } = bed.parts;
    const restore = { kind: 'restore', repository: undefined } as const;
    journal.startRun(newRun('restore-1', { ...restore, process: { pid: process.pid, startTicks: 1 } }));
    expect(observeHealth(bed.parts).unfinished).toMatchObject([{ id: 'restore-1', alive: false }]);
  });

  it('has the newest time of each line that is in the file, with the run that it led to', () => {
    using bed = createHttpParts();
    const { journal } = bed.parts;
    const [main] = bed.parts.configuration().stanzas;
    if (main === undefined) throw new Error('the bed has a stanza');
    const entry = { job: 'full', cron: '0 2 * * *', timezone: undefined, repositories: [] } as const;
    const lines = scheduleLines({ stanzas: [{ ...main, schedule: [entry] }] });
    const [line] = lines;
    if (line === undefined) throw new Error('the schedule has a line');
    const decision = (occurrence: number, change: Partial<ScheduleDecision>): ScheduleDecision => ({
      line: line.key,
      stanza: 'main',
      occurrence,
      decidedAt: bed.now,
      decision: 'run',
      reason: undefined,
      detail: undefined,
      runId: undefined,
      ...change,
    });
    journal.startRun(newRun('backup-1'));
    journal.finishRun('backup-1', { result: 'failed', failure: { problem: 'full' } });
    journal.schedule.know([line.key, 'main/gone'], 0);
    journal.schedule.record([
      decision(1, { decision: 'skip', reason: 'missed' }),
      decision(2, { runId: 'backup-1' }),
      decision(3, { line: 'main/gone' }),
    ]);
    const { lines: seen } = observeHealth({ ...bed.parts, scheduleLines: () => lines });
    expect(seen).toMatchObject([
      { occurrence: 2, decision: 'run', run: { id: 'backup-1', result: 'failed' } },
    ]);
  });
});
