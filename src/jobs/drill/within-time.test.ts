import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../model/failure.ts';
import type { JobWork, JobWorkContext } from '../job-work.ts';
import { withinTime } from './within-time.ts';

const done = { facts: {}, warnings: [] };

/** The parts that it looks at. */
function contextOf(timeoutMs: number | undefined, signal = new AbortController().signal): JobWorkContext {
  const clock = {
    sleep: (milliseconds: number, until?: AbortSignal) =>
      sleep(milliseconds, undefined, until === undefined ? {} : { signal: until }),
  };
  const request = { kind: 'drill', timeoutMs };
  return { request, deps: { clock }, signal, stanza: { name: 'main' } } as unknown as JobWorkContext;
}

const untilStopped: JobWork = ({ signal }) =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new Failure('interrupted', { operation: 'drill', problem: 'stopped' }));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
  });

describe('withinTime', () => {
  it('stops what takes longer, and says why', async () => {
    await expect(withinTime(untilStopped)(contextOf(20))).rejects.toMatchObject({ kind: 'timed-out' });
  });

  it('lets the rest be', async () => {
    await expect(withinTime(() => Promise.resolve(done))(contextOf(60_000))).resolves.toBe(done);
    await expect(withinTime(() => Promise.resolve(done))(contextOf(undefined))).resolves.toBe(done);
  });

  it('is no reason where somebody else stopped it', async () => {
    const work = withinTime(untilStopped)(contextOf(60_000, AbortSignal.abort()));
    await expect(work).rejects.toMatchObject({ kind: 'interrupted' });
  });
});
