import { describe, expect, it } from 'vitest';
import { backupSet } from '../../../test/support/backup-set.ts';
import type { VerifiedSet, VerifyOutcome } from '../../engine/verify.ts';
import type { BackupSet } from '../../model/backup-set.ts';
import { judgeVerify, type VerifyObservation } from './judge-verify.ts';

const name = (low: number): string =>
  `0000000100000000000000${low.toString(16).toUpperCase().padStart(2, '0')}`;

function setOf(label: string, segment: number, change: Partial<BackupSet> = {}): BackupSet {
  const wal = { archiveStart: name(segment), archiveStop: name(segment) };
  return backupSet({ label, startTime: segment, stopTime: segment, ...wal, ...change });
}

const full = setOf('1F', 1);
const incr = setOf('1F_2I', 3, { prior: '1F', references: ['1F'] });

function judge(
  outcome: Partial<VerifyOutcome>,
  change: Partial<VerifyObservation> = {},
): readonly (readonly [string, string])[] {
  const sets = change.sets ?? [full, incr];
  const seen: VerifyObservation = {
    repository: {
      name: 'local',
      key: 1,
      retention: {
        full: { by: 'count', count: 2 },
        diff: undefined,
        archive: 'follow',
        history: undefined,
      },
    },
    outcome: {
      status: 'ok',
      sets: sets.map(({ label }) => valid(label)),
      archives: [
        { id: '15-1', segmentsChecked: 9, segmentsValid: 9, ranges: [{ first: name(1), last: name(9) }] },
      ],
      invalidFiles: [],
      remarks: [],
      elapsedMs: 1,
      ...outcome,
    },
    sets,
    scope: undefined,
    segmentsNow: undefined,
    soundPairs: [],
    passing: [],
    now: 1000,
    ...change,
  };
  return judgeVerify(seen).map((finding) => [finding.rule, finding.severity] as const);
}

function valid(label: string, status: VerifiedSet['status'] = 'valid'): VerifiedSet {
  return { label, status, filesChecked: 1, filesValid: 1 };
}

describe('the judgement of a verify', () => {
  it('finds nothing where all is well', () => {
    expect(judge({})).toEqual([]);
  });

  it('does not blame what came or went meanwhile', () => {
    const sets = [valid('1F'), valid('1F_2I'), valid('0F', 'manifest missing'), valid('9F', 'invalid')];
    expect(judge({ status: 'error', sets })).toEqual([]);
    const gone = { problem: 'missing', place: '15-1', file: 'x', detail: undefined } as const;
    expect(judge({ status: 'error', invalidFiles: [gone] })).toEqual([]);
  });

  it('never takes an error that it cannot explain for well', () => {
    expect(judge({ status: 'error' })).toEqual([['verify-error', 'critical']]);
    expect(judge({ status: 'error', remarks: ['something new'] })).toEqual([
      ['verify-remark', 'advice'],
      ['verify-error', 'critical'],
    ]);
  });

  it('says of a set that it uses files of a damaged one', () => {
    const sets = [valid('1F', 'invalid'), valid('1F_2I', 'invalid')];
    expect(judge({ status: 'error', sets })).toEqual([
      ['set-damaged', 'critical'],
      ['set-damaged', 'critical'],
    ]);
  });

  it('misses a listed set that verify does not mention', () => {
    expect(judge({ sets: [valid('1F_2I')] })).toEqual([['set-missing', 'critical']]);
    expect(judge({ sets: [valid('1F_2I')] }, { scope: '1F_2I' })).toEqual([]);
  });

  it('judges a set alone with what it is built on', () => {
    const other = setOf('5F', 5);
    const sets = [valid('1F', 'invalid'), valid('1F_2I'), valid('5F')];
    const given = { sets: [full, incr, other] };
    expect(judge({ status: 'error', sets }, { ...given, scope: '5F' })).toEqual([]);
    expect(judge({ status: 'error', sets }, { ...given, scope: '1F_2I' })).toEqual([
      ['set-damaged', 'critical'],
    ]);
  });

  it('looks for WAL in the archive of the database that a set is of', () => {
    const archives = [
      { id: '15-1', segmentsChecked: 1, segmentsValid: 1, ranges: [{ first: name(1), last: name(3) }] },
      { id: '16-2', segmentsChecked: 1, segmentsValid: 1, ranges: [{ first: name(5), last: name(9) }] },
    ];
    expect(judge({ archives }, { sets: [full, incr, setOf('5F', 5, { databaseId: 2 })] })).toEqual([]);
    expect(judge({ archives }, { sets: [full, incr, setOf('5F', 5)] })).toEqual([
      ['set-wal-missing', 'critical'],
    ]);
  });

  it('misses no WAL of a former database that went because the newer one has sets that count', () => {
    const [one, two, three] = [setOf('1F', 1), setOf('3F', 3), setOf('5F', 5)];
    const archives = [
      {
        id: '14-1',
        segmentsChecked: 5,
        segmentsValid: 5,
        ranges: [
          { first: name(1), last: name(1) },
          { first: name(3), last: name(3) },
          { first: name(5), last: name(7) },
        ],
      },
      { id: '15-2', segmentsChecked: 9, segmentsValid: 9, ranges: [{ first: name(1), last: name(9) }] },
    ];
    const sets = [one, two, three, setOf('9F', 2, { databaseId: 2 })];
    // The two newest are 9F and 5F: from 5F on the engine keeps all WAL of the former one.
    expect(judge({ archives }, { sets })).toEqual([]);
    // Before the new one had a set they were 5F and 3F.
    expect(judge({ archives }, { sets: [one, two, three] })).toEqual([['wal-gap', 'critical']]);
  });

  it('does not take WAL of a former database for WAL that has arrived since', () => {
    // After a new initdb and stanza-upgrade the names begin anew.
    const archives = [
      { id: '14-1', segmentsChecked: 9, segmentsValid: 9, ranges: [{ first: name(1), last: name(9) }] },
      {
        id: '15-2',
        segmentsChecked: 6,
        segmentsValid: 6,
        ranges: [
          { first: name(1), last: name(5) },
          { first: name(8), last: name(9) },
        ],
      },
    ];
    const listed = (ownLow: readonly number[]) =>
      new Map([
        ['14-1', new Set([1, 2, 3, 4, 5, 6, 7, 8, 9].map(name))],
        ['15-2', new Set(ownLow.map(name))],
      ]);
    const same = { segmentsNow: listed([1, 2, 3, 4, 5, 8, 9]) };
    const filling = { segmentsNow: listed([1, 2, 3, 4, 5, 7, 8, 9]) };
    const old = setOf('1F', 1);
    const gap = { sets: [old, setOf('3F', 3, { databaseId: 2 })] };
    expect(judge({ archives }, { ...gap, ...same })).toEqual([['wal-gap', 'critical']]);
    expect(judge({ archives }, { ...gap, ...filling })).toEqual([]);
    const needed = { sets: [old, setOf('4F', 4, { databaseId: 2, archiveStop: name(9) })] };
    expect(judge({ archives }, { ...needed, ...same })).toContainEqual(['set-wal-missing', 'critical']);
    expect(judge({ archives }, { ...needed, ...filling })).toEqual([]);
  });

  it.each([
    ['No usable backup.info file', 'catalogue-damaged', 'critical'],
    ["duplicate WAL '000000010000000000000001' for '15-1' exists, skipping", 'wal-duplicate', 'critical'],
    ["archiveIds '9.4-1' are not in the archive.info history list", 'history-mismatch', 'critical'],
    ['backup.info.copy does not match backup.info', 'copy-damaged', 'warning'],
    ['key/value found outside of section at line 1: garbage', 'copy-damaged', 'warning'],
    ["invalid JSON value at line 6 '1F={duplicate WAL ': expected data", 'copy-damaged', 'warning'],
    ['cipher header missing\nHINT: is or was the repo encrypted?', 'copy-damaged', 'warning'],
    ['unable to flush\nHINT: is or was the repo encrypted?', 'copy-damaged', 'warning'],
    ["backup '1F' manifest.copy does not match manifest", 'copy-damaged', 'warning'],
    ["backup '9F' found in the repository but not in backup.info", 'set-unlisted', 'advice'],
    ["backup '1F' found in backup.info but not in the repository", 'set-missing', 'critical'],
  ])('reads: %s', (remark, rule, severity) => {
    expect(judge({ remarks: [remark] })).toEqual([[rule, severity]]);
  });

  it('says nothing of two copies that were the same a moment later', () => {
    const remarks = ['backup.info.copy does not match backup.info'];
    expect(judge({ remarks }, { soundPairs: ['backup.info'] })).toEqual([]);
    expect(judge({ remarks }, { soundPairs: ['archive.info'] })).toEqual([['copy-damaged', 'warning']]);
  });

  it('says nothing of a set that came or went meanwhile', () => {
    const remarks = [
      "unable to open missing file '/r/backup/main/9F/backup.manifest.copy' for read",
      "backup '9F' found in the repository but not in backup.info",
      "backup '9F' found in backup.info but not in the repository",
      "backup '9F' manifest.copy does not match manifest",
    ];
    expect(judge({ remarks }, { passing: ['9F'] })).toEqual([]);
    const ofAnother = remarks.map((text) => text.replace('9F', '9F_10D'));
    expect(judge({ remarks: ofAnother }, { passing: ['9F'] }).map(([rule]) => rule)).toEqual([
      'copy-damaged',
      'set-unlisted',
      'set-missing',
    ]);
    const sets = [valid('1F'), valid('1F_2I'), valid('9F')];
    expect(judge({ remarks: remarks.slice(0, 1), sets })).toEqual([]);
  });

  it('says nothing of the manifests of sets that were not asked for', () => {
    const remarks = [
      "invalid checksum, actual 'a' but expected 'b' <REPO:BACKUP>/1F/backup.manifest",
      '1F/backup.manifest is missing or unusable, using copy',
      "backup '1F' manifest.copy does not match manifest",
    ];
    const sets = [full, incr, setOf('5F', 5)];
    expect(judge({ remarks }, { sets, scope: '5F' })).toEqual([]);
    expect(judge({ remarks }, { sets, scope: '1F_2I' })).toEqual([['copy-damaged', 'warning']]);
    const ofIncr = remarks.map((remark) => remark.replace('1F', '1F_2I'));
    expect(judge({ remarks: ofIncr }, { sets, scope: '1F' })).toEqual([]);
    expect(judge({ remarks: ofIncr }, { sets, scope: '1F_2I' })).toEqual([['copy-damaged', 'warning']]);
  });
});
