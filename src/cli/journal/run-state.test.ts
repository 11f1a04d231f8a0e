import { describe, expect, it } from 'vitest';
import { identifyProcess } from '../../process/process-identity.ts';
import type { RunBeat, RunRecord } from '../../store/journal.ts';
import { readSince } from './read-since.ts';
import { describeState, lookAtRun } from './run-state.ts';

const now = 1_700_000_000_000;
const alive = identifyProcess(process.pid);
const record = (more: Partial<RunRecord> = {}): RunRecord => ({
  id: 'backup-1',
  kind: 'backup',
  stanza: 'main',
  repository: 'local',
  actor: { user: 'anna', host: 'db1', via: 'cli' },
  cause: 'holdfast backup',
  startedAt: now - 500_000,
  endedAt: undefined,
  result: 'running',
  label: undefined,
  bytes: undefined,
  failure: undefined,
  facts: {},
  process: alive,
  ...more,
});
const state = (run: RunRecord, beat: RunBeat | undefined, form: 'short' | 'long'): string =>
  describeState(lookAtRun(run, { lastBeat: () => beat }, now), form);

describe('the state of a run', () => {
  const beat = (ageMs: number): RunBeat => ({ at: now - ageMs, bytesDone: 45, bytesTotal: 100 });

  it.each([
    ['running, 45 %, last sign of life 3 s ago', record(), beat(3400), 'long'],
    ['running, 45 %', record(), beat(3400), 'short'],
    ['silent, 45 %, for 61 s', record(), beat(61_000), 'short'],
    ['silent, 45 %, last sign of life 5 min ago', record(), beat(300_000), 'long'],
    ['running', record(), undefined, 'long'],
    ['running, last sign of life 0 s ago', record(), { ...beat(-9000), bytesTotal: 0 }, 'long'],
    ['killed, 45 %', record({ process: { pid: process.pid, startTicks: 1 } }), beat(90_000), 'short'],
    ['ok', record({ result: 'ok', endedAt: now }), beat(90_000), 'long'],
  ] as const)('is %s', (text, run, last, form) => expect(state(run, last, form)).toBe(text));
});

describe('--since', () => {
  it.each([
    ['24h', now - 86_400_000],
    ['7d', now - 7 * 86_400_000],
    ['10 minutes ago', now - 600_000],
    ['2023-11-01', Date.UTC(2023, 10, 1)],
    ['2023-11-01 10:30:00+01:00', Date.UTC(2023, 10, 1, 9, 30)],
  ])('%s', (text, expected) => expect(readSince(text, now)).toBe(expected));

  it.each(['yesterday', '', '2023-13-01x'])('refuses %j', (text) =>
    expect(() => readSince(text, now)).toThrow(),
  );
});
