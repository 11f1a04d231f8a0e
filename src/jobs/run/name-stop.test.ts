import { describe, expect, it } from 'vitest';
import { engineFailure } from '../../engine/engine-failure.ts';
import { Failure } from '../../model/failure.ts';
import { nameStop } from './name-stop.ts';
import { isWorthRetrying } from './retry-policy.ts';

const told = (): Failure =>
  engineFailure({
    operation: 'back up stanza main',
    exitCode: 63,
    records: [
      {
        level: 'info',
        process: 0,
        code: undefined,
        message: 'backup command end: terminated on signal [SIGTERM]',
        hints: [],
      },
    ],
  });
const never = (): AbortSignal => new AbortController().signal;
const lost = new Failure('lease-lost', { operation: 'hold the lease', problem: 'the session is gone' });

describe('nameStop', () => {
  it('calls an engine that somebody else told to stop a failure that is tried again', async () => {
    const named = await nameStop(told(), { signal: never() }, { lost: never() });
    if (!(named instanceof Failure)) throw new Error('it is a failure');
    expect(named).toMatchObject({
      kind: 'engine-failed',
      operation: 'back up stanza main',
      problem: 'pgbackrest was told to stop by somebody else: [063] terminated on signal [SIGTERM]',
      details: { engineError: 63 },
    });
    expect(named.hint).toContain('earlyoom');
    expect(isWorthRetrying(named)).toBe(true);
  });

  it('knows one that had just begun, and was ended by the signal itself', async () => {
    const ended = (signal: string): Failure =>
      new Failure('engine-failed', { operation: 'back up', problem: `by ${signal}`, details: { signal } });
    const named = await nameStop(ended('SIGTERM'), { signal: never() }, undefined);
    expect(named).toMatchObject({
      kind: 'engine-failed',
      problem: expect.stringContaining('by somebody else'),
    });
    expect(isWorthRetrying(named as Failure)).toBe(true);
    const killed = ended('SIGKILL');
    expect(await nameStop(killed, { signal: never() }, undefined)).toBe(killed);
    expect(isWorthRetrying(killed)).toBe(false);
  });

  it('leaves it interrupted when the job was stopped, before it or right after it', async () => {
    const error = told();
    expect(await nameStop(error, { signal: AbortSignal.abort() }, undefined)).toBe(error);
    const stop = new AbortController();
    const named = nameStop(error, { signal: stop.signal }, { lost: never() });
    stop.abort();
    expect(await named).toBe(error);
    const withoutLease = new AbortController();
    const alone = nameStop(error, { signal: withoutLease.signal }, undefined);
    withoutLease.abort();
    expect(await alone).toBe(error);
  });

  it('names the loss of the lease, known before it or right after it', async () => {
    const before = AbortSignal.abort(lost);
    expect(await nameStop(told(), { signal: never() }, { lost: before })).toBe(lost);
    const loss = new AbortController();
    const killed = new Failure('engine-failed', { operation: 'back up', problem: 'ended by signal SIGKILL' });
    const named = nameStop(killed, { signal: never() }, { lost: loss.signal });
    loss.abort(lost);
    expect(await named).toBe(lost);
  });

  it('changes nothing else', async () => {
    for (const kind of ['interrupted', 'engine-failed', 'disk-full'] as const) {
      const error = new Failure(kind, { operation: 'back up', problem: 'p' });
      expect(await nameStop(error, { signal: never() }, undefined)).toBe(error);
    }
    const bug = new Error('a bug');
    expect(await nameStop(bug, { signal: never() }, { lost: never() })).toBe(bug);
  });
});
