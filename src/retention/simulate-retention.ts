import type { BackupSet } from '../model/backup-set.ts';
import type { ExpiryReason } from './model-expire.ts';
import type { ScheduledEvent } from './scheduled-events.ts';
import {
  SimulatedRepository,
  type SetLife,
  type SimulationRules,
  type WalRemoval,
} from './simulated-repository.ts';
import { lengthOf, type TimeRange } from './time-range.ts';

/** What a simulation begins with. Epoch milliseconds. */
export interface SimulationBegin {
  readonly now: number;
  /** Empty: a new repository. */
  readonly sets: readonly BackupSet[];
  /** Stretches of time of which all WAL is there. */
  readonly wal: readonly TimeRange[];
}

/** A repository at the end of a day, UTC. */
export interface SimulatedDay {
  /** The end of the day, epoch milliseconds. */
  readonly at: number;
  /** Labels, oldest first. */
  readonly sets: readonly string[];
  readonly taken: readonly string[];
  readonly gone: readonly { readonly label: string; readonly reason: ExpiryReason | undefined }[];
  /** What can be restored, oldest first; one moment where both ends are the same. */
  readonly windows: readonly TimeRange[];
}

/** What a repository holds at a moment; between two of them it grows evenly. Bytes. */
export interface Usage {
  readonly at: number;
  readonly setBytes: number;
  readonly walBytes: number;
}

/** How far back every moment up to now can be restored, milliseconds. */
export interface Reach {
  /** The least of all times since the first full set went; undefined: none did. */
  readonly least: number | undefined;
  readonly most: number;
  readonly atEnd: number;
}

/** A repository over some time. */
export interface SimulatedRetention {
  readonly from: number;
  readonly to: number;
  readonly days: readonly SimulatedDay[];
  readonly lives: readonly SetLife[];
  readonly usage: readonly Usage[];
  readonly walRemovals: readonly WalRemoval[];
  readonly reach: Reach;
  readonly expires: number;
}

const day = 86_400_000;

/**
 * Lets time pass in a repository: backups as scheduled, an expire after each, WAL all the time. Pure.
 *
 * @param events in the order of time
 * @param to epoch milliseconds
 */
export function simulateRetention(
  begin: SimulationBegin,
  events: readonly ScheduledEvent[],
  to: number,
  rules: SimulationRules,
): SimulatedRetention {
  const repository = new SimulatedRepository(rules, begin);
  const days: SimulatedDay[] = [];
  const usage: Usage[] = [];
  const reach = { least: undefined as number | undefined, most: 0 };
  const measure = (): void => {
    usage.push(usageOf(repository, rules));
    const back = repository.reach();
    reach.most = Math.max(reach.most, back);
    if (repository.hasExpired) reach.least = Math.min(reach.least ?? Infinity, back);
  };
  const endDays = (until: number): void => {
    for (let end = nextMidnight(days.at(-1)?.at ?? begin.now); end <= until; end += day) {
      repository.pass(end);
      days.push(endDay(repository, end));
      measure();
    }
  };
  measure();
  for (const { at, job } of events) {
    if (at < begin.now || at >= to) continue;
    endDays(at);
    repository.pass(at);
    measure();
    if (job !== 'expire') repository.backup(job);
    measure();
    repository.expire();
    measure();
  }
  endDays(to);
  repository.pass(to);
  if ((days.at(-1)?.at ?? 0) < to) days.push(endDay(repository, to));
  measure();
  return {
    from: begin.now,
    to,
    days,
    lives: repository.lives,
    usage,
    walRemovals: repository.walRemovals,
    reach: { ...reach, atEnd: repository.reach() },
    expires: repository.expires,
  };
}

function nextMidnight(after: number): number {
  return (Math.floor(after / day) + 1) * day;
}

function endDay(repository: SimulatedRepository, at: number): SimulatedDay {
  const since = (Math.ceil(at / day) - 1) * day;
  const isToday = (time: number): boolean => time > since && time <= at;
  const { lives } = repository;
  return {
    at,
    sets: repository.sets.map(({ label }) => label),
    taken: lives.filter(({ set, real }) => !real && isToday(set.stopTime * 1000)).map(({ set }) => set.label),
    gone: lives.flatMap(({ set: { label }, goneAt, reason }) =>
      goneAt !== undefined && isToday(goneAt) ? [{ label, reason }] : [],
    ),
    windows: repository.windows(),
  };
}

function usageOf(repository: SimulatedRepository, { sizes }: SimulationRules): Usage {
  const { now, setBytes, wal } = repository;
  return {
    at: now,
    setBytes,
    walBytes: (lengthOf(wal) / day) * sizes.walBytesPerDay(now),
  };
}
