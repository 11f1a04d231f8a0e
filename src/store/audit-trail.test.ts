import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson, hashEntry, noPreviousHash } from './audit-hash.ts';
import type { AuditAnchor } from './audit-trail.ts';
import type { Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';

let directory: string;
let journal: Journal;
const actor = { user: 'änna "root"', host: 'db1', via: 'cli' };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hf-E-audit-'));
  let time = 1_700_000_000_000;
  journal = openJournal(directory, { owner: undefined, now: () => time++ });
  for (const kind of ['backup', 'check', 'expire', 'verify', 'restore'] as const) {
    journal.startRun({
      id: kind,
      kind,
      stanza: kind === 'expire' ? 'other' : 'main',
      repository: 'local',
      actor,
      cause: `holdfast ${kind}`,
      facts: {},
      process: undefined,
    });
    journal.finishRun(kind, { result: 'failed', failure: { kind: 'engine-failed' } });
  }
  journal.reopenRun('restore', undefined);
  journal.finishRun('restore', { result: 'ok' });
});
afterEach(() => {
  journal[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

/** Somebody with the right to write the file does so, triggers or not. */
function tamper(sql: string): void {
  using raw = new DatabaseSync(journal.file);
  raw.exec('DROP TRIGGER IF EXISTS audit_never_changes; DROP TRIGGER IF EXISTS audit_never_shrinks');
  raw.exec(sql);
}

interface RawEntry {
  sequence: number;
  entry: string;
  previous: string;
  hash: string;
}

function rawEntries(): RawEntry[] {
  using raw = new DatabaseSync(journal.file);
  return raw.prepare('SELECT sequence, entry, previous, hash FROM audit ORDER BY sequence').all() as never;
}

/** What somebody does who knows how the chain is made: every hash fits again, the noted head too. */
function rewriteFrom(first: number, change: (entry: string) => string): void {
  let previous = noPreviousHash;
  const statements = rawEntries().map(({ sequence, entry }) => {
    const text = sequence === first ? change(entry) : entry;
    const hash = hashEntry(previous, text);
    const sql = `UPDATE audit SET entry = '${text.replaceAll("'", "''")}', previous = '${previous}', hash = '${hash}'
      WHERE sequence = ${sequence}; UPDATE meta SET value = '${sequence}:${hash}' WHERE key = 'audit-head';`;
    previous = hash;
    return sql;
  });
  tamper(statements.join('\n'));
}

describe('the audit trail', () => {
  it('has what changes something, when it begins, ends and goes on', () => {
    expect(journal.audit.list().map((entry) => entry.action)).toEqual([
      'restore ended',
      'restore taken up again',
      'restore ended',
      'restore started',
      'expire ended',
      'expire started',
      'backup ended',
      'backup started',
    ]);
    expect(journal.audit.list({ stanza: 'other', limit: 1 })).toMatchObject([
      { sequence: 4, actor, runId: 'expire', details: { result: 'failed', failure: 'engine-failed' } },
    ]);
    expect(journal.audit.verify()).toEqual({
      entries: 8,
      head: journal.audit.head(),
      problems: [],
      losses: [],
    });
  });

  it('is checked by other tools in the way that its page says', () => {
    let previous = '0'.repeat(64);
    for (const entry of rawEntries()) {
      const sum = execFileSync('sha256sum', { input: `${previous}\n${entry.entry}`, encoding: 'utf8' });
      expect(sum.split(' ')[0]).toBe(entry.hash);
      previous = entry.hash;
    }
  });

  it('lets nobody change or remove an entry by accident', () => {
    using raw = new DatabaseSync(journal.file);
    expect(() => raw.exec(`UPDATE audit SET entry = '{}' WHERE sequence = 2`)).toThrow(/never changed/);
    expect(() => raw.exec('DELETE FROM audit')).toThrow(/never removed/);
  });

  it('is not written when the run is not, and the other way round', () => {
    const before = journal.audit.head();
    const run = { id: 'backup', kind: 'backup', stanza: 'main', repository: undefined, actor } as const;
    expect(() => journal.startRun({ ...run, cause: 'x', facts: {}, process: undefined })).toThrow();
    expect(journal.audit.head()).toEqual(before);
  });

  it.each([
    [
      'a changed field',
      `UPDATE audit SET entry = replace(entry, 'failed', 'ok') WHERE sequence = 2`,
      'entry 2 was changed',
    ],
    ['a removed entry', 'DELETE FROM audit WHERE sequence = 3', 'entry 3 is missing'],
    ['a cut tail', 'DELETE FROM audit WHERE sequence > 5', 'entries 6 to 8 are missing'],
    ['an emptied table', 'DELETE FROM audit', 'entries 1 to 8 are missing'],
    [
      'a removed entry whose place was closed',
      'DELETE FROM audit WHERE sequence = 3; UPDATE audit SET sequence = sequence - 1 WHERE sequence > 3',
      'entry 3 says that it is entry 4',
    ],
    [
      'an entry that was put in at the end',
      `INSERT INTO audit (sequence, entry, previous, hash) SELECT 9, entry, hash, hash FROM audit WHERE sequence = 8`,
      'entry 9 is there, but Holdfast wrote nothing after entry 8',
    ],
    ['text that is no entry', `UPDATE audit SET entry = '{' WHERE sequence = 4`, 'entry 4'],
  ])('shows %s', (_name, sql, problem) => {
    tamper(sql);
    expect(journal.audit.verify().problems.join('\n')).toContain(problem);
  });

  it('shows runs that were changed or removed behind its back', () => {
    tamper(`UPDATE run SET result = 'ok' WHERE id = 'backup'; DELETE FROM run WHERE id = 'expire'`);
    expect(journal.audit.verify().problems).toEqual([
      'run backup was changed: result is ok, but entry 2 says failed',
      'run expire is missing: entry 4 tells of it',
    ]);
  });

  it('does not hide a cut under the next entry', () => {
    tamper('DELETE FROM audit WHERE sequence > 6');
    journal.audit.append({ actor, action: 'set pinned', stanza: 'main', runId: undefined, details: {} });
    expect(journal.audit.head()?.sequence).toBe(9);
    expect(journal.audit.verify().problems).toContain('entries 7 to 8 are missing: removed from the trail');
  });

  it('shows a trail that was rewritten as a whole by an anchor that was kept elsewhere', () => {
    const anchors: AuditAnchor[] = rawEntries().map(({ sequence, hash }) => ({ sequence, hash }));
    expect(journal.audit.verify(anchors).problems).toEqual([]);
    rewriteFrom(4, (entry) => entry.replace('failed', 'ok'));
    expect(journal.audit.verify().problems).toEqual([]);
    expect(journal.audit.verify(anchors.slice(0, 3)).problems).toEqual([]);
    expect(journal.audit.verify(anchors.slice(5, 6)).problems).toEqual([
      'entry 6 is not the one that a backup set has noted: the trail was rewritten up to there',
    ]);
  });

  it('shows a tail that was cut together with the note of its end by an anchor', () => {
    const [anchor] = rawEntries().slice(-1);
    tamper(`DELETE FROM audit WHERE sequence > 5; DELETE FROM meta`);
    expect(journal.audit.verify().problems).toEqual([]);
    expect(journal.audit.verify(anchor && [anchor]).problems).toEqual([
      'entry 8, which a backup set has noted, is missing: the end of the trail was cut off',
    ]);
  });
});

describe('canonicalJson', () => {
  it('is the same whatever the order of keys, and means the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        const text = canonicalJson({ value });
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ value })));
      }),
    );
    expect(canonicalJson({ b: 1, a: { 10: 'x', 9: undefined, B: 2n } })).toBe(
      '{"a":{"10":"x","B":{"$bigint":"2"}},"b":1}',
    );
  });
});
