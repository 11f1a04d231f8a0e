import { describe, expect, it } from 'vitest';
import type { ResolvedTarget } from '../restore-plan.ts';
import { isBehindStop } from './prepare-server.ts';

const mebibyte = 1024 * 1024;

function planTo(lsn: string | undefined): { readonly target: ResolvedTarget } {
  return {
    target: {
      target: { kind: 'latest' },
      type: 'default',
      value: undefined,
      description: '',
      timeline: 1,
      stop: lsn === undefined ? undefined : { lsn, time: '2026-11-20T10:00:00.000000Z', xid: 7 },
    },
  };
}

const isBehind = (lsn: string | undefined, name: string, size = 16 * mebibyte): boolean =>
  isBehindStop(planTo(lsn), name, size);

describe('isBehindStop', () => {
  it('leaves WAL out only where recovery has stopped long before', () => {
    expect(isBehind('0/5000100', '000000010000000000000004')).toBe(false);
    expect(isBehind('0/5000100', '000000010000000000000005')).toBe(false);
    expect(isBehind('0/5000100', '000000010000000000000006')).toBe(false);
    expect(isBehind('0/5000100', '000000010000000000000007')).toBe(true);
  });

  it('keeps all that the record could go on in when segments are small', () => {
    expect(isBehind('0/500000', '000000010000000000000015', mebibyte)).toBe(false);
    expect(isBehind('0/500000', '000000010000000000000016', mebibyte)).toBe(true);
  });

  it('keeps everything while the end is not known, and what is no segment', () => {
    expect(isBehind(undefined, '0000000100000000000000FF')).toBe(false);
    expect(isBehind('0/5000100', '00000002.history')).toBe(false);
  });
});
