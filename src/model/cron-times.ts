import { Cron } from 'croner';
import { segmentsOf, widestShift, type ZoneSegment } from './zone-segments.ts';

/** Cron text in a time zone. */
export interface CronText {
  readonly cron: string;
  /** IANA name; undefined: the zone of this host. */
  readonly timezone: string | undefined;
}

/** The times of a cron text. Instants are epoch milliseconds. */
export interface CronTimes {
  /** The first one after the instant; undefined when there is none any more. */
  readonly next: (after: number) => number | undefined;
  /** The last one at or before the instant. */
  readonly previous: (until: number) => number | undefined;
}

/**
 * The times of a cron text, with what happens when clocks are changed:
 *
 * - An hour field of `*` (or `0-23`, which says the same) follows the clock: every hour that there is, the doubled one twice, the skipped one not at all.
 * - Any other hour field names times of day. Each comes to pass once: at the first moment at which the local clock shows
 *   it or, where it is skipped, something later. So a time in a gap happens right after the gap, several such of one
 *   text are one, and a time in a doubled hour happens the first time.
 *
 * Debian's cron(8) has these two kinds too ("Only jobs that run at a particular time … are affected"), but takes every
 * `*` in the hour or minute field for the first one.
 *
 * @throws TypeError or RangeError when the text is not cron or the zone is unknown
 */
export function cronTimes({ cron, timezone }: CronText): CronTimes {
  const key = `${cron} ${timezone ?? ''}`;
  const known = opened.get(key);
  if (known !== undefined) return known;
  const times = remembering(openTimes(cron, segmentsOf(timezone)));
  if (opened.size >= mostOpened) opened.clear();
  opened.set(key, times);
  return times;
}

/** Reading a text costs as much as asking it once. */
const opened = new Map<string, CronTimes>();
const mostOpened = 2000;

/** Nothing comes to pass after `from` and before `to`. */
interface Pause {
  readonly from: number;
  readonly to: number | undefined;
}

/** So many answers are kept for one text: the time now, blackouts and jitter ask of a few moments in turn. */
const mostAnswers = 8;

/** Keeps the last answers: a scheduler asks again and again between the same two times. */
function remembering(times: CronTimes): CronTimes {
  const following: Pause[] = [];
  const latest: Pause[] = [];
  return {
    next: (after) => {
      const known = following.find(({ from, to }) => from <= after && (to === undefined || after < to));
      if (known) return known.to;
      return keep(following, { from: after, to: times.next(after) }).to;
    },
    previous: (until) => {
      // All moments of a pause have the same time before them.
      const pause = following.find(({ from, to }) => from <= until && (to === undefined || until < to));
      const asked = pause?.from ?? until;
      const known = latest.find(({ from, to }) => from <= asked && to !== undefined && asked <= to);
      if (known) return known.from;
      const from = times.previous(asked);
      return from === undefined ? undefined : keep(latest, { from, to: asked }).from;
    },
  };
}

function keep(pauses: Pause[], pause: Pause): Pause {
  if (pauses.length >= mostAnswers) pauses.shift();
  pauses.push(pause);
  return pause;
}

/**
 * The next times of a cron entry, strictly after a moment.
 *
 * @returns at most `count`; fewer where the cron text comes to an end
 */
export function nextRuns(entry: CronText, after: Date, count: number): readonly Date[] {
  const { next } = cronTimes(entry);
  const runs: Date[] = [];
  for (let at = next(after.getTime()); at !== undefined && runs.length < count; at = next(at)) {
    runs.push(new Date(at));
  }
  return runs;
}

/**
 * The text's times on a clock without a zone (croner's UTC). Day of month and day of week: either is enough, but both
 * must fit when one of the fields begins with `*` (crontab(5)); croner takes only a `*` alone for that.
 *
 * @throws TypeError or RangeError when the text is not cron
 */
export function openCron(text: string): Cron {
  // croner would take it for a date.
  if (text.includes(':')) throw new TypeError(`${text} is not cron`);
  const [, , dayOfMonth = '', , dayOfWeek = ''] = text.trim().split(/\s+/);
  const domAndDow = dayOfMonth.startsWith('*') || dayOfWeek.startsWith('*');
  return new Cron(text.trim(), { mode: '5-part', paused: true, timezone: 'UTC', domAndDow });
}

function openTimes(text: string, segmentAt: (at: number) => ZoneSegment): CronTimes {
  const cron = openCron(text);
  const readings: Readings = {
    after: (reading) => cron.nextRun(new Date(reading))?.getTime(),
    // croner gives what is strictly before.
    until: (reading) =>
      cron.previousRuns(1, new Date(Math.floor(reading / 1000) * 1000 + 1000))[0]?.getTime(),
  };
  const followsClock = /^(?:\*|0-23)(?:\/1)?$/.test(text.trim().split(/\s+/)[1] ?? '');
  return followsClock ? timesOfClock(readings, segmentAt) : timesOfDay(readings, segmentAt);
}

/** What a local clock shows, as if it were UTC. */
interface Readings {
  readonly after: (reading: number) => number | undefined;
  readonly until: (reading: number) => number | undefined;
}

/** Every instant at which the local clock shows a time of the text. */
function timesOfClock(readings: Readings, segmentAt: (at: number) => ZoneSegment): CronTimes {
  return {
    next: (after) => {
      let from = after;
      for (let segment = segmentAt(from); ; segment = segmentAt(segment.end)) {
        const reading = readings.after(from + segment.offset);
        if (reading === undefined) return undefined;
        if (reading - segment.offset < segment.end) return reading - segment.offset;
        // The instant of the change itself is to count.
        from = segment.end - 1;
      }
    },
    previous: (until) => {
      let to = until;
      for (;;) {
        const { start, offset } = segmentAt(to);
        const reading = readings.until(to + offset);
        if (reading === undefined) return undefined;
        if (reading - offset >= start) return reading - offset;
        to = start - 1;
      }
    },
  };
}

/** For each time of the text the first instant at which the local clock shows it or something later. */
function timesOfDay(readings: Readings, segmentAt: (at: number) => ZoneSegment): CronTimes {
  return {
    next: (after) => {
      const reading = readings.after(highestReading(after, segmentAt));
      return reading === undefined ? undefined : firstShown(reading, segmentAt);
    },
    previous: (until) => {
      const reading = readings.until(highestReading(until, segmentAt));
      return reading === undefined ? undefined : firstShown(reading, segmentAt);
    },
  };
}

/** The furthest that the local clock has ever been until then. */
function highestReading(until: number, segmentAt: (at: number) => ZoneSegment): number {
  let segment = segmentAt(until);
  let highest = until + segment.offset;
  while (segment.start > until - widestShift) {
    const { start } = segment;
    segment = segmentAt(start - 1);
    highest = Math.max(highest, start - 1 + segment.offset);
  }
  return highest;
}

function firstShown(reading: number, segmentAt: (at: number) => ZoneSegment): number {
  let segment = segmentAt(reading - widestShift);
  while (reading - segment.offset >= segment.end) segment = segmentAt(segment.end);
  return Math.max(reading - segment.offset, segment.start);
}
