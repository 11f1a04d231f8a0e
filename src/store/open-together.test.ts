import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournal } from './open-journal.ts';

test('waits for a process that makes the same new journal at this moment', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hf-together-'));
  // What the other one holds while it writes the first page: SQLite does not wait for it by itself here.
  const code = `
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(${JSON.stringify(join(directory, 'journal.sqlite'))});
    database.exec('BEGIN IMMEDIATE; CREATE TABLE first (page)');
    process.stdout.write('holds');
    setTimeout(() => database.exec('ROLLBACK'), 300);`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
    using journal = openJournal(directory, { owner: undefined, now: () => 1 });
    expect(journal.listRuns()).toEqual([]);
  } finally {
    await ended;
    rmSync(directory, { recursive: true });
  }
});

test('waits for a log that cannot be opened at this moment, and not for ever', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'hf-together-'));
  const open = () => openJournal(directory, { owner: undefined, now: () => 1 });
  open()[Symbol.dispose]();
  const log = join(directory, 'journal.sqlite-wal');
  mkdirSync(log);
  try {
    expect(open).toThrow(/unable to open database file/);
    const child = spawn('/bin/sh', ['-c', 'sleep 0.1; rmdir "$1"', 'sh', log]);
    const ended = once(child, 'exit');
    using journal = open();
    expect(journal.listRuns()).toEqual([]);
    expect(await ended).toEqual([0, null]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
