import type { Configuration, Stanza } from './configuration.ts';
import type { DrillSchedule, RunsOn, ScheduledJob, ScheduleEntry } from '../model/schedule.ts';
import type { ScheduleLine } from '../model/schedule-line.ts';

/**
 * Who goes first where runs wait for each other. What makes data safe goes before what looks at it, and what others
 * depend on (a full) before what depends on it.
 */
export const usualPriorities: Readonly<Record<ScheduledJob, number>> = {
  full: 80,
  diff: 70,
  incr: 60,
  copy: 50,
  expire: 40,
  check: 30,
  verify: 20,
  drill: 10,
  maintenance: 5,
};

/** Work on a whole stanza; everything else is done repository by repository. */
const withoutRepositories: ReadonlySet<ScheduledJob> = new Set(['check', 'maintenance']);

/**
 * The lines of all schedules with every default filled in, in the order of the file. A line that is there twice is one.
 */
export function scheduleLines(configuration: Pick<Configuration, 'stanzas'>): readonly ScheduleLine[] {
  const lines = new Map<string, ScheduleLine>();
  for (const stanza of configuration.stanzas) {
    for (const entry of stanza.schedule) {
      const line = lineOf(stanza, entry);
      if (!lines.has(line.key)) lines.set(line.key, line);
    }
  }
  return [...lines.values()];
}

function lineOf(stanza: Stanza, entry: ScheduleEntry | DrillSchedule): ScheduleLine {
  const all = stanza.repositories.map(({ name }) => name);
  const chosen =
    entry.repositories.length === 0 ? all : all.filter((name) => entry.repositories.includes(name));
  return {
    key: keyOf(stanza.name, entry),
    stanza: stanza.name,
    job: entry.job,
    repositories: withoutRepositories.has(entry.job) ? [] : chosen,
    ...('checks' in entry ? { drill: { target: entry.target, checks: entry.checks } } : {}),
    cron: entry.cron,
    timezone: entry.timezone,
    on: entry.on ?? usualPlace(stanza),
    jitterMs: (entry.jitter ?? 0) * 1000,
    priority: entry.priority ?? usualPriorities[entry.job],
    catchUp: entry.catchUp ?? true,
    timeoutMs: entry.timeout === undefined ? undefined : entry.timeout * 1000,
    blackouts: stanza.blackouts,
  };
}

/** What the line is, as far as what was decided for it would not hold for another. */
function keyOf(stanza: string, entry: ScheduleEntry | DrillSchedule): string {
  const zone = entry.timezone === undefined ? '' : ` ${entry.timezone}`;
  const on = entry.on === undefined ? '' : ` on ${entry.on}`;
  const repositories = entry.repositories.length === 0 ? '' : `>${entry.repositories.join(',')}`;
  const target = 'checks' in entry && entry.target !== 'random' ? ` ${entry.target}` : '';
  return `${stanza}/${entry.job}${target}@${entry.cron}${zone}${on}${repositories}`;
}

/** Where other members may run the same schedule, one of them is to do it: the leader. */
export function usualPlace({ patroni, nodes }: Stanza): RunsOn {
  const local = nodes.some(({ host }) => host === undefined);
  return patroni !== undefined || (nodes.length > 1 && local) ? 'leader' : 'any';
}
