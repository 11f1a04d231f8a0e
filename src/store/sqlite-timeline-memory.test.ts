import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal } from './open-journal.ts';
import type { TimelineMemory } from './timeline-memory.ts';

const system = 7_388_119_204_571_283_001n;

function withMemory(work: (memory: TimelineMemory) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'hf-b-timelines-'));
  try {
    using journal = openJournal(directory, { owner: undefined, now: () => 0 });
    work(journal.timelines);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const first = { timeline: 1, parent: undefined, beginLsn: undefined, source: 'history' } as const;
const second = { timeline: 2, parent: 1, beginLsn: 0xffff_ffff_ffff_ff00n, source: 'primary' } as const;

describe('remembered timelines', () => {
  it('come back by number, of one database of one stanza', () => {
    withMemory((memory) => {
      memory.note('main', system, [second, first], 5);
      memory.note('main', 8n, [first], 6);
      memory.note('other', system, [first], 7);
      expect(memory.list('main', system)).toEqual([
        { ...first, firstSeen: 5, lastSeen: 5, note: undefined },
        { ...second, firstSeen: 5, lastSeen: 5, note: undefined },
      ]);
    });
  });

  it('keep the surest source and widen when they were seen', () => {
    withMemory((memory) => {
      memory.note('main', system, [first], 5);
      memory.note('main', system, [{ ...first, source: 'primary' }], 9);
      memory.note('main', system, [{ ...first, source: 'patroni' }], 12);
      expect(memory.list('main', system)).toMatchObject([{ source: 'primary', firstSeen: 5, lastSeen: 12 }]);
    });
  });

  it('learn later where they began, and are not told otherwise by who knows less', () => {
    withMemory((memory) => {
      memory.note('main', system, [{ ...second, parent: undefined, beginLsn: undefined }], 5);
      memory.note('main', system, [{ ...second, source: 'patroni' }], 6);
      memory.note('main', system, [{ ...second, source: 'patroni', beginLsn: 3n }], 7);
      expect(memory.list('main', system)).toMatchObject([
        { parent: 1, beginLsn: second.beginLsn, source: 'primary' },
      ]);
    });
  });

  it('have those that a person accepted, with the reason, until production is on one', () => {
    withMemory((memory) => {
      memory.accept('main', system, 3, 'a restore by hand in May', 5);
      expect(memory.list('main', system)).toMatchObject([
        { timeline: 3, source: 'accepted', note: 'a restore by hand in May' },
      ]);
      memory.note('main', system, [{ ...second, timeline: 3 }], 6);
      memory.accept('main', system, 3, 'again', 7);
      expect(memory.list('main', system)).toMatchObject([{ source: 'primary', note: 'again' }]);
    });
  });
});
