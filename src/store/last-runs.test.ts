import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Journal, RunKind } from './journal.ts';
import { openJournal } from './open-journal.ts';

let directory: string;
let now: number;
let journal: Journal;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-last-'));
  now = 1000;
  journal = openJournal(directory, { owner: undefined, now: () => now });
});
afterEach(() => {
  journal[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

function run(id: string, kind: RunKind, result: 'ok' | 'failed' | 'running', repository = 'r1'): void {
  now += 1000;
  journal.startRun({
    id,
    kind,
    stanza: 'main',
    repository,
    actor: { user: 'postgres', host: 'db1', via: 'cli' },
    cause: 'x',
    facts: {},
    process: undefined,
  });
  if (result !== 'running') journal.finishRun(id, { result });
}

it('the last good run of a kind is found, whatever came later, in whichever repository', () => {
  expect(journal.lastGoodRun({ kind: 'restore', stanza: 'main' })).toBeUndefined();
  run('restore-1', 'restore', 'ok');
  run('restore-2', 'restore', 'ok', 'r2');
  run('restore-3', 'restore', 'failed');
  run('restore-4', 'restore', 'running');
  run('backup-5', 'backup', 'ok');
  expect(journal.lastGoodRun({ kind: 'restore', stanza: 'main' })?.id).toBe('restore-2');
  expect(journal.lastGoodRun({ kind: 'restore', stanza: 'other' })).toBeUndefined();
  expect(journal.lastRun({ kind: 'restore', stanza: 'main', repository: 'r1' })?.id).toBe('restore-3');
});

it('a clock that was ahead hides nothing of what comes after it was put right', () => {
  const last = (limit = 9) =>
    journal.lastRuns({ kind: 'verify', stanza: 'main', repository: 'r1' }, limit).map(({ id }) => id);
  run('verify-1', 'verify', 'ok');
  run('restore-1', 'restore', 'ok');
  const right = now;
  now += 200 * 86_400_000;
  run('verify-2', 'verify', 'failed');
  run('restore-2', 'restore', 'ok');
  now = right;
  // Nothing was written after it: what it found stands.
  expect(last()).toEqual(['verify-2', 'verify-1']);
  expect(journal.lastGoodRun({ kind: 'restore', stanza: 'main' })?.id).toBe('restore-2');
  run('verify-3', 'verify', 'failed');
  run('restore-3', 'restore', 'ok');
  expect(last()).toEqual(['verify-3', 'verify-1']);
  expect(last(1)).toEqual(['verify-3']);
  expect(journal.lastGoodRun({ kind: 'restore', stanza: 'main' })?.id).toBe('restore-3');
});

it('runs from ahead of the clock are better than none', () => {
  const right = now;
  now += 200 * 86_400_000;
  run('verify-1', 'verify', 'failed');
  now = right;
  expect(journal.lastRun({ kind: 'verify', stanza: 'main', repository: 'r1' })?.id).toBe('verify-1');
});

it('a clock that was ahead by less than a minute changes no order', () => {
  run('verify-1', 'verify', 'ok');
  now += 50_000;
  run('verify-2', 'verify', 'failed');
  now -= 50_000;
  expect(journal.lastRun({ kind: 'verify', stanza: 'main', repository: 'r1' })?.id).toBe('verify-2');
});
