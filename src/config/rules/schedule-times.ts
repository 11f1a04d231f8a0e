import { cronTimes, type CronText } from '../../model/cron-times.ts';
import { formatDuration } from '../../model/duration.ts';
import { scheduledJobs, type ScheduledJob } from '../../model/schedule.ts';
import type { ScheduleEntryInput } from '../schema/schedule.ts';
import type { StanzaInput } from '../schema/stanza.ts';
import type { Path } from '../source-tree.ts';
import { nodesOf, stanzasOf, type RuleContext, type RuleFinding } from './rule.ts';

/** From where times are tried: any moment does, and what is found must not depend on today. */
const start = Date.UTC(2026, 0, 1);
/** So many times in a row are tried before something is called "always". */
const tried = 60;

interface Entry {
  readonly job: ScheduledJob;
  readonly given: Partial<ScheduleEntryInput>;
  readonly time: CronText;
  /** Of the entry, and of its cron text. */
  readonly path: Path;
  readonly cronPath: Path;
}

/** Schedules that do what they seem to say: they run somewhere, and not all of it falls into blackouts. */
export function* checkScheduleTimes({ file }: RuleContext): Iterable<RuleFinding> {
  for (const { stanza, path } of stanzasOf(file)) {
    const entries = [...entriesOf(stanza, [...path, 'schedule'])];
    yield* checkRepeated(entries);
    const endless = [...checkEndlessBlackouts(stanza, [...path, 'schedule', 'blackouts'])];
    yield* endless;
    for (const entry of entries) {
      yield* checkPlace(stanza, entry);
      yield* checkWorkWithoutRepositories(entry);
      yield* checkJitter(entry);
      if (endless.length === 0) yield* checkSwallowed(stanza, entry);
    }
  }
}

function* entriesOf({ schedule }: StanzaInput, path: Path): Iterable<Entry> {
  for (const job of scheduledJobs) {
    const times = schedule[job];
    const list = Array.isArray(times) ? times : times === undefined ? [] : [times];
    for (const [index, time] of list.entries()) {
      const at = [...path, job, ...(Array.isArray(times) ? [index] : [])];
      const given = typeof time === 'string' ? { cron: time } : time;
      yield {
        job,
        given,
        time: zoned(given, schedule),
        path: at,
        cronPath: typeof time === 'string' ? at : [...at, 'cron'],
      };
    }
  }
}

/** The host's zone is left out: what is wrong in the file is so on every host. */
function zoned(
  { cron, timezone }: { cron: string; timezone?: string | undefined },
  schedule: StanzaInput['schedule'],
): CronText {
  return { cron, timezone: timezone ?? schedule.timezone ?? 'UTC' };
}

function* checkRepeated(entries: readonly Entry[]): Iterable<RuleFinding> {
  const seen = new Set<string>();
  for (const { job, given, time, cronPath } of entries) {
    const name = JSON.stringify([job, time.cron, time.timezone, given.on, given.repositories ?? []]);
    if (seen.has(name)) {
      yield {
        rule: 'same-times-twice',
        severity: 'warning',
        path: cronPath,
        problem: `is scheduled twice: another \`${job}\` has the same times and repositories`,
        remedy: 'Remove one of them; only the first counts.',
      };
    }
    seen.add(name);
  }
}

function* checkPlace(stanza: StanzaInput, { given, path }: Entry): Iterable<RuleFinding> {
  if (given.on === undefined || given.on === 'any') return;
  const nodes = nodesOf(stanza, []);
  const isLocal = nodes.some(({ node }) => node.host === undefined);
  if (!isLocal && stanza.patroni === undefined) {
    yield {
      rule: 'role-without-member',
      severity: 'warning',
      path: [...path, 'on'],
      problem: 'has no effect: no server of the stanza is on this host, so it runs here in any case',
      remedy: 'Remove `on`.',
    };
  }
  if (isLocal && nodes.length === 1 && stanza.patroni === undefined && given.on === 'replica') {
    yield {
      rule: 'runs-nowhere',
      path: [...path, 'on'],
      problem: 'the stanza has one server and no Patroni: there is no replica, so it would never run',
      expected: 'leader or any',
      remedy: 'Remove `on`, or name the other servers in `postgres` or their `patroni`.',
    };
  }
}

function* checkWorkWithoutRepositories({ job, given, path }: Entry): Iterable<RuleFinding> {
  if ((job !== 'check' && job !== 'maintenance') || (given.repositories ?? []).length === 0) return;
  yield {
    rule: 'repositories-without-effect',
    severity: 'warning',
    path: [...path, 'repositories'],
    problem: `has no effect: \`${job}\` is done for the whole stanza`,
    remedy: 'Remove `repositories`.',
  };
}

function* checkJitter({ given, time, path }: Entry): Iterable<RuleFinding> {
  const { jitter } = given;
  if (jitter === undefined) return;
  const shortest = shortestPause(time);
  if (shortest >= jitter * 1000) return;
  yield {
    rule: 'jitter-too-long',
    severity: 'warning',
    path: [...path, 'jitter'],
    problem: `is longer than the ${formatDuration(shortest / 1000)} until the next time, and is cut off there`,
    expected: `at most ${formatDuration(shortest / 1000)}`,
    remedy: 'Write a shorter one.',
  };
}

function shortestPause(time: CronText): number {
  const { next } = cronTimes(time);
  let shortest = Infinity;
  let at = next(start);
  for (let count = 0; at !== undefined && count < tried; count += 1) {
    const following = next(at);
    if (following !== undefined) shortest = Math.min(shortest, following - at);
    at = following;
  }
  return shortest;
}

/** One that begins again before it ends. */
function* checkEndlessBlackouts({ schedule }: StanzaInput, path: Path): Iterable<RuleFinding> {
  for (const [index, blackout] of schedule.blackouts.entries()) {
    const { next } = cronTimes(zoned(blackout, schedule));
    let at = next(start);
    let count = 0;
    for (; at !== undefined && count < tried; count += 1) {
      const following = next(at);
      if (following === undefined || following - at > blackout.duration * 1000) break;
      at = following;
    }
    if (count < tried) continue;
    yield {
      rule: 'endless-blackout',
      path: [...path, index, 'duration'],
      problem: 'begins again before it ends, so nothing would ever be begun',
      remedy: 'Write a shorter duration or a rarer beginning.',
    };
  }
}

function* checkSwallowed(stanza: StanzaInput, { given, time, cronPath }: Entry): Iterable<RuleFinding> {
  const blackouts = stanza.schedule.blackouts.map((blackout) => ({
    times: cronTimes(zoned(blackout, stanza.schedule)),
    ...blackout,
  }));
  if (blackouts.length === 0) return;
  const { next } = cronTimes(time);
  let at = next(start);
  let skips = true;
  for (let count = 0; at !== undefined && count < tried; count += 1) {
    const moment = at;
    const holding = blackouts.filter(({ times, duration }) => {
      const begun = times.previous(moment);
      return begun !== undefined && begun + duration * 1000 > moment;
    });
    if (holding.length === 0) return;
    skips &&= given.catchUp === false || holding.some(({ missed }) => missed === 'skip');
    at = next(moment);
  }
  yield skips
    ? {
        rule: 'never-runs',
        path: cronPath,
        problem: 'every time of it falls into a blackout, so it would never run',
        remedy: 'Choose another time, or let it run when the blackout ends: `missed: run`, and `catchUp` on.',
      }
    : {
        rule: 'always-put-off',
        severity: 'warning',
        path: cronPath,
        problem: 'every time of it falls into a blackout, so it always begins when that ends',
        remedy: 'Choose a time outside of the blackouts.',
      };
}
