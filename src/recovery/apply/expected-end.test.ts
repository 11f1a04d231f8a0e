import { describe, expect, it } from 'vitest';
import {
  synthesizeSegment,
  syntheticName,
  syntheticSegmentSize,
} from '../../../test/support/synthetic-wal.ts';
import { endOfArchive } from './expected-end.ts';
import { judgeTarget } from './prove-target.ts';

const size = BigInt(syntheticSegmentSize);
const fileOf = (number: bigint): string =>
  `0000000100000000/${syntheticName(1, number)}-${'a'.repeat(40)}.gz`;
const files = [3n, 4n].map(fileOf);
const commit = { time: 1_790_000_000_000_000n, xid: 745 };

/** A page full of one record that began before it and goes on behind the segment. */
function fillWithOneRecord(number: bigint): Buffer {
  const bytes = synthesizeSegment(1, number, []);
  for (let at = 0; at < bytes.length; at += 8192) {
    const header = at === 0 ? 40 : 24;
    bytes.fill(0x55, at + header, at + 8192);
    bytes.writeUInt16LE(0xd110, at);
    bytes.writeUInt16LE(at === 0 ? 3 : 1, at + 2);
    bytes.writeUInt32LE(1, at + 4);
    bytes.writeBigUInt64LE(number * size + BigInt(at), at + 8);
    bytes.writeUInt32LE(50_000_000 - (at / 8192) * (8192 - 24) + (at === 0 ? 0 : 16), at + 16);
  }
  return bytes;
}

describe('endOfArchive', () => {
  it('is behind the last segment that a switch ended, whatever little is in it', async () => {
    for (const records of [[commit], []]) {
      const end = await endOfArchive(files, syntheticSegmentSize, () =>
        Promise.resolve(synthesizeSegment(1, 4n, records)),
      );
      expect(end).toEqual({ lsn: 5n * size });
    }
  });

  it('is behind the last whole record where the segment was not filled', async () => {
    const cut = synthesizeSegment(1, 4n, [commit]);
    const switchAt = cut.indexOf(Buffer.from([24, 0, 0, 0, 0, 0, 0, 0]), 40);
    cut.fill(0, switchAt);
    const end = await endOfArchive(files, syntheticSegmentSize, () => Promise.resolve(cut));
    expect(end).toEqual({ lsn: 4n * size + BigInt(switchAt) });
  });

  it('is in the segment before one that a single record fills', async () => {
    const end = await endOfArchive(files, syntheticSegmentSize, (file) =>
      Promise.resolve(file === files[1] ? fillWithOneRecord(4n) : synthesizeSegment(1, 3n, [commit])),
    );
    expect(end).toEqual({ lsn: 4n * size });
  });

  it('asks for something of a segment that nobody can look into', async () => {
    const unread = await endOfArchive(files, syntheticSegmentSize, () => Promise.resolve(undefined));
    expect(unread).toEqual({ lsn: 4n * size + 1n });
    expect(await endOfArchive([], syntheticSegmentSize, () => Promise.resolve(undefined))).toBeUndefined();
  });

  it('is not reached by a server that stands at the start of the last segment, behind a switch', async () => {
    const end = await endOfArchive(files, syntheticSegmentSize, () =>
      Promise.resolve(synthesizeSegment(1, 4n, [commit])),
    );
    const seen = (replayLsn: bigint): Parameters<typeof judgeTarget>[1] => ({
      progress: { inRecovery: true, paused: false, replayLsn, replayTime: undefined, timeline: 1 },
      stoppingLine: undefined,
      transactionStatus: undefined,
      plannedLast: undefined,
      expectedEnd: { lsn: end?.lsn ?? 0n, evidence: 'segment 4 is the last one' },
    });
    expect(judgeTarget({ kind: 'latest' }, seen(4n * size))).toMatch(/is missing/);
    expect(judgeTarget({ kind: 'latest' }, seen(5n * size))).toBeUndefined();
  });
});
