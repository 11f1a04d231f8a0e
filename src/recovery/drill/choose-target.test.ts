import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseMoment, chooseRepository, type DrillableRepository } from './choose-target.ts';

const edge = (time: number): DrillableRepository['windows'][number]['from'] => ({
  lsn: undefined,
  timeline: 1,
  segment: undefined,
  time,
  timeFrom: 'heartbeat',
});

/** Windows that do not overlap, each beginning with a set and holding some more. */
const repositories = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 5000 }),
      length: fc.integer({ min: 0, max: 100_000 }),
      sets: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts): DrillableRepository => {
    let at = 1_700_000_000_000;
    const windows: DrillableRepository['windows'][number][] = [];
    const froms = new Set<number>();
    for (const { gap, length, sets } of parts) {
      const from = at + gap;
      at = from + length;
      windows.push({ from: edge(from), to: edge(at) });
      froms.add(from);
      for (const share of sets) froms.add(from + Math.floor(share * length));
    }
    const sets = [...froms]
      .toSorted((left, right) => left - right)
      .map((from) => ({ label: `s${from}`, from }));
    return { windows, sets };
  });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

const millisecondsOf = (moment: ReturnType<typeof chooseMoment>): number | undefined =>
  moment?.target.kind === 'time' ? Number(moment.target.microseconds / 1000n) : undefined;

describe('a random moment', () => {
  it('always lies in a window', () => {
    fc.assert(
      fc.property(repositories, chance, (repository, random) => {
        const moment = chooseMoment('random', repository, { setLabel: undefined, done: [], random });
        const at = millisecondsOf(moment);
        if (at === undefined) {
          expect(repository.windows.every(({ from, to }) => from.time === to.time)).toBe(true);
          expect(repository.sets.map(({ label }) => label)).toContain(moment?.setLabel);
          return;
        }
        const inside = repository.windows.filter(
          ({ from, to }) => (from.time ?? 0) <= at && at < (to.time ?? 0),
        );
        expect(inside).toHaveLength(1);
      }),
    );
  });

  it('is spread by time: each window gets what it is long', () => {
    const repository: DrillableRepository = {
      windows: [
        { from: edge(0), to: edge(1000) },
        { from: edge(5000), to: edge(8000) },
      ],
      sets: [
        { label: 'a', from: 0 },
        { label: 'b', from: 5000 },
      ],
    };
    const moments = Array.from({ length: 400 }, (_, index) =>
      millisecondsOf(
        chooseMoment('random', repository, { setLabel: undefined, done: [], random: index / 400 }),
      ),
    );
    expect(moments.filter((at) => (at ?? 0) < 1000)).toHaveLength(100);
    expect(moments.filter((at) => (at ?? 0) >= 5000)).toHaveLength(300);
    expect(new Set(moments).size).toBe(400);
  });
});

describe('a set', () => {
  it('is restored to a moment before the next one', () => {
    fc.assert(
      fc.property(repositories, chance, fc.nat(), (repository, random, number) => {
        const index = number % repository.sets.length;
        const set = repository.sets[index];
        if (set === undefined) return;
        const moment = chooseMoment('random', repository, { setLabel: set.label, done: [], random });
        expect(moment?.setLabel).toBe(set.label);
        const at = millisecondsOf(moment);
        if (at === undefined) return;
        expect(at).toBeGreaterThanOrEqual(set.from);
        expect(at).toBeLessThan(repository.sets[index + 1]?.from ?? Infinity);
      }),
    );
  });

  it('has its turn: after as many drills as there are sets each was drilled once', () => {
    fc.assert(
      fc.property(repositories, chance, (repository, random) => {
        const done: { repository: string; set: string; at: number }[] = [];
        for (let at = 1; at <= repository.sets.length; at += 1) {
          const moment = chooseMoment('each', repository, { setLabel: undefined, done, random });
          done.push({ repository: 'local', set: moment?.setLabel ?? '', at });
        }
        expect(new Set(done.map(({ set }) => set)).size).toBe(repository.sets.length);
        expect(done[0]?.set).toBe(repository.sets[0]?.label);
        const again = chooseMoment('each', repository, { setLabel: undefined, done, random });
        expect(again?.setLabel).toBe(done[0]?.set);
      }),
    );
  });

  it('oldest is that set and nothing after it', () => {
    fc.assert(
      fc.property(repositories, chance, (repository, random) => {
        expect(chooseMoment('oldest', repository, { setLabel: undefined, done: [], random })).toEqual({
          target: { kind: 'immediate' },
          setLabel: repository.sets[0]?.label,
        });
      }),
    );
  });

  it('that cannot be restored is none', () => {
    const empty = { windows: [], sets: [] };
    for (const asked of ['random', 'oldest', 'each'] as const) {
      expect(chooseMoment(asked, empty, { setLabel: undefined, done: [], random: 0.5 })).toBeUndefined();
      expect(chooseMoment(asked, empty, { setLabel: 'x', done: [], random: 0.5 })).toBeUndefined();
    }
  });
});

describe('repositories', () => {
  it('take turns', () => {
    const names = ['local', 'offsite', 'third'];
    const done: { repository: string; set: string; at: number }[] = [];
    for (let at = 1; at <= 7; at += 1) done.push({ repository: chooseRepository(names, done), set: 's', at });
    expect(done.map(({ repository }) => repository)).toEqual([
      'local',
      'offsite',
      'third',
      'local',
      'offsite',
      'third',
      'local',
    ]);
  });
});
