import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronTimes } from '../../model/cron-times.ts';
import type { Blackout } from '../../model/schedule.ts';
import type { LineMemory } from '../../store/schedule-memory.ts';
import { blackoutAt, leftOutSince } from './blackout-at.ts';
import { companionsOf } from './jitter.ts';
import { mostListed } from './pending-times.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';
import { plainLine as line, ScheduleSimulation, type SimulationEvent } from './schedule-simulation.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Pacific/Apia',
];
const blackout: fc.Arbitrary<Blackout> = fc
  .record({
    cron: fc.constantFrom('0 8 * * 1-5', '0 22 * * *', '0 0 1 * *', '30 1 * * 0'),
    timezone: fc.constantFrom(...zones),
    duration: fc.constantFrom(1800, 3 * 3600, 10 * 3600, 26 * 3600),
    missed: fc.constantFrom<Blackout['missed']>('run', 'skip'),
  })
  // One a day that is longer than a day never ends, which is an error in the file.
  .map((one) => (one.cron === '0 22 * * *' ? { ...one, duration: Math.min(one.duration, 12 * 3600) } : one));
const schedule: fc.Arbitrary<readonly ScheduleLine[]> = fc
  .record({
    blackouts: fc.array(blackout, { maxLength: 2 }),
    timezone: fc.constantFrom(...zones),
    lines: fc.array(
      fc.record({
        job: fc.constantFrom('full', 'diff', 'incr', 'check', 'expire'),
        cron: fc.constantFrom(
          '0 2 * * 0',
          '0 2 * * *',
          '30 2 * * 1-6',
          '15 */6 * * *',
          '0 * * * *',
          '0 2 1 * 1',
          '*/30 1,2 * * *',
        ),
        repositories: fc.constantFrom(['local', 'offsite'], ['local'], ['offsite']),
        jitterMs: fc.constantFrom(0, 0, 10 * minute, 8 * hour),
        catchUp: fc.boolean(),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ blackouts, timezone, lines }) => {
    const all = lines.map(({ job, cron, ...more }) => line(job, cron, { ...more, timezone, blackouts }));
    // Checks are of a stanza, not of its repositories.
    return [...new Map(all.map((one) => [one.key, one])).values()];
  });
const event: fc.Arbitrary<SimulationEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wakes'), count: fc.integer({ min: 1, max: 60 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('downtime'),
      length: fc.constantFrom(minute, 10 * minute, 5 * hour, 2 * day, 40 * day, 200 * day),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('jump'),
      by: fc.constantFrom(-10 * minute, -hour, -20 * hour, hour, day, 3650 * day, -3650 * day, -3 * day),
    }),
  },
);
interface Story {
  readonly lines: readonly ScheduleLine[];
  readonly start: number;
  readonly runLength: number;
  readonly events: SimulationEvent[];
}

/** What was found by chance, once in thousands of stories. */
const hourly = (more: Partial<ScheduleLine>): readonly ScheduleLine[] => [line('full', '0 * * * *', more)];
const found: readonly Story[] = [
  // The oldest time that is listed is the one that runs, and there are older ones.
  {
    lines: hourly({
      repositories: ['offsite'],
      timezone: 'America/New_York',
      jitterMs: 8 * hour,
      blackouts: [{ cron: '0 22 * * *', timezone: 'Australia/Lord_Howe', duration: 36_000, missed: 'skip' }],
    }),
    start: 1_530_576_000_000,
    runLength: 3 * day,
    events: [
      { kind: 'wakes', count: 62 },
      { kind: 'downtime', length: 2 * day },
      { kind: 'wakes', count: 19 },
    ],
  },
  // One that waits goes off the list, and one that is left out becomes the oldest of it.
  {
    lines: hourly({
      timezone: 'Europe/Berlin',
      blackouts: [
        { cron: '30 1 * * 0', timezone: 'Pacific/Apia', duration: 36_000, missed: 'run' },
        { cron: '0 22 * * *', timezone: 'Pacific/Apia', duration: 10_800, missed: 'skip' },
      ],
    }),
    start: Date.UTC(2018, 3, 11),
    runLength: 3 * day,
    events: [
      { kind: 'downtime', length: 52 * day + 18 * hour },
      { kind: 'wakes', count: 76 },
    ],
  },
];
const story: fc.Arbitrary<Story> = fc.record({
  lines: schedule,
  start: fc.integer({ min: 0, max: 12 * 365 }).map((days) => Date.UTC(2010) + days * day),
  runLength: fc.constantFrom(0, 20 * minute, 7 * hour, 3 * day),
  events: fc.array(event, { minLength: 3, maxLength: 15 }),
});

describe('decideSchedule, over years of changed clocks, downtimes and blackouts', () => {
  it('decides every time once, runs once after any pause, never in a blackout, and sleeps exactly as long as it may', () => {
    fc.assert(
      fc.property(
        story,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ lines, start, runLength, events }, share) => {
          const world = new ScheduleSimulation(lines, start, runLength);
          for (const one of events) {
            world.happen(one, (verdict, now) => {
              const keys = verdict.due.map((due) => due.line.key);
              expect(new Set(keys).size).toBe(keys.length);
              for (const due of verdict.due) {
                expect(cronTimes(due.line).previous(due.occurrence)).toBe(due.occurrence);
                expect(due.startAt).toBeGreaterThanOrEqual(due.occurrence);
                expect(due.startAt).toBeLessThanOrEqual(now);
                expect(blackoutAt(due.line.blackouts, now)).toBeUndefined();
                expect(due.line.repositories.length).toBeGreaterThan(0);
              }
              // Until it wakes there is nothing to decide.
              if (verdict.nextWakeAt === undefined) return;
              expect(verdict.nextWakeAt).toBeGreaterThan(now);
              const between = now + Math.floor((verdict.nextWakeAt - 1 - now) * share);
              const early = world.decide(Math.max(between, world.now));
              if (between >= world.now) expect(early.decisions).toEqual([]);
            });
          }
          expect(world.twice).toEqual([]);
          for (const one of lines) expectNothingLost(one, lines, world);
          expectReplacedIsDone(lines, world);
        },
      ),
      {
        numRuns: 30,
        endOnFailure: true,
        examples: found.map((one): [Story, number] => [one, 1 - 1e-12]),
      },
    );
  });
});

/** Every time since the line is known was decided, or waits, or is summed up in the oldest one of a long pause. */
function expectNothingLost(
  one: ScheduleLine,
  lines: readonly ScheduleLine[],
  world: ScheduleSimulation,
): void {
  const { next } = cronTimes(one);
  const known = world.memory.get(one.key);
  if (known === undefined || world.rewinds > 0) return;
  const decided = world.decisions.filter((decision) => decision.line === one.key);
  const inOrder = decided.toSorted((first, second) => first.occurrence - second.occurrence);
  let from = known.knownSince;
  for (const { occurrence, decidedAt, detail } of inOrder) {
    // Up to here there is no time, or it is said what became of those, and then there were many.
    if (next(from) !== occurrence) {
      expect(detail).toContain('so it was with all times since');
      expect(countTimes(one, from, decidedAt, mostListed)).toBe(mostListed);
    }
    from = occurrence;
  }
  expect(next(from) ?? Infinity).toBeGreaterThan(known.decidedUntil);
  // With the jitter of a greater line it begins later, perhaps in a blackout.
  const isExact = companionsOf(lines, one).every(({ jitterMs }) => jitterMs === 0);
  if (one.catchUp && isExact) expectNewestIsDone(one, world, known);
  // What was missed by a line that catches up was made up for by something decided at the same moment.
  const moments = Map.groupBy(decided, ({ decidedAt }) => decidedAt);
  for (const made of one.catchUp ? moments.values() : []) {
    const newest = made.reduce((first, second) => (first.occurrence > second.occurrence ? first : second));
    if (made.some(({ reason }) => reason === 'missed')) expect(newest.reason).not.toBe('missed');
  }
}

/** At most `most`. */
function countTimes(one: ScheduleLine, from: number, to: number, most: number): number {
  const { next } = cronTimes(one);
  let count = 0;
  for (let at = next(from); at !== undefined && at <= to && count < most; at = next(at)) count += 1;
  return count;
}

/** The newest time that no blackout leaves out has run, or one after it, or one waits that makes up for it. */
function expectNewestIsDone(one: ScheduleLine, world: ScheduleSimulation, known: LineMemory): void {
  const { previous, next } = cronTimes(one);
  const isLeftOut = (at: number | undefined): boolean =>
    at !== undefined && leftOutSince(one.blackouts, at) !== undefined;
  let newest = previous(known.decidedUntil);
  while (isLeftOut(newest) && newest !== undefined && newest > known.knownSince)
    newest = previous(newest - 1);
  if (newest === undefined || newest <= known.knownSince) return;
  const done = world.decisions.some(
    ({ line: key, occurrence, reason }) =>
      key === one.key && occurrence >= newest && reason !== 'blackout' && reason !== 'missed',
  );
  let waiting = next(known.decidedUntil);
  while (isLeftOut(waiting) && waiting !== undefined && waiting <= world.now) waiting = next(waiting);
  expect(done || (waiting !== undefined && waiting <= world.now)).toBe(true);
}

/** What was replaced had something begun at its moment that does its work. */
function expectReplacedIsDone(lines: readonly ScheduleLine[], world: ScheduleSimulation): void {
  const begun = Map.groupBy(world.due, (due) => due.at);
  for (const skip of world.decisions.filter(({ reason }) => reason === 'replaced')) {
    const replaced = lines.find(({ key }) => key === skip.line);
    for (const repository of replaced?.repositories ?? []) {
      const doing = (begun.get(skip.decidedAt) ?? []).filter((due) =>
        due.line.repositories.includes(repository),
      );
      expect(doing.length).toBeGreaterThan(0);
    }
  }
}
