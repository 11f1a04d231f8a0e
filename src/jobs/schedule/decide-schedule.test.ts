import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronTimes } from '../../model/cron-times.ts';
import type { Blackout } from '../../model/schedule.ts';
import { blackoutAt } from './blackout-at.ts';
import { decideSchedule } from './decide-schedule.ts';
import { mostListed } from './pending-times.ts';
import type { ScheduleLine } from './schedule-line.ts';
import { ScheduleSimulation, type SimulationEvent } from './schedule-simulation.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const at = (text: string): number => Date.parse(`${text}Z`);

/** A line without specialities. */
function line(job: ScheduleLine['job'], cron: string, more: Partial<ScheduleLine> = {}): ScheduleLine {
  return {
    key: `main/${job}@${cron}${more.on ?? ''}>${more.repositories?.join(',') ?? ''}`,
    stanza: 'main',
    job,
    repositories: ['local', 'offsite'],
    cron,
    timezone: 'UTC',
    on: 'any',
    jitterMs: 0,
    priority: 0,
    catchUp: true,
    timeoutMs: undefined,
    blackouts: [],
    ...more,
  };
}

/** `job occurrence repositories` of what is due and `job occurrence reason` of what is skipped. */
function decide(
  lines: readonly ScheduleLine[],
  since: string,
  now: string,
  running: readonly string[] = [],
): { due: string[]; skips: string[]; wake: string | undefined } {
  const memory = new Map(lines.map(({ key }) => [key, { knownSince: at(since), decidedUntil: at(since) }]));
  const verdict = decideSchedule(lines, memory, at(now), { running: new Set(running), seed: 'host' });
  const short = (time: number): string => new Date(time).toISOString().slice(5, 16);
  const jobOf = (key: string): string => lines.find((one) => one.key === key)?.job ?? '';
  return {
    due: verdict.due.map((due) =>
      `${due.line.job} ${short(due.occurrence)} ${due.line.repositories.join(',')}`.trim(),
    ),
    skips: verdict.decisions
      .filter(({ decision }) => decision === 'skip')
      .map((skip) => `${jobOf(skip.line)} ${short(skip.occurrence)} ${skip.reason}`),
    wake: verdict.nextWakeAt === undefined ? undefined : short(verdict.nextWakeAt),
  };
}

describe('decideSchedule', () => {
  const full = line('full', '0 2 * * 0', { priority: 80 });
  const diff = line('diff', '0 2 * * *', { priority: 70 });
  const incr = line('incr', '0 */6 * * *', { priority: 60 });

  it('does nothing before the time, runs at the time and wakes for the next', () => {
    expect(decide([diff], '2026-06-01T03:00', '2026-06-02T01:59')).toEqual({
      due: [],
      skips: [],
      wake: '06-02T02:00',
    });
    expect(decide([diff], '2026-06-01T03:00', '2026-06-02T02:00')).toEqual({
      due: ['diff 06-02T02:00 local,offsite'],
      skips: [],
      wake: '06-03T02:00',
    });
  });

  it('makes up for a downtime by one run, and says what was missed', () => {
    expect(decide([diff], '2026-06-01T03:00', '2026-06-04T13:00')).toMatchObject({
      due: ['diff 06-04T02:00 local,offsite'],
      skips: ['diff 06-02T02:00 missed', 'diff 06-03T02:00 missed'],
    });
  });

  it('leaves what was missed where catching up is off, but not for the length of a restart', () => {
    const strict = line('diff', '0 2 * * *', { catchUp: false });
    expect(decide([strict], '2026-06-01T03:00', '2026-06-02T02:10')).toMatchObject({
      due: [],
      skips: ['diff 06-02T02:00 missed'],
    });
    expect(decide([strict], '2026-06-01T03:00', '2026-06-02T02:04')).toMatchObject({ skips: [] });
  });

  it('lets the greatest of several backups of one time do the work', () => {
    expect(decide([full, diff, incr], '2026-06-06T12:00', '2026-06-07T02:00')).toMatchObject({
      due: ['full 06-07T02:00 local,offsite'],
      skips: ['diff 06-07T02:00 replaced', 'incr 06-06T18:00 missed', 'incr 06-07T00:00 replaced'],
    });
  });

  it('replaces repository by repository', () => {
    const local = line('full', '0 2 * * 0', { repositories: ['local'] });
    expect(decide([local, diff], '2026-06-06T12:00', '2026-06-07T02:00')).toMatchObject({
      due: ['diff 06-07T02:00 offsite', 'full 06-07T02:00 local'],
      skips: [],
    });
    const other = line('full', '0 2 * * 0', { stanza: 'other' });
    expect(decide([other, diff], '2026-06-06T12:00', '2026-06-07T02:00').due).toHaveLength(2);
  });

  it('lets lines of one time begin together, with the jitter of the greatest', () => {
    const late = line('full', '0 2 * * 0', { jitterMs: 3 * hour });
    const sunday = decide([late, diff], '2026-06-06T12:00', '2026-06-07T02:00');
    expect([sunday.due, sunday.skips]).toEqual([[], []]);
    const start = `2026-${sunday.wake}`;
    expect(decide([late, diff], '2026-06-06T12:00', `${start}:59`)).toMatchObject({
      due: ['full 06-07T02:00 local,offsite'],
      skips: ['diff 06-07T02:00 replaced'],
    });
    expect(decide([late, diff], '2026-06-07T12:00', '2026-06-08T02:00').due).toHaveLength(1);
    const lateDiff = line('diff', '0 2 * * *', { jitterMs: hour });
    expect(decide([full, lateDiff], '2026-06-06T12:00', '2026-06-07T02:00').skips).toHaveLength(1);
    expect(decide([full, lateDiff], '2026-06-07T12:00', '2026-06-08T02:00').due).toEqual([]);
  });

  it('takes two lines of one job at one time for one', () => {
    const monthly = line('full', '0 2 1 * *');
    expect(decide([full, monthly], '2026-10-31T12:00', '2026-11-01T02:00')).toMatchObject({
      due: ['full 11-01T02:00 local,offsite'],
      skips: ['full 11-01T02:00 replaced'],
    });
    const onReplica = line('full', '0 2 1 * *', { on: 'replica' });
    expect(decide([full, onReplica], '2026-10-31T12:00', '2026-11-01T02:00').due).toHaveLength(2);
  });

  it('skips while the run before goes on', () => {
    expect(decide([diff], '2026-06-01T03:00', '2026-06-02T02:00', [diff.key])).toMatchObject({
      due: [],
      skips: ['diff 06-02T02:00 still-running'],
    });
  });

  it('says that drills cannot be done', () => {
    const drill = line('drill', '0 5 * * 6');
    expect(decide([drill], '2026-06-01T03:00', '2026-06-06T05:00').skips).toEqual([
      'drill 06-06T05:00 not-available',
    ]);
  });

  const office: Blackout = { cron: '0 8 * * 1-5', timezone: 'UTC', duration: 10 * 3600, missed: 'run' };
  const hourly = (missed: Blackout['missed'], more: Partial<ScheduleLine> = {}): ScheduleLine =>
    line('incr', '30 */2 * * *', { blackouts: [{ ...office, missed }], ...more });

  it('puts what falls into a blackout together at its end', () => {
    const monday = '2026-06-01T';
    expect(decide([hourly('run')], `${monday}07:00`, `${monday}17:59`)).toMatchObject({
      due: [],
      skips: [],
      wake: '06-01T18:00',
    });
    expect(decide([hourly('run')], `${monday}07:00`, `${monday}18:00`)).toMatchObject({
      due: ['incr 06-01T16:30 local,offsite'],
      skips: ['08', '10', '12', '14'].map((each) => `incr 06-01T${each}:30 blackout`),
    });
  });

  it('leaves it out where the blackout or the line says so', () => {
    for (const one of [hourly('skip'), hourly('run', { catchUp: false })]) {
      expect(decide([one], '2026-06-01T09:00', '2026-06-01T10:30')).toMatchObject({
        due: [],
        skips: ['incr 06-01T10:30 blackout'],
      });
    }
  });

  it('begins nothing that was missed before a blackout within it', () => {
    expect(decide([hourly('skip')], '2026-06-01T06:00', '2026-06-01T08:20')).toMatchObject({
      due: [],
      skips: [],
      wake: '06-01T08:30',
    });
  });

  it('stands still when the clock goes back, and starts anew when it had been far ahead', () => {
    const key = diff.key;
    const host = { running: new Set<string>(), seed: 'host' };
    const ahead = new Map([
      [key, { knownSince: at('2026-06-01T00:00'), decidedUntil: at('2026-06-09T02:00') }],
    ]);
    expect(decideSchedule([diff], ahead, at('2026-06-08T14:00'), host)).toEqual({
      due: [],
      decisions: [],
      nextWakeAt: at('2026-06-10T02:00'),
      rewound: [],
    });
    expect(decideSchedule([diff], ahead, at('2026-06-05T14:00'), host)).toEqual({
      due: [],
      decisions: [],
      nextWakeAt: at('2026-06-06T02:00'),
      rewound: [key],
    });
  });
});

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Pacific/Apia',
];
const blackout: fc.Arbitrary<Blackout> = fc.record({
  cron: fc.constantFrom('0 8 * * 1-5', '0 22 * * *', '0 0 1 * *', '30 1 * * 0'),
  timezone: fc.constantFrom(...zones),
  duration: fc.constantFrom(1800, 3 * 3600, 10 * 3600, 26 * 3600),
  missed: fc.constantFrom('run', 'skip'),
});
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
const story = fc.record({
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
          for (const one of lines) expectNothingLost(one, world);
          expectReplacedIsDone(lines, world);
        },
      ),
      { numRuns: 30 },
    );
  });
});

/** Every time since the line is known was decided, or waits, or is summed up in the oldest one of a long pause. */
function expectNothingLost(one: ScheduleLine, world: ScheduleSimulation): void {
  const { next } = cronTimes(one);
  const known = world.memory.get(one.key);
  if (known === undefined || world.rewinds > 0) return;
  const decided = world.decisions.filter((decision) => decision.line === one.key);
  const inOrder = decided.toSorted((first, second) => first.occurrence - second.occurrence);
  let [from, summed] = [known.knownSince, 0];
  for (const { occurrence, detail } of inOrder) {
    // Up to here there is no time, or it is said what became of those.
    if (next(from) !== occurrence) {
      expect(detail).toContain('so it was with all times since');
      summed += 1;
    }
    from = occurrence;
  }
  expect(next(from) ?? Infinity).toBeGreaterThan(known.decidedUntil);
  if (summed > 0) expect(decided.length).toBeGreaterThanOrEqual(mostListed);
  // What was missed by a line that catches up was made up for by something decided at the same moment.
  const moments = Map.groupBy(decided, ({ decidedAt }) => decidedAt);
  for (const made of one.catchUp ? moments.values() : []) {
    const newest = made.reduce((first, second) => (first.occurrence > second.occurrence ? first : second));
    if (made.some(({ reason }) => reason === 'missed')) expect(newest.reason).not.toBe('missed');
  }
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
