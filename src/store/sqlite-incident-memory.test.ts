import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../model/incident.ts';
import { openJournal } from './open-journal.ts';

const open: Incident = {
  id: 'hole-main-local-000000010000000000000005-20261120T120000Z',
  stanza: 'main',
  repository: 'local',
  timeline: 1,
  first: '000000010000000000000005',
  last: '000000010000000000000006',
  segments: 2,
  beganAt: 1000,
  lostFrom: { time: 900, timeFrom: 'heartbeat' },
  attempts: [],
  closed: undefined,
};
const closed: Incident = {
  ...open,
  attempts: [{ at: 1100, type: 'diff', result: 'ok', runId: 'backup-1', set: 'D', detail: undefined }],
  closed: { at: 1300, why: 'healed', set: 'D', lostTo: 1200 },
};

describe('remembered incidents', () => {
  it('come back as they were written last, also from another opening of the journal', () => {
    const directory = mkdtempSync(join(tmpdir(), 'hf-incidents-'));
    try {
      const options = { owner: undefined, now: () => 0 };
      {
        using journal = openJournal(directory, options);
        journal.incidents.record([open]);
        expect(journal.incidents.list()).toEqual([open]);
        journal.incidents.record([
          closed,
          { ...open, id: 'other', stanza: 'two', lostFrom: undefined, beganAt: 2000 },
        ]);
      }
      using journal = openJournal(directory, options);
      expect(journal.incidents.list({ stanza: 'main' })).toEqual([closed]);
      expect(journal.incidents.list().map(({ id }) => id)).toEqual(['other', closed.id]);
      expect(journal.incidents.list({ since: 1301 }).map(({ id }) => id)).toEqual(['other']);
      expect(journal.incidents.list({ repository: 'offsite' })).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('are kept or not together with what is written alongside', () => {
    const directory = mkdtempSync(join(tmpdir(), 'hf-incidents-'));
    try {
      using journal = openJournal(directory, { owner: undefined, now: () => 0 });
      const broken = (): void => {
        throw new Error('no room');
      };
      expect(() => journal.incidents.record([open], broken)).toThrow('no room');
      expect(journal.incidents.list()).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
