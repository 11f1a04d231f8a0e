import { describe, expect, it } from 'vitest';
import type { LogRecord } from './engine.ts';
import { ProgressMeter } from './progress.ts';

function detail(message: string): LogRecord {
  return { level: 'detail', process: 1, code: undefined, message, hints: [] };
}

describe('ProgressMeter', () => {
  it('adds up what 2.45 logs', () => {
    const meter = new ProgressMeter();
    expect(meter.read(detail('store zero-length file /pg/base/1/13394'))).toBeUndefined();
    expect(
      meter.read(detail('backup file /pg/base/1/1255 (bundle 2/44144, 768KB, 50.00%) checksum 46f8')),
    ).toEqual({ bytesDone: 786_432, bytesTotal: 1_572_864, file: '/pg/base/1/1255' });
    expect(meter.read(detail('backup file db:/pg/a b (c) (768KB, 100.00%) checksum 46f8'))).toEqual({
      bytesDone: 1_572_864,
      bytesTotal: 1_572_864,
      file: 'db:/pg/a b (c)',
    });
  });

  it('counts whole files where only blocks were copied or nothing was', () => {
    const meter = new ProgressMeter();
    meter.read(detail('restore file /pg/a (bundle 2/95864, bi 8KB/16KB, 25.00%) checksum e5ed'));
    meter.read(detail('restore file /pg/b (bi 16KB, 50.00%) checksum c177'));
    meter.read(
      detail('restore file /pg/c - exists and matches backup (bundle 2/0, 16KB, 75.00%) checksum 2768'),
    );
    expect(meter.read(detail('match file from prior backup /pg/d (16KB, 100.00%) checksum 2768'))).toEqual({
      bytesDone: 65_536,
      bytesTotal: 65_536,
      file: '/pg/d',
    });
  });
});
