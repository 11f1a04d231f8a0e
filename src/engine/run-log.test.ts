import { describe, expect, it } from 'vitest';
import { RunLog } from './run-log.ts';

function read(...lines: readonly string[]): RunLog {
  const log = new RunLog({});
  for (const line of lines) log.take(`2026-11-21 02:00:00.000 P00   ${line}`, 'stdout');
  log.end();
  return log;
}

const begin = ' INFO: backup command begin 2.45: --stanza=main';
const label = ' INFO: new backup label = 20261121-020000F';
const end = ' INFO: backup command end: completed successfully (5ms)';

describe('what the log says of the end', () => {
  it.each([
    [end, 0],
    [' INFO: backup command end: aborted with exception [082]', 82],
    [' INFO: backup command end: terminated on signal [SIGTERM]', 63],
    [' INFO: full backup size = 5MB', undefined],
    ['ERROR: [055]: backup command end: completed successfully', undefined],
  ])('%s: %s', (line, code) => {
    expect(read(begin, line).exitCode).toBe(code);
  });

  it('keeps what a backup said when the engine expires in the same run', () => {
    const log = read(begin, label, end, ' INFO: expire command begin 2.45: --stanza=main');
    expect(log.records.map(({ message }) => message)).toContain('new backup label = 20261121-020000F');
    expect(log.exitCode).toBeUndefined();
  });

  it('is about the last of several runs in one file', () => {
    const failure = 'ERROR: [058]: WAL timeline 2 does not match pg_control timeline 1';
    const aborted = ' INFO: backup command end: aborted with exception [058]';
    const log = read(begin, failure, aborted, begin, label, end);
    expect(log.exitCode).toBe(0);
    expect(log.records.some(({ level }) => level === 'error')).toBe(false);
  });
});
