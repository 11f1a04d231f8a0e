import { describe, expect, it } from 'vitest';
import type { BackupSet } from '../../model/backup-set.ts';
import { buildLedger, listStretches } from './ledger.ts';
import { judgeSetWal } from './judge-set-wal.ts';
import { buildChain } from './timeline-chain.ts';

const size = 16 * 1024 * 1024;
const name = (number: number): string =>
  `0000000100000000${number.toString(16).padStart(8, '0').toUpperCase()}`;
const entries = [1, 2, 3, 5].map((number) => ({
  name: `0000000100000000/${name(number)}-${'a'.repeat(40)}.gz`,
  size: 100,
  time: number,
}));
const ledger = buildLedger(entries, size);
const chain = buildChain(1, [], size);
const archive = { databaseId: 2, ledger, chain, stretches: listStretches(ledger, chain) };

/** A set that needs these segments. */
function setOf(first: number, last: number, databaseId = 2): BackupSet {
  return {
    label: '20261120-100000F',
    databaseId,
    archiveStart: name(first),
    archiveStop: name(last),
    stopLsn: BigInt(last * size + 100),
  } as BackupSet;
}

describe('the WAL of a set', () => {
  it('is there', () => {
    expect(judgeSetWal(archive, setOf(1, 2))).toMatchObject({
      kind: 'usable',
      firstSegment: 1n,
      lastSegment: 2n,
    });
  });

  it('is not whole', () => {
    expect(judgeSetWal(archive, setOf(3, 4))).toMatchObject({
      kind: 'broken',
      problem: expect.stringContaining(name(4)),
    });
  });

  it('is of an earlier database', () => {
    expect(judgeSetWal(archive, setOf(1, 2, 1)).problem).toMatch(/earlier database/);
  });

  it('cannot be followed where the history of the timeline is not in the repository, which is said', () => {
    expect(judgeSetWal({ ...archive, chain: undefined, stretches: [] }, setOf(1, 2))).toMatchObject({
      kind: 'other',
      problem: expect.stringContaining('the history file of the timeline is not in this repository'),
    });
  });
});
