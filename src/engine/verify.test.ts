import { describe, expect, it } from 'vitest';
import { LogReader } from './log-lines.ts';
import type { LogRecord } from './engine.ts';
import { readVerifyLog } from './verify.ts';

function recordsOf(text: string): readonly LogRecord[] {
  const records: LogRecord[] = [];
  const reader = new LogReader((record) => records.push(record));
  for (const line of text.split('\n')) reader.read(line);
  reader.end();
  return records;
}

const time = '2026-11-21 04:22:31.956';
/** As 2.45 and 2.60 printed it, with a damaged file, a set without manifests and damaged WAL. */
const damaged = `${time} P00   INFO: verify command begin 2.45: --stanza=main --verbose
${time} P02   INFO: invalid checksum '20261121-040840F/pg_data/base/1/13391.zst'
${time} P01   INFO: invalid result 15-1/0000000100000000/00000001000000000000000B-0b45.zst: [29] zst error
${time} P00 DETAIL: unable to open missing file '/repo/backup/main/20261121-040843F/backup.manifest' for read
${time} P00 DETAIL: manifest missing for '20261121-040843F' - backup may have expired
${time} P00 DETAIL: archiveId: 15-1, wal start: 000000010000000000000008, wal stop: 00000001000000000000000A
${time} P00 DETAIL: archiveId: 15-1, wal start: 00000001000000000000000C, wal stop: 000000010000000000000019
${time} P00   INFO: stanza: main
                                    status: error
                                      archiveId: 15-1, total WAL checked: 18, total valid WAL: 17
                                        missing: 0, checksum invalid: 0, size invalid: 0, other: 1
                                      backup: 20261121-040840F, status: invalid, total files checked: 964, total valid files: 963
                                        missing: 0, checksum invalid: 1, size invalid: 0, other: 0
                                      backup: 20261121-040843F, status: manifest missing, total files checked: 0, total valid files: 0
                                      backup: 20261121-040849F, status: in-progress, total files checked: 0, total valid files: 0
${time} P00   INFO: verify command end: completed successfully (142ms)`;

describe('the log of verify', () => {
  it('is read with its files, ranges, sets and remarks', () => {
    expect(readVerifyLog(recordsOf(damaged))).toEqual({
      status: 'error',
      sets: [
        { label: '20261121-040840F', status: 'invalid', filesChecked: 964, filesValid: 963 },
        { label: '20261121-040843F', status: 'manifest missing', filesChecked: 0, filesValid: 0 },
        { label: '20261121-040849F', status: 'in-progress', filesChecked: 0, filesValid: 0 },
      ],
      archives: [
        {
          id: '15-1',
          segmentsChecked: 18,
          segmentsValid: 17,
          ranges: [
            { first: '000000010000000000000008', last: '00000001000000000000000A' },
            { first: '00000001000000000000000C', last: '000000010000000000000019' },
          ],
        },
      ],
      invalidFiles: [
        {
          problem: 'checksum',
          place: '20261121-040840F',
          file: 'pg_data/base/1/13391.zst',
          detail: undefined,
        },
        {
          problem: 'other',
          place: '15-1',
          file: '0000000100000000/00000001000000000000000B-0b45.zst',
          detail: '[29] zst error',
        },
      ],
      remarks: ["unable to open missing file '/repo/backup/main/20261121-040843F/backup.manifest' for read"],
    });
  });

  it('keeps lines of the result that nobody knows', () => {
    const text = `${time} P00   INFO: stanza: main
                                    status: error
                                      No usable backup.info file`;
    expect(readVerifyLog(recordsOf(text))).toMatchObject({
      status: 'error',
      sets: [],
      remarks: ['No usable backup.info file'],
    });
  });

  it('has no answer when the result is not in it', () => {
    expect(readVerifyLog(recordsOf(damaged.split('\n').slice(0, 6).join('\n')))).toBeUndefined();
  });
});
