import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Journal, RunKind } from './journal.ts';
import { openJournal } from './open-journal.ts';

const directory = mkdtempSync(join(tmpdir(), 'hf-last-'));
let now = 1000;
const journal: Journal = openJournal(directory, { owner: undefined, now: () => now });
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
