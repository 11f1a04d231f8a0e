import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applicationId } from './migrate.ts';
import { runsAndSteps } from './migrations/0001-runs-and-steps.ts';
import { openJournal } from './open-journal.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-E-migrate-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** The file as the version before the audit trail left it, an unfinished restore in it. */
function writeFirstVersion(): void {
  using old = new DatabaseSync(join(directory, 'journal.sqlite'));
  old.exec(`PRAGMA journal_mode = WAL; ${runsAndSteps}
    PRAGMA application_id = ${applicationId}; PRAGMA user_version = 1;
    INSERT INTO run VALUES
      ('backup-1', 'backup', 'main', 'local', 'anna', 'db1', 'cli', 'holdfast backup', 1000, 2000, 'ok',
       '20261120-103000F', 12, NULL, '{"type":"full"}', 7, 8),
      ('restore-2', 'restore', 'main', 'local', 'anna', 'db1', 'cli', 'holdfast restore', 3000, NULL, 'running',
       NULL, NULL, NULL, '{"plan":{"lsn":{"$bigint":"4611686018427387904"}}}', 9, 10);
    INSERT INTO step VALUES ('restore-2', 1, 'stop-server', 3001, 3002, 'ok', '{"wasRunning":true}');`);
}

describe('a journal of the first version', () => {
  it('keeps everything, and gets a trail that begins with what comes next', () => {
    writeFirstVersion();
    let time = 5000;
    const open = (): ReturnType<typeof openJournal> =>
      openJournal(directory, { owner: undefined, now: () => time++ });
    {
      using journal = open();
      expect(journal.listRuns()).toMatchObject([
        { id: 'restore-2', result: 'running', facts: { plan: { lsn: 2n ** 62n } } },
        { id: 'backup-1', result: 'ok', label: '20261120-103000F', bytes: 12, endedAt: 2000 },
      ]);
      expect(journal.stepsOf('restore-2')).toMatchObject([
        { name: 'stop-server', facts: { wasRunning: true } },
      ]);
      expect(journal.audit.list()).toEqual([]);
      expect(journal.isRebuildPending()).toBe(true);
      journal.finishRun('restore-2', { result: 'ok' });
    }
    using journal = open();
    expect(journal.audit.list()).toMatchObject([
      { sequence: 1, action: 'restore ended', runId: 'restore-2' },
    ]);
    expect(journal.audit.verify().problems).toEqual([]);
    expect(journal.findDamage()).toEqual([]);
  });
});
