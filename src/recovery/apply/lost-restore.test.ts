import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../store/journal.ts';
import { openJournal } from '../../store/open-journal.ts';
import { refuseLostRestore } from './lost-restore.ts';

let directory: string;
let journal: Journal;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-E-lost-'));
  journal = openJournal(join(directory, 'state'), { owner: undefined, now: () => 1 });
});
afterEach(() => {
  journal[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

const data = (): string => join(directory, 'data');
const mark = (text: string): void => writeFileSync(`${data()}.holdfast-restore.json`, text);
const refuse = (): Promise<void> => refuseLostRestore(journal, data(), 'restore stanza main');

describe('refuseLostRestore', () => {
  it('lets pass what has no half done restore, or one that the journal knows', async () => {
    await expect(refuse()).resolves.toBeUndefined();
    mark(JSON.stringify({ restore: 'restore-1' }));
    journal.startRun({
      id: 'restore-1',
      kind: 'restore',
      stanza: 'main',
      repository: 'local',
      actor: { user: 'anna', host: 'db1', via: 'cli' },
      cause: 'holdfast restore',
      facts: {},
      process: undefined,
    });
    await expect(refuse()).resolves.toBeUndefined();
  });

  it('says what lies where when the journal does not know it', async () => {
    mark(JSON.stringify({ restore: 'restore-1', oldDataDirectory: '/old', salvagedWal: '/wal' }));
    await expect(refuse()).rejects.toMatchObject({
      kind: 'operation-unfinished',
      problem: expect.stringContaining('restore-1'),
      hint: expect.stringMatching(/move \/old back to .*\/wal/),
    });
  });

  it.each(['', '{', '[]', 'null', '{"restore":7}'])('refuses over a note that says %j', async (text) => {
    mark(text);
    await expect(refuse()).rejects.toMatchObject({ kind: 'operation-unfinished' });
  });
});
