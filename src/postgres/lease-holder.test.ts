import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applicationName, describeHolder, readHolder } from './lease-holder.ts';

const row = { what: 'lease', pid: 7, client: null, since: null } as const;

describe('applicationName', () => {
  it('names stanza, run and host', () => {
    expect(applicationName('main', { host: 'db1', runId: 'backup-20261120T103000Z-3f2a' })).toBe(
      'holdfast lease main backup-20261120T103000Z-3f2a@db1',
    );
  });

  it('fits, and keeps the run whole, whatever the stanza and the host are called', () => {
    assert(
      property(string({ minLength: 1 }), string({ minLength: 1, unit: 'binary' }), (stanza, host) => {
        const runId = 'backup-20261120T103000Z-3f2a';
        const name = applicationName(stanza, { host, runId });
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
        expect(readHolder({ ...row, application: name }).runId).toBe(runId);
      }),
    );
  });

  it('keeps a part of both names when both are long', () => {
    const name = applicationName('production-orders-eu', {
      host: 'db-orders-1.eu.example.com',
      runId: 'backup-20261120T103000Z-3f2a',
    });
    expect(name).toBe('holdfast lease producti backup-20261120T103000Z-3f2a@db-orders-');
  });
});

describe('describeHolder', () => {
  it('names a session that is not ours by what it says of itself', () => {
    expect(describeHolder(readHolder({ ...row, application: 'psql' }))).toBe('session 7 (psql) holds it');
    expect(describeHolder(readHolder({ ...row, application: null }))).toBe('session 7 (unnamed) holds it');
  });

  it('tells where a session comes from, and since when it is there', () => {
    const application = 'holdfast lease main verify-1@db2';
    const holder = readHolder({ ...row, application, client: '10.0.0.2', since: 1_795_215_399.5 });
    expect(describeHolder(holder)).toBe(
      'run verify-1 on db2 holds it from 10.0.0.2 since 2026-11-20T22:56:39.500Z',
    );
  });
});
