import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from './engine.ts';
import { LogReader, unprintable } from './log-lines.ts';

function readAll(lines: readonly string[]): { records: LogRecord[]; rest: string[] } {
  const records: LogRecord[] = [];
  const rest: string[] = [];
  const reader = new LogReader((record) => records.push(record));
  for (const line of lines) if (!reader.read(line)) rest.push(line);
  reader.end();
  return { records, rest };
}

describe('LogReader', () => {
  it('reads the console log with further lines and hints', () => {
    const { records, rest } = readAll([
      '2026-11-20 21:49:53.362 P00   INFO: backup command begin 2.45: --stanza=main',
      "2026-11-20 21:49:53.362 P00  ERROR: [050]: unable to acquire lock on file '/l': busy",
      '                                    FormatError: odd',
      '                                    HINT: is another pgBackRest process running?',
      '2026-11-20 21:49:53.363 P12 DETAIL: backup file /a (8KB, 100.00%)',
    ]);
    expect(rest).toEqual([]);
    expect(records).toEqual([
      {
        level: 'info',
        process: 0,
        code: undefined,
        message: 'backup command begin 2.45: --stanza=main',
        hints: [],
      },
      {
        level: 'error',
        process: 0,
        code: 50,
        message: "unable to acquire lock on file '/l': busy\nFormatError: odd",
        hints: ['is another pgBackRest process running?'],
      },
      { level: 'detail', process: 12, code: undefined, message: 'backup file /a (8KB, 100.00%)', hints: [] },
    ]);
  });

  it('reads lines without time and without process', () => {
    const { records, rest } = readAll([
      "P00  ERROR: [032]: 'foo' is not allowed for 'type' option",
      "            HINT: allowed values are 'full', 'diff', 'incr'",
      'WARN: configuration file contains invalid option',
      'something else',
    ]);
    expect(records.map((record) => [record.level, record.code, record.hints.length])).toEqual([
      ['error', 32, 1],
      ['warn', undefined, 0],
    ]);
    expect(rest).toEqual(['something else']);
  });

  it('keeps what cannot be printed away from terminals', () => {
    const { records } = readAll(['WARN: line 1: \u001B[2Jboo\u0000']);
    expect(records[0]?.message).toBe(`line 1: ${unprintable}[2Jboo${unprintable}`);
  });

  it('keeps the secrets of a foreign archive_command, which the engine quotes', () => {
    const quoted = "archive_command 'AWS_SECRET_ACCESS_KEY=m4rk3r wal-g wal-push %p' must contain pgbackrest";
    const { records } = readAll([`P00  ERROR: [068]: ${quoted}`, `WARN: raised: ${quoted}`]);
    const shown =
      "archive_command 'AWS_SECRET_ACCESS_KEY=(hidden) wal-g wal-push %p' must contain pgbackrest";
    expect(records.map(({ message }) => message)).toEqual([shown, `raised: ${shown}`]);
  });

  it('takes any lines without failing and loses none', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('ERROR: [055]: x', '        HINT: y', '2026-11-20 21:49:53.362 P00   WARN: z', ''),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { records, rest } = readAll(lines);
        const kept = records.reduce(
          (sum, record) => sum + record.message.split('\n').length + record.hints.length,
          0,
        );
        expect(kept + rest.length).toBe(lines.length);
      }),
    );
  });
});
