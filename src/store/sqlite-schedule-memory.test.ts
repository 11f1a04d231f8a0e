import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';
import type { ScheduleDecision } from './schedule-memory.ts';

let directory: string;
let journal: Journal;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-E-schedule-'));
  journal = openJournal(directory, { owner: undefined, now: () => 1 });
});
afterEach(() => {
  journal[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

const decision = (occurrence: number, more: Partial<ScheduleDecision> = {}): ScheduleDecision => ({
  line: 'main/full',
  stanza: 'main',
  occurrence,
  decidedAt: occurrence + 1,
  decision: 'run',
  reason: undefined,
  detail: undefined,
  runId: undefined,
  ...more,
});

it('knows a line since it was first seen, and moves on with each decision, never back', () => {
  expect(journal.schedule.know(['main/full', 'main/incr'], 100).get('main/full')).toEqual({
    knownSince: 100,
    decidedUntil: 100,
  });
  journal.schedule.record([decision(300), decision(200, { decision: 'skip', reason: 'missed' })]);
  const known = journal.schedule.know(['main/full', 'main/incr'], 900);
  expect(known.get('main/full')).toEqual({ knownSince: 100, decidedUntil: 300 });
  expect(known.get('main/incr')).toEqual({ knownSince: 100, decidedUntil: 100 });
});

it('settles a decision, lists the newest first, and forgets old ones but not what was decided', () => {
  journal.schedule.know(['main/full'], 100);
  journal.schedule.record([
    decision(200),
    decision(300),
    decision(250, { line: 'other/full', stanza: 'other' }),
  ]);
  journal.schedule.settle('main/full', 300, {
    decision: 'skip',
    reason: 'satisfied',
    detail: 'db2 was faster',
    runId: undefined,
  });
  expect(journal.schedule.decisions({ stanza: 'main' })).toEqual([
    decision(300, { decision: 'skip', reason: 'satisfied', detail: 'db2 was faster' }),
    decision(200),
  ]);
  expect(journal.schedule.decisions({ line: 'other/full', limit: 1 })).toHaveLength(1);
  expect(journal.forgetDecisionsBefore(252)).toBe(2);
  expect(journal.schedule.decisions()).toHaveLength(1);
  expect(journal.schedule.know(['main/full'], 900).get('main/full')?.decidedUntil).toBe(300);
});

it('goes back with a clock that was far ahead', () => {
  journal.schedule.know(['main/full'], 100);
  journal.schedule.record([decision(200), decision(9000)]);
  journal.schedule.rewind(['main/full'], 500);
  expect(journal.schedule.know(['main/full'], 500).get('main/full')).toEqual({
    knownSince: 100,
    decidedUntil: 500,
  });
  expect(journal.schedule.decisions().map((one) => one.occurrence)).toEqual([200]);
});

it('keeps the last beat only', () => {
  expect(journal.lastBeat('backup-1')).toBeUndefined();
  journal.beat('backup-1', { bytesDone: 1, bytesTotal: undefined });
  journal.beat('backup-1', { bytesDone: 5, bytesTotal: 10 });
  expect(journal.lastBeat('backup-1')).toEqual({ at: 1, bytesDone: 5, bytesTotal: 10 });
});
