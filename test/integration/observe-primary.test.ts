import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observePrimary } from '../../src/jobs/observe/observe-primary.ts';
import { createPrimaryBed, type PrimaryBed } from '../support/primary-bed.ts';

let bed: PrimaryBed;

beforeAll(async () => {
  bed = await createPrimaryBed('look');
});
afterAll(() => bed?.[Symbol.asyncDispose]());

const look = () => observePrimary(bed.stanza, bed.deps, new AbortController().signal);

describe('a look at the primary', () => {
  it('tells where it is, who it is and how its archiving goes', async () => {
    const { cluster } = bed;
    const seen = await look();
    const system = await cluster.value('SELECT system_identifier::text FROM pg_control_system()');
    expect(seen).toMatchObject({
      host: undefined,
      systemIdentifier: BigInt(system),
      major: cluster.binaries.major,
      timeline: 1,
      history: [],
      segmentSize: 1024 * 1024,
      archiveMode: 'on',
      heartbeat: undefined,
    });
    expect(Math.abs(seen.clockAheadMs)).toBeLessThan(1000);
    expect(seen.walDirectory?.segments).toBeGreaterThan(0);
    expect(seen.walDirectory?.availableBytes).toBeGreaterThan(0);
    const behind = await cluster.value(`SELECT pg_current_wal_insert_lsn() - '0/0'`);
    expect(Number(seen.insertLsn)).toBeLessThanOrEqual(Number(behind));
    expect(Number(seen.insertLsn)).toBeGreaterThan(Number(behind) - 1024 * 1024);
  });
});
