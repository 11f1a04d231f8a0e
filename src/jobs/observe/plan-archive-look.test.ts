import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex8 } from '../../model/wal.ts';
import { type ArchiveDirectory, DirectoryBuilder } from '../../recovery/wal/archive-directory.ts';
import { isWholeCheaper, listUnfinished, planArchiveLook } from './plan-archive-look.ts';

const perDirectory = 8;
const minute = 60_000;
const recheckMs = 60 * minute;
const begin = Date.UTC(2026, 0, 1);

/** A real archive, reduced to what a listing of it shows. */
type Archive = Map<string, Map<number, number>>;

const directoryName = (timeline: number, high: number): string => hex8(timeline) + hex8(high);

function store(archive: Archive, timeline: number, number: number, at: number): void {
  const name = directoryName(timeline, Math.floor(number / perDirectory));
  const directory = archive.get(name) ?? new Map<number, number>();
  directory.set(number % perDirectory, Math.floor(at / 1000));
  archive.set(name, directory);
}

function list(archive: Archive, name: string, seenAt: number): ArchiveDirectory {
  const builder = new DirectoryBuilder(name);
  for (const [low, time] of archive.get(name) ?? [])
    builder.add(`${name}${hex8(low)}-${'a'.repeat(40)}`, 1, time);
  return builder.finish(seenAt);
}

const rowsOf = (directories: Iterable<ArchiveDirectory>): Record<string, string> =>
  Object.fromEntries([...directories].map(({ name, rows }) => [name, rows.toString('hex')]));

const events = fc.record({
  /** Segments archived before the look, and one that comes late or never. */
  archived: fc.integer({ min: 0, max: 12 }),
  late: fc.boolean(),
  promoted: fc.boolean(),
  expired: fc.boolean(),
  minutes: fc.integer({ min: 1, max: 20 }),
});

describe('planArchiveLook', () => {
  it('keeps up with an archive to which is written and from which expire takes, listing little of it', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 40 }), (steps) => {
        const archive: Archive = new Map();
        const known = new Map<string, ArchiveDirectory>();
        let [timeline, number, now, lookedAt] = [1, 0, begin, begin];
        let missing: { timeline: number; number: number } | undefined;
        for (const step of steps) {
          now += step.minutes * minute;
          if (missing !== undefined) store(archive, missing.timeline, missing.number, now);
          missing = undefined;
          for (let count = 0; count < step.archived; count += 1) {
            if (step.late && count === 0 && step.archived > 1) missing = { timeline, number };
            else store(archive, timeline, number, now);
            number += 1;
          }
          if (step.promoted) timeline += 1;
          const [oldest] = [...archive.keys()].toSorted();
          if (step.expired && archive.size > 3 && oldest !== undefined) archive.delete(oldest);

          const plan = planArchiveLook({
            known: [...known.values()],
            present: [...archive.keys()],
            perDirectory,
            now,
            elapsedMs: now - lookedAt,
            recheckMs,
          });
          for (const name of plan.gone) known.delete(name);
          for (const name of plan.list) known.set(name, list(archive, name, now));
          lookedAt = now;
          expect(rowsOf([...known.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)))).toEqual(
            rowsOf([...archive.keys()].toSorted().map((name) => list(archive, name, now))),
          );
          for (const { seenAt } of known.values()) expect(now - seenAt).toBeLessThanOrEqual(recheckMs);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('sees what changed anywhere within the recheck time, and lists each old directory about once in it', () => {
    const archive: Archive = new Map();
    for (let number = 0; number < 100 * perDirectory; number += 1)
      store(archive, 1, number, begin - 100 * recheckMs);
    const known = new Map([...archive.keys()].map((name) => [name, list(archive, name, begin)]));
    const listed = new Map<string, number>();
    for (let now = begin + 5 * minute; now <= begin + 10 * recheckMs; now += 5 * minute) {
      const present = [...archive.keys()];
      const plan = planArchiveLook({
        known: [...known.values()],
        present,
        perDirectory,
        now,
        elapsedMs: 5 * minute,
        recheckMs,
      });
      expect(plan.list.length).toBeLessThanOrEqual(12);
      for (const name of plan.list) {
        listed.set(name, (listed.get(name) ?? 0) + 1);
        known.set(name, list(archive, name, now));
      }
      for (const { seenAt } of known.values()) expect(now - seenAt).toBeLessThanOrEqual(recheckMs);
    }
    const old = [...archive.keys()]
      .toSorted()
      .slice(0, -1)
      .map((name) => listed.get(name) ?? 0);
    expect(Math.min(...old)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...old)).toBeLessThanOrEqual(15);
  });

  it('lists everything again after a long time, and what a clock that was set back makes doubtful', () => {
    const archive: Archive = new Map();
    for (let number = 0; number < 20 * perDirectory; number += 1) store(archive, 1, number, begin);
    const known = [...archive.keys()].map((name, index) =>
      list(archive, name, index === 3 ? begin + recheckMs : begin),
    );
    const common = { known, present: [...archive.keys()], perDirectory, recheckMs };
    const later = planArchiveLook({ ...common, now: begin + 3 * recheckMs, elapsedMs: 3 * recheckMs });
    expect(later.list).toHaveLength(20);
    const soon = planArchiveLook({ ...common, now: begin + minute, elapsedMs: 0 });
    expect(soon.list).toEqual([directoryName(1, 19), directoryName(1, 3)]);
  });

  it('waits for what is missing before segments that came after a long rest', () => {
    const archive: Archive = new Map();
    for (let number = 0; number < 6; number += 1) store(archive, 1, number, begin - 50 * recheckMs);
    for (let number = 8; number < 18; number += 1) store(archive, 1, number, begin);
    const known = [...archive.keys()].map((name) => list(archive, name, begin));
    const common = { known, present: [...archive.keys()], perDirectory, recheckMs, elapsedMs: 0 };
    const names = [2, 0].map((high) => directoryName(1, high));
    expect(planArchiveLook({ ...common, now: begin }).list).toEqual(names);
    // Nothing arrives any more after that time.
    expect(planArchiveLook({ ...common, now: begin + recheckMs - 1 }).list).toEqual(names);
    const later = begin + 2 * recheckMs;
    const seenLater = [...archive.keys()].map((name) => list(archive, name, later));
    expect(planArchiveLook({ ...common, known: seenLater, now: later }).list).toEqual(names.slice(0, 1));
  });

  it('lists the neighbours of what expire took, the newest first', () => {
    const archive: Archive = new Map();
    for (let number = 0; number < 10 * perDirectory; number += 1)
      store(archive, 1, number, begin - 50 * recheckMs);
    const known = [...archive.keys()].map((name) => list(archive, name, begin));
    for (const high of [0, 1, 5]) archive.delete(directoryName(1, high));
    const plan = planArchiveLook({
      known,
      present: [...archive.keys()],
      perDirectory,
      now: begin,
      elapsedMs: 0,
      recheckMs,
    });
    expect(plan.gone).toEqual([0, 1, 5].map((high) => directoryName(1, high)));
    expect(plan.list).toEqual([9, 6, 4, 2].map((high) => directoryName(1, high)));
  });
});

describe('listUnfinished', () => {
  const made = (timeline: number, high: number, lows: readonly number[], at = begin): ArchiveDirectory => {
    const archive: Archive = new Map();
    for (const low of lows) store(archive, timeline, high * perDirectory + low, at);
    return list(archive, directoryName(timeline, high), begin);
  };
  const all = [0, 1, 2, 3, 4, 5, 6, 7];
  const find = (...directories: ArchiveDirectory[]): string[] =>
    listUnfinished(directories, { perDirectory, now: begin, recheckMs });

  it('finds what lacks segments before, between and behind others', () => {
    expect(find(made(1, 0, [5, 6, 7]), made(1, 1, all), made(1, 2, [0, 1]))).toEqual([]);
    expect(find(made(1, 0, all), made(1, 1, [1, 2]))).toEqual([directoryName(1, 1)]);
    expect(find(made(1, 0, [0, 1, 3]))).toEqual([directoryName(1, 0)]);
    expect(find(made(1, 0, [0, 1]), made(1, 1, all))).toEqual([directoryName(1, 0)]);
    // A timeline ends anywhere, and another begins there.
    expect(find(made(1, 0, [0, 1]), made(2, 0, [2, 3]))).toEqual([]);
  });

  it('leaves alone what has been so for long, unless something follows it now', () => {
    const old = begin - 2 * recheckMs;
    expect(find(made(1, 0, [0, 2], old), made(1, 1, all, old))).toEqual([]);
    expect(find(made(1, 0, [0, 2], old), made(1, 1, all))).toEqual([directoryName(1, 0)]);
  });
});

it('takes one recursive listing where most directories are to be listed', () => {
  expect(isWholeCheaper(3, 4)).toBe(false);
  expect(isWholeCheaper(40, 79)).toBe(true);
  expect(isWholeCheaper(40, 4000)).toBe(false);
});
