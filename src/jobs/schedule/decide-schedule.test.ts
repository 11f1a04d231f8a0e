import { describe, expect, it } from 'vitest';
import type { Blackout } from '../../model/schedule.ts';
import { decideSchedule } from './decide-schedule.ts';
import type { ScheduleLine } from '../../model/schedule-line.ts';
import { plainLine as line } from './schedule-simulation.ts';

const hour = 3_600_000;
const at = (text: string): number => Date.parse(`${text}Z`);

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

  it('says that copies cannot be made, and runs drills', () => {
    const [copy, drill] = [line('copy', '0 5 * * 6'), line('drill', '0 5 * * 6')];
    const decided = decide([copy, drill], '2026-06-01T03:00', '2026-06-06T05:00');
    expect(decided.skips).toEqual(['copy 06-06T05:00 not-available']);
    expect(decided.due).toHaveLength(1);
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

  const listed = '17:15 17:45 18:15 18:45 19:15 19:45 20:15 20:45 21:15 21:45 22:15';

  it('runs what a blackout puts off, however many times a second one leaves out since', () => {
    const blackouts: readonly Blackout[] = [
      { cron: '0 0 * * 1', timezone: 'UTC', duration: 4 * 3600, missed: 'run' },
      { cron: '0 3 * * 1', timezone: 'UTC', duration: 20 * 3600, missed: 'skip' },
    ];
    const one = line('incr', '*/30 * * * *', { blackouts });
    const since = '2026-06-01T00:05';
    for (const now of ['2026-06-01T08:00', '2026-06-01T22:59', '2026-06-01T22:59:59.999']) {
      expect(decide([one], since, now)).toMatchObject({ due: [], skips: [] });
    }
    const later = decide([one], since, '2026-06-01T23:00', [one.key]);
    expect(later.skips).toContain('incr 06-01T23:00 still-running');
    // Where no time of its own comes at the blackout's end, what was put off is what runs.
    const oddly = line('incr', '15,45 * * * *', { blackouts });
    const verdict = decide([oddly], since, '2026-06-01T23:00');
    expect(verdict.due).toEqual(['incr 06-01T02:45 local,offsite']);
    const skipped = verdict.skips.map((skip) => skip.split(' ')[1]);
    const before = '00:15 00:45 01:15 01:45 02:15';
    expect(skipped.map((time) => time?.slice(6)).join(' ')).toBe(`${before} ${listed} 22:45`);
  });

  it('says from when on times were left out that are not listed', () => {
    const blackouts: readonly Blackout[] = [
      { cron: '0 3 * * 1', timezone: 'UTC', duration: 20 * 3600, missed: 'skip' },
    ];
    const one = line('incr', '15,45 * * * *', { blackouts });
    const since = at('2026-06-01T02:05');
    const memory = new Map([[one.key, { knownSince: since, decidedUntil: since }]]);
    const { decisions } = decideSchedule([one], memory, at('2026-06-01T22:50'), {
      running: new Set(),
      seed: 'host',
    });
    const short = (time: number): string => new Date(time).toISOString().slice(11, 16);
    // A blackout goes on, so that what could have run before it waits, and the rest is left out when that is decided.
    expect(decisions).toEqual([]);
    const ended = decideSchedule([one], memory, at('2026-06-01T23:00'), { running: new Set(), seed: 'host' });
    const details = ended.decisions.map(({ occurrence, detail }) => [short(occurrence), detail]);
    expect(details).toEqual([
      ['02:15', expect.stringContaining('makes up for it')],
      ['17:15', expect.stringMatching(/^blackout until .*; so it was with all times since 2026-06-01 02:45/)],
      ...[...listed.split(' ').slice(1), '22:45'].map((time) => [
        time,
        expect.not.stringContaining('so it was'),
      ]),
      ['02:45', undefined],
    ]);
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
