import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CopyRecord } from '../model/copy.ts';
import type { Journal } from './journal.ts';
import { openJournal, type OpenJournalDeps, rebuildJournal, type RecoveryWish } from './open-journal.ts';
import type { JournalRecovery } from './recover-journal.ts';

const runCount = 150;
let state: string;
let recoveries: JournalRecovery[];
let time: number;
const actor = { user: 'anna', host: 'db1', via: 'cli' };
const deps = (): OpenJournalDeps & { recovery: RecoveryWish } => ({
  owner: undefined,
  now: () => time++,
  recovery: { actor, onRecovered: (recovery) => recoveries.push(recovery) },
});
const open = (): Journal => openJournal(state, deps());
const file = (): string => join(state, 'journal.sqlite');

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'hf-E-recover-'));
  recoveries = [];
  time = 1_700_000_000_000;
  using journal = open();
  for (let index = 1; index <= runCount; index++) {
    const id = `backup-${index}`;
    journal.startRun({
      id,
      kind: 'backup',
      stanza: 'main',
      repository: 'local',
      actor,
      cause: 'holdfast backup',
      facts: { filler: 'x'.repeat(700) },
      process: undefined,
    });
    journal.startStep(id, 'copy');
    journal.finishStep(id, 1, 'ok');
    if (index < runCount) journal.finishRun(id, { result: 'ok', label: `label-${index}` });
  }
});
afterEach(() => rmSync(state, { recursive: true }));

function overwrite(offset: number, bytes: Buffer): void {
  const descriptor = openSync(file(), 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, offset);
  closeSync(descriptor);
}

/** A leaf page that holds rows of the table. */
function pageOf(table: string): number {
  using database = new DatabaseSync(file());
  const row = database
    .prepare(
      `SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY pageno LIMIT 1 OFFSET 2`,
    )
    .get(table);
  return Number(row?.['pageno']);
}

describe('a damaged journal', () => {
  it('gives all but the rows of one zeroed page, tells which entries are missing, and keeps the file', () => {
    const page = pageOf('run');
    overwrite((page - 1) * 4096, Buffer.alloc(4096));
    const before = readFileSync(file());
    using journal = open();
    const [recovery] = recoveries;
    expect(recovery?.salvage).toMatchObject({
      complete: false,
      auditEntries: 2 * runCount - 1,
      lostEntries: [],
    });
    expect(journal.listRuns().length).toBeGreaterThan(runCount - 10);
    expect(journal.listRuns().length).toBeLessThan(runCount);
    expect(readFileSync(join(recovery?.aside ?? '', 'journal.sqlite'))).toEqual(before);
    expect(journal.audit.list({ limit: 1 })).toMatchObject([
      { action: 'journal rebuilt', details: { runsMayBeLost: true, damagedFiles: recovery?.aside } },
    ]);
    expect(journal.audit.verify()).toMatchObject({ problems: [], losses: [] });
    expect(readdirSync(state).filter((name) => name.startsWith('journal.rebuilding'))).toEqual([]);
  });

  it('keeps a trail with a hole that is noted as a loss and not as tampering', () => {
    overwrite((pageOf('audit') - 1) * 4096, Buffer.alloc(4096));
    using journal = open();
    const { problems, losses } = journal.audit.verify();
    expect(problems).toEqual([]);
    expect(losses).toEqual([
      expect.stringMatching(/^entries \d+ to \d+ are missing: lost with a damaged journal/),
    ]);
    expect(journal.listRuns()).toHaveLength(runCount);
  });

  it.each([
    ['a garbage header', () => overwrite(0, Buffer.alloc(100, 0xa5))],
    ['a zeroed first page', () => overwrite(0, Buffer.alloc(4096))],
  ])('loses nothing by %s', (_name, harm) => {
    harm();
    using journal = open();
    expect(recoveries[0]?.salvage).toMatchObject({ runs: runCount, steps: runCount, complete: true });
    expect(journal.unfinishedRuns().map((run) => run.id)).toEqual([`backup-${runCount}`]);
    expect(journal.audit.verify().problems).toEqual([]);
  });

  it('keeps heartbeats, because nobody can tell again when they were', () => {
    const heartbeat = {
      systemIdentifier: 7n,
      timeline: 1,
      lsn: 0x300_0028n,
      at: 1_795_000_000_000,
      sequence: 4,
    };
    {
      using journal = open();
      journal.samples.noteHeartbeat('main', heartbeat);
    }
    overwrite(0, Buffer.alloc(100, 0xa5));
    using journal = open();
    expect(recoveries).toHaveLength(1);
    expect(journal.samples.lastHeartbeat('main')).toEqual(heartbeat);
  });

  it('keeps what copies there are, so that they can be dropped', () => {
    const copy: CopyRecord = {
      id: 'clone-1',
      purpose: 'clone',
      stanza: 'main',
      name: 'before',
      restoreId: 'restore-1',
      place: '/var/lib/holdfast/copies/clone-1',
      dataDirectory: '/var/lib/holdfast/copies/clone-1/data',
      engineDirectory: undefined,
      port: 5433,
      socketDirectory: '/tmp/holdfast-1',
      owner: 'postgres',
      host: 'db1',
      target: 'the end of the WAL',
      repository: 'local',
      set: '20261120-000000F',
      createdAt: time,
      expiresAt: time + 1000,
      state: 'ready',
      process: undefined,
    };
    {
      using journal = open();
      journal.copies.begin(copy);
    }
    overwrite(pageOf('run') * 4096 - 4096, Buffer.alloc(4096));
    using journal = open();
    expect(recoveries).toHaveLength(1);
    expect(journal.copies.list()).toEqual([copy]);
  });

  it('gives the beginning of a file that was cut off', () => {
    truncateSync(file(), Math.floor(statSync(file()).size / 8192) * 4096);
    using journal = open();
    expect(recoveries).toHaveLength(1);
    expect(journal.listRuns().length).toBeGreaterThan(10);
    journal.finishRun(journal.listRuns()[0]?.id ?? '', { result: 'ok' });
    expect(journal.audit.verify().problems).toEqual([]);
  });

  it('is made out of its write-ahead log when that is all there is', () => {
    const other = join(state, 'other');
    mkdirSync(other);
    {
      using journal = openJournal(other, deps());
      const run = {
        kind: 'backup',
        stanza: 'main',
        repository: 'local',
        actor,
        cause: 'x',
        facts: {},
      } as const;
      for (const id of ['one', 'two']) journal.startRun({ id, ...run, process: undefined });
      // While it is open nothing has been played back: the log has it all.
      rmSync(file());
      copyFileSync(join(other, 'journal.sqlite-wal'), `${file()}-wal`);
    }
    using journal = open();
    expect(recoveries[0]?.salvage).toMatchObject({ runs: 2, auditEntries: 2 });
    expect(journal.audit.verify().problems).toEqual([]);
    expect(existsSync(join(recoveries[0]?.aside ?? '', 'journal.sqlite-wal'))).toBe(true);
  });

  it.each([0, 40, 5000])('is begun anew when only %i bytes of its log are there, which are kept', (size) => {
    rmSync(file());
    writeFileSync(`${file()}-wal`, Buffer.alloc(size, 0x37));
    using journal = open();
    expect(journal.listRuns()).toEqual([]);
    expect(recoveries).toHaveLength(size === 0 ? 0 : 1);
  });

  it('is begun anew when nothing of it can be read', () => {
    writeFileSync(file(), 'somebody wrote this here'.repeat(1000));
    using journal = open();
    expect(journal.listRuns()).toEqual([]);
    expect(readFileSync(join(recoveries[0]?.aside ?? '', 'journal.sqlite'), 'utf8')).toContain('somebody');
  });

  it('is rebuilt by force where rows make no sense, without them', () => {
    using raw = new DatabaseSync(file());
    raw.exec(`UPDATE run SET facts = '{' WHERE id = 'backup-7'`);
    raw.close();
    using journal = rebuildJournal(state, deps());
    const ids = journal.listRuns().map((run) => run.id);
    expect(ids).toHaveLength(runCount - 1);
    expect(ids).not.toContain('backup-7');
  });

  it('is rebuilt once, also where the one that does it was killed in the middle', () => {
    overwrite(0, Buffer.alloc(4096));
    // Killed while moving; the next one killed with the new journal half made.
    mkdirSync(join(state, 'journal.rebuilding'));
    renameSync(file(), join(state, 'journal.rebuilding', 'journal.sqlite'));
    writeFileSync(join(state, 'journal.rebuilding', 'rebuilt.sqlite'), 'half');
    {
      using journal = open();
      expect(journal.listRuns()).toHaveLength(runCount);
    }
    // Killed before the last rename: what was written since must stay.
    const aside = recoveries[0]?.aside ?? '';
    renameSync(aside, join(state, 'journal.rebuilding'));
    using journal = open();
    expect(journal.listRuns()).toHaveLength(runCount);
    expect(recoveries[1]).toEqual({ aside, salvage: undefined });
    expect(journal.audit.list().filter((entry) => entry.action === 'journal rebuilt')).toHaveLength(1);
  });

  it('is put back by whoever has it open when its file is deleted', () => {
    using journal = open();
    journal.beat('backup-1', { bytesDone: 1, bytesTotal: 2 });
    rmSync(file());
    journal.finishRun(`backup-${runCount}`, { result: 'ok' });
    expect(existsSync(file())).toBe(true);
    using other = open();
    expect(other.listRuns()).toHaveLength(runCount);
    expect(other.unfinishedRuns()).toEqual([]);
    expect(other.lastBeat('backup-1')).toMatchObject({ bytesDone: 1 });
    expect(recoveries).toEqual([]);
  });

  it('is followed by whoever has it open when it is rebuilt', () => {
    using journal = open();
    using rebuilt = rebuildJournal(state, deps());
    journal.finishRun(`backup-${runCount}`, { result: 'ok' });
    expect(rebuilt.unfinishedRuns()).toEqual([]);
  });
});
