import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findingPlace, type KnownFinding } from '../model/finding.ts';
import type { Journal } from './journal.ts';
import { openJournal } from './open-journal.ts';

const directory = mkdtempSync(join(tmpdir(), 'hf-d-findings-'));
let opened: Journal | undefined;

/** As after a restart: what is not on disk is gone. */
function open(): Journal {
  opened?.[Symbol.dispose]();
  opened = openJournal(directory, { owner: undefined, now: () => 1 });
  return opened;
}

afterEach(() => {
  opened?.[Symbol.dispose]();
  opened = undefined;
  rmSync(directory, { recursive: true, force: true });
});

function finding(rule: string, since: number, change: Partial<KnownFinding> = {}): KnownFinding {
  return {
    rule,
    severity: 'critical',
    ...findingPlace('main', 'r1'),
    problem: 'x',
    evidence: 'y',
    remedy: 'Z.',
    since,
    lastSeenAt: since,
    endedAt: undefined,
    ...change,
  };
}
const none = { began: [], seen: [], ended: [] };

describe('what is remembered of findings', () => {
  it('is there after a restart, from beginning to end', () => {
    const first = finding('wal-hole', 10);
    open().findings.record({ ...none, began: [first, finding('no-backup', 11)] });
    expect(open().findings.open()).toEqual([first, finding('no-backup', 11)]);
    open().findings.record({ ...none, seen: [{ ...first, severity: 'warning', lastSeenAt: 20 }] });
    open().findings.record({ ...none, ended: [{ ...first, lastSeenAt: 20, endedAt: 30 }] });
    expect(
      open()
        .findings.open()
        .map(({ rule }) => rule),
    ).toEqual(['no-backup']);
    expect(open().findings.list({ rule: 'wal-hole' })).toMatchObject([
      { since: 10, lastSeenAt: 20, endedAt: 30 },
    ]);
  });

  it('has one open finding of an identity, and counts how often it began', () => {
    const { findings } = open();
    const first = finding('wal-hole', 10);
    findings.record({ ...none, began: [first] });
    findings.record({ ...none, began: [finding('wal-hole', 12)] });
    expect(findings.open()).toEqual([first]);
    findings.record({ ...none, ended: [{ ...first, endedAt: 15 }] });
    findings.record({ ...none, began: [finding('wal-hole', 20)] });
    expect(findings.begins(first, 10)).toBe(2);
    expect(findings.begins(first, 11)).toBe(1);
    expect(findings.begins({ ...first, subject: 'stanza other' }, 0)).toBe(0);
  });

  it('is noted together with what tells of it, or not at all', () => {
    const { findings } = open();
    expect(() =>
      findings.record({ ...none, began: [finding('wal-hole', 10)] }, () => {
        throw new Error('the disk is full');
      }),
    ).toThrow('the disk is full');
    expect(findings.open()).toEqual([]);
  });

  it('is listed by stanza and time, newest first, and forgotten when it is old', () => {
    const { findings } = open();
    const other = { ...finding('no-backup', 5), ...findingPlace('other'), endedAt: 7 };
    findings.record({ ...none, began: [finding('wal-hole', 10), other] });
    expect(findings.list().map(({ since }) => since)).toEqual([10, 5]);
    expect(findings.list({ limit: 1 })).toHaveLength(1);
    expect(findings.list({ stanza: 'other' })).toEqual([{ ...other, repository: undefined }]);
    expect(findings.list({ since: 8 }).map(({ rule }) => rule)).toEqual(['wal-hole']);
    expect(findings.forgetEndedBefore(8)).toBe(1);
    expect(findings.list().map(({ rule }) => rule)).toEqual(['wal-hole']);
  });
});
