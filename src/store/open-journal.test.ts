import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../model/failure.ts';
import type { Journal, NewRun } from './journal.ts';
import { openJournal } from './open-journal.ts';

let directory: string;
let time = 1_000;
const now = (): number => time++;
const open = (): Journal => openJournal(join(directory, 'state'), { owner: undefined, now });

const restoreRun = (id: string, facts: Record<string, unknown> = {}): NewRun => ({
  id,
  kind: 'restore',
  stanza: 'main',
  repository: 'local',
  actor: { user: 'anna', host: 'db1', via: 'cli' },
  cause: 'holdfast restore --to latest',
  facts,
  process: { pid: 7, startTicks: 8 },
});

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-journal-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('openJournal', () => {
  it('keeps a run and its steps over a reopening, bigints and all', () => {
    const facts = { plan: { lsn: 2n ** 62n } };
    {
      using journal = open();
      journal.startRun(restoreRun('restore-1', facts));
      const step = journal.startStep('restore-1', 'stop-server', { wasRunning: true });
      journal.finishStep('restore-1', step.sequence, 'ok', { mode: 'fast' });
      journal.startStep('restore-1', 'move-aside');
    }
    using journal = open();
    expect(journal.unfinishedRuns().map((run) => run.id)).toEqual(['restore-1']);
    expect(journal.findRun('restore-1')).toMatchObject({
      facts,
      process: { pid: 7, startTicks: 8 },
      result: 'running',
    });
    expect(journal.stepsOf('restore-1')).toMatchObject([
      { sequence: 1, name: 'stop-server', result: 'ok', facts: { wasRunning: true, mode: 'fast' } },
      { sequence: 2, name: 'move-aside', result: 'running', endedAt: undefined },
    ]);
  });

  it('ends a run with its failure, and lets it go on', () => {
    using journal = open();
    journal.startRun(restoreRun('restore-1'));
    const failure = new Failure('engine-failed', { operation: 'restore', problem: 'broken' }).toJSON();
    expect(journal.finishRun('restore-1', { result: 'failed', failure, bytes: 12 })).toMatchObject({
      result: 'failed',
      failure,
      bytes: 12,
    });
    expect(journal.unfinishedRuns()).toEqual([]);
    expect(journal.reopenRun('restore-1', { pid: 9, startTicks: 10 })).toMatchObject({
      result: 'running',
      failure: undefined,
      endedAt: undefined,
      process: { pid: 9, startTicks: 10 },
    });
  });

  it('finds runs by any unambiguous beginning or end', () => {
    using journal = open();
    journal.startRun(restoreRun('restore-20261120T103000Z-3f2a'));
    journal.startRun(restoreRun('restore-20261120T104500Z-77b1'));
    expect(journal.findRun('3f2a')?.id).toBe('restore-20261120T103000Z-3f2a');
    expect(journal.findRun('restore-20261120T1045')?.id).toBe('restore-20261120T104500Z-77b1');
    expect(journal.findRun('backup-')).toBeUndefined();
    expect(journal.findRun('')).toBeUndefined();
    expect(() => journal.findRun('restore-')).toThrow(/several runs fit/);
  });

  it('lists the newest first, by stanza and kind', () => {
    using journal = open();
    journal.startRun(restoreRun('restore-1'));
    journal.startRun({ ...restoreRun('backup-2'), kind: 'backup' });
    journal.startRun({ ...restoreRun('restore-3'), stanza: 'other' });
    expect(journal.listRuns().map((run) => run.id)).toEqual(['restore-3', 'backup-2', 'restore-1']);
    expect(journal.listRuns({ limit: 1 }).map((run) => run.id)).toEqual(['restore-3']);
    expect(journal.listRuns({ stanza: 'main', kind: 'restore' }).map((run) => run.id)).toEqual(['restore-1']);
  });

  it('writes nothing when the guard refuses', () => {
    using journal = open();
    journal.startRun(restoreRun('restore-1'));
    const refuse = (unfinished: readonly { id: string }[]): void => {
      throw new Error(`there is ${unfinished.map((run) => run.id).join()}`);
    };
    expect(() => journal.startRun(restoreRun('restore-2'), refuse)).toThrow('there is restore-1');
    expect(journal.listRuns()).toHaveLength(1);
  });

  it('is used by two at once', () => {
    using first = open();
    using second = open();
    for (let index = 0; index < 20; index++) {
      (index % 2 ? first : second).startRun(restoreRun(`restore-${index}`));
    }
    expect(first.listRuns()).toHaveLength(20);
  });

  it('makes the directory for its owner only', () => {
    using _journal = open();
    expect(statSync(join(directory, 'state')).mode & 0o777).toBe(0o750);
    expect(statSync(join(directory, 'state/journal.sqlite')).mode & 0o007).toBe(0);
  });
});

describe('a journal that cannot be used', () => {
  const file = (): string => join(directory, 'state/journal.sqlite');

  it('is named as damaged when it is not a database, and kept', () => {
    open()[Symbol.dispose]();
    writeFileSync(file(), 'this is not a database, but somebody wrote it here'.repeat(100));
    expect(open).toThrow(
      expect.objectContaining({ kind: 'journal-damaged', hint: expect.stringContaining('--rebuild') }),
    );
    expect(readFileSync(file(), 'utf8')).toContain('somebody wrote it here');
  });

  it('is named as damaged when its pages are', () => {
    {
      using journal = open();
      for (let index = 0; index < 200; index++)
        journal.startRun(restoreRun(`restore-${index}`, { x: 'y'.repeat(500) }));
    }
    const bytes = readFileSync(file());
    bytes.fill(0xff, 8192, 8192 + 4096 * 6);
    writeFileSync(file(), bytes);
    expect(open).toThrow(expect.objectContaining({ kind: 'journal-damaged' }));
    expect(existsSync(file())).toBe(true);
  });

  it('is refused when another program or a newer version wrote it', () => {
    open()[Symbol.dispose]();
    const raw = new DatabaseSync(file());
    raw.exec('PRAGMA user_version = 99');
    expect(open).toThrow(/newer holdfast/);
    raw.exec('PRAGMA application_id = 77');
    expect(open).toThrow(/another program/);
    raw.close();
  });

  it('is named as damaged when a row makes no sense', () => {
    {
      using journal = open();
      journal.startRun(restoreRun('restore-1'));
    }
    const raw = new DatabaseSync(file());
    raw.exec(`UPDATE run SET facts = '{'`);
    raw.close();
    using journal = open();
    expect(() => journal.listRuns()).toThrow(expect.objectContaining({ kind: 'journal-damaged' }));
  });
});
