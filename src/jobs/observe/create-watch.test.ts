import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { Failure } from '../../model/failure.ts';
import { createWatch } from './create-watch.ts';

const minute = 60_000;

/** A watch over two things whose looks are noted, and may be made to fail or to wait. */
function createBed(...silent: readonly string[]) {
  const clock = createFakeClock();
  const looks: string[] = [];
  const bed = {
    clock,
    looks,
    fails: false,
    bug: undefined as Error | undefined,
    bugs: [] as unknown[],
    bury: () => {},
    /** Ends what waits at the gate. */
    release: () => {},
    signals: [] as AbortSignal[],
    /** Never answer, not even an abort: a mount whose server is gone. */
    dead: new Set(silent),
    atOnce: 0,
    most: 0,
    keys: ['one', 'two'],
    /** What a look waits for. */
    gate: Promise.resolve(),
  };
  const watch = createWatch<string, string>({
    subjects: () => bed.keys.map((key) => ({ key, subject: `thing ${key}` })),
    clock,
    random: () => 0,
    everyMs: () => 10 * minute,
    retryMs: minute,
    deadlineMs: 2 * minute,
    parallel: 1,
    onBug: (error) => void bed.bugs.push(error),
    async look(subject, signal) {
      looks.push(subject.slice(6));
      bed.signals.push(signal);
      bed.atOnce += 1;
      bed.most = Math.max(bed.most, bed.atOnce);
      if (bed.dead.has(subject.slice(6))) await new Promise<void>((resolve) => (bed.bury = resolve));
      await Promise.race([bed.gate, new Promise<void>((resolve) => (bed.release = resolve))]);
      bed.atOnce -= 1;
      if (bed.bug !== undefined) throw bed.bug;
      if (bed.fails) throw new Failure('repository-unreachable', { operation: 'look', problem: 'no route' });
      return `seen ${subject.slice(6)}`;
    },
  });
  return Object.assign(bed, { watch });
}

describe('a watch', () => {
  it('knows nothing before its first look, and says when it looked', async () => {
    const bed = createBed();
    await using watch = bed.watch;
    expect(watch.sighting('one')).toMatchObject({ observedAt: undefined, failure: undefined });
    await bed.clock.advance(0);
    const at = bed.clock.now();
    expect(watch.sighting('one')).toMatchObject({ observedAt: at, value: 'seen one' });
    expect(watch.sighting('two')).toMatchObject({ observedAt: at, value: 'seen two' });
    expect(watch.sighting('nobody')).toMatchObject({ observedAt: undefined });
  });

  it('looks again at its interval, once each, no more at a time than it may', async () => {
    const bed = createBed();
    await using _watch = bed.watch;
    await bed.clock.advance(0);
    await bed.clock.advance(9 * minute);
    expect(bed.looks).toEqual(['one', 'two']);
    await bed.clock.advance(minute);
    expect(bed.looks).toEqual(['one', 'two', 'one', 'two']);
    expect(bed.most).toBe(1);
  });

  it('looks at once when something happened, also when that was during a look', async () => {
    const bed = createBed();
    await using watch = bed.watch;
    await bed.clock.advance(0);
    let open: () => void = () => {};
    bed.gate = new Promise((resolve) => (open = resolve));
    watch.refresh('two');
    await bed.clock.advance(0);
    watch.refresh('two');
    open();
    await bed.clock.advance(0);
    expect(bed.looks).toEqual(['one', 'two', 'two', 'two']);
  });

  it('keeps what was seen beside the failure of a later look, and tries again sooner, then less often', async () => {
    const bed = createBed();
    await using watch = bed.watch;
    await bed.clock.advance(0);
    const first = bed.clock.now();
    bed.fails = true;
    await bed.clock.advance(10 * minute);
    expect(watch.sighting('one')).toMatchObject({
      observedAt: first,
      value: 'seen one',
      failure: { at: first + 10 * minute, problem: 'look: no route' },
    });
    await bed.clock.advance(minute);
    expect(watch.sighting('one').failure?.at).toBe(first + 11 * minute);
    await bed.clock.advance(minute);
    expect(watch.sighting('one').failure?.at).toBe(first + 11 * minute);
    bed.fails = false;
    await bed.clock.advance(minute);
    expect(watch.sighting('one')).toMatchObject({ observedAt: first + 13 * minute, failure: undefined });
  });

  it('gives up at the deadline, and what never answers delays nobody else', async () => {
    const bed = createBed('one');
    await using watch = bed.watch;
    // Before the watch ends, which waits for it.
    using _buried = { [Symbol.dispose]: () => bed.bury() };
    await bed.clock.advance(0);
    // The only place is taken until the look counts as slow.
    expect(bed.looks).toEqual(['one']);
    await bed.clock.advance(5000);
    expect(watch.sighting('two').value).toBe('seen two');
    expect(watch.sighting('one')).toMatchObject({ observedAt: undefined, failure: undefined });
    await bed.clock.advance(2 * minute);
    expect(watch.sighting('one').failure?.problem).toBe('look: no answer within 2 min 0 s');
    expect(bed.signals[0]?.aborted).toBe(true);
    // It has not let go: nobody looks a second time beside it.
    await bed.clock.advance(30 * minute);
    expect(bed.looks.filter((key) => key === 'one')).toEqual(['one']);
    bed.dead.clear();
    bed.bury();
    await bed.clock.advance(0);
    expect(watch.sighting('one').value).toBe('seen one');
  });

  it('takes what is no failure for one, and reports it', async () => {
    const bed = createBed();
    await using watch = bed.watch;
    bed.bug = new TypeError('x is undefined');
    await bed.clock.advance(0);
    expect(watch.sighting('one').failure?.problem).toBe('x is undefined');
    expect(bed.bugs).toEqual([bed.bug, bed.bug]);
  });

  it('gives a look that began later than a moment, and only makes one when there is none', async () => {
    const bed = createBed();
    await using watch = bed.watch;
    await bed.clock.advance(0);
    const first = bed.clock.now();
    expect(await watch.lookSince('one', first)).toMatchObject({ observedAt: first });
    expect(bed.looks).toEqual(['one', 'two']);
    await bed.clock.advance(1000);
    const later = watch.lookSince('one', first + 1000);
    await bed.clock.advance(0);
    expect(await later).toMatchObject({ observedAt: first + 1000 });
    bed.fails = true;
    await bed.clock.advance(1000);
    const failing = watch.lookSince('one', first + 2000);
    await bed.clock.advance(0);
    expect(await failing).toMatchObject({ observedAt: first + 1000, failure: { at: first + 2000 } });
    expect(await watch.lookSince('nobody', first)).toMatchObject({ observedAt: undefined });
  });

  it('takes no look for a later one because the clock was set back', async () => {
    const bed = createBed();
    await using watch = bed.watch;
    await bed.clock.advance(0);
    await bed.clock.advance(1000);
    bed.clock.jump(-60 * minute);
    const since = bed.clock.now();
    const later = watch.lookSince('one', since);
    await bed.clock.advance(0);
    expect(await later).toMatchObject({ observedAt: since });
    expect(bed.looks).toEqual(['one', 'two', 'one']);
  });

  it('follows what is watched: a new one is looked at, one that is gone is forgotten', async () => {
    const bed = createBed();
    await using watch = bed.watch;
    await bed.clock.advance(0);
    bed.keys = ['three'];
    watch.refresh();
    await bed.clock.advance(0);
    await bed.clock.advance(10 * minute);
    expect(bed.looks).toEqual(['one', 'two', 'three', 'three']);
    expect(watch.sighting('one').observedAt).toBeUndefined();
  });

  it('ends while it sleeps, while it looks and while somebody waits', async () => {
    const bed = createBed();
    await bed.clock.advance(0);
    bed.gate = new Promise(() => {});
    await bed.clock.advance(1);
    const waiting = bed.watch.lookSince('one', bed.clock.now());
    await bed.clock.advance(0);
    bed.gate = Promise.resolve();
    const end = bed.watch[Symbol.asyncDispose]();
    expect((await waiting).value).toBe('seen one');
    bed.release();
    await end;
    expect(bed.clock.sleepers).toBe(0);
  });
});
