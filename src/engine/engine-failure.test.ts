import { describe, expect, it } from 'vitest';
import { failureCodes } from '../model/failure.ts';
import { engineErrors } from './engine-errors.ts';
import { engineFailure } from './engine-failure.ts';
import type { LogRecord } from './engine.ts';

function record(level: LogRecord['level'], message: string, code?: number, hints: string[] = []): LogRecord {
  return { level, process: 0, code, message, hints };
}

function kindOf(exitCode: number, ...records: LogRecord[]): string {
  return engineFailure({ operation: 'try', exitCode, records }).kind;
}

describe('engineFailure', () => {
  it('has a kind and a full sentence for every number', () => {
    for (const [number, rule] of Object.entries(engineErrors)) {
      expect(failureCodes[rule.kind], number).toBeGreaterThan(0);
      expect(rule.hint, number).toMatch(/^[A-Z].*\.$/);
      expect(kindOf(Number(number))).toBeTypeOf('string');
    }
    expect(kindOf(250)).toBe('engine-failed');
  });

  it('carries number, message and both hints', () => {
    const failure = engineFailure({
      operation: 'back up stanza main',
      exitCode: 50,
      records: [
        record('warn', 'odd'),
        record('error', 'unable to acquire lock:\nbusy.', 50, ['is another pgBackRest process running?']),
      ],
    });
    expect(failure.toJSON()).toMatchObject({
      kind: 'engine-busy',
      problem: '[050] unable to acquire lock; busy',
      hint: expect.stringMatching(/^Is another pgBackRest process running\? Wait /),
      details: { engineError: 50, engineErrorName: 'lock-acquire', warnings: ['odd'] },
    });
  });

  it('tells apart what the number does not', () => {
    const load = "unable to load info file '/r/backup.info' or '/r/backup.info.copy':\n";
    expect(kindOf(64, record('error', "unable to write '/r/x': [28] No space left on device", 64))).toBe(
      'disk-full',
    );
    const part = "raised from local-2 protocol: unable to write '/r/x'";
    const retried = '\n[FileWriteError] on retry after 0ms';
    for (const [reason, kind] of [
      ['', 'disk-full'],
      [': [2] No such file or directory', 'disk-full'],
      [': [5] Input/output error', 'repository-unreachable'],
      [': [27] File too large', 'repository-unreachable'],
    ]) {
      expect(kindOf(64, record('error', `${part}${reason}${retried}`, 64))).toBe(kind);
    }
    expect(
      kindOf(
        29,
        record('error', `${load}FormatError: key/value found outside of section at line 1: \uFFFDq`, 29),
      ),
    ).toBe('passphrase-wrong');
    for (const [line, kind] of [
      ['z', 'passphrase-wrong'],
      ['~.qq', 'passphrase-wrong'],
      ['backup-standby=y', 'repository-damaged'],
    ]) {
      const outside = `${load}FormatError: key/value found outside of section at line 1: ${line}`;
      expect(kindOf(29, record('error', outside, 29))).toBe(kind);
    }
    expect(kindOf(29, record('error', `${load}FormatError: invalid format at line 1: Salted__x`, 29))).toBe(
      'passphrase-wrong',
    );
    expect(kindOf(29, record('error', `${load}FormatError: invalid JSON at line 3: x=y`, 29))).toBe(
      'repository-damaged',
    );
    expect(kindOf(95, record('error', 'unable to flush', 95))).toBe('passphrase-wrong');
    for (const problem of [
      "unable to verify certificate presented by 'minio:9000': [20] unable to get local issuer certificate",
      "unable to find hostname 'minio' in certificate common name or subject alternative names",
      'unable to set user-defined CA certificate location: [33558530] No such file or directory',
      'unable to read PEM: [151584876] no start line',
    ])
      expect(kindOf(95, record('error', problem, 95)), problem).toBe('repository-unreachable');
    const both =
      "unable to find hostname 'minio' in certificate common name\n[CryptoError] cipher header invalid";
    expect(kindOf(95, record('error', both, 95))).toBe('passphrase-wrong');
    expect(
      kindOf(
        75,
        record('warn', 'repo1: [HostConnectError] no route'),
        record('error', 'no backup set found', 75),
      ),
    ).toBe('repository-unreachable');
    const each = 'unable to find a valid repository:\nrepo1: [%] x do not match';
    expect(kindOf(103, record('error', each.replace('%', 'ArchiveMismatchError'), 103))).toBe(
      'stanza-mismatch',
    );
    expect(kindOf(103, record('error', each.replace('%', 'ArchiveDuplicateError'), 103))).toBe(
      'archive-failed',
    );
    expect(kindOf(103, record('error', `repo1: [FileMissingError] ${load}`, 103))).toBe('stanza-missing');
    expect(kindOf(75, record('error', 'no backup set found to restore', 75))).toBe('nothing-found');
    expect(kindOf(55, record('error', "unable to open missing file '/r/x' for read", 55))).toBe(
      'nothing-found',
    );
    expect(kindOf(55, record('error', `${load}FileMissingError: x`, 55))).toBe('stanza-missing');
    expect(kindOf(41, record('error', "unable to open file '/r/x': [13] Permission denied", 41))).toBe(
      'not-permitted',
    );
  });

  it('names the signal that ended the engine', () => {
    const end = record('info', 'backup command end: terminated on signal [SIGTERM]');
    const failure = engineFailure({ operation: 'try', exitCode: 63, records: [end] });
    expect(failure).toMatchObject({
      kind: 'interrupted',
      problem: '[063] terminated on signal [SIGTERM]',
    });
  });

  it('says something when the engine said nothing', () => {
    const failure = engineFailure({ operation: 'try', exitCode: 139, records: [], remainder: '' });
    expect(failure.problem).toBe('[139] pgbackrest ended with exit code 139');
  });
});
