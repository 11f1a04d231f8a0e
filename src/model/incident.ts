import { instant } from './instant.ts';
/**
 * Lost WAL from when its hole was confirmed until it was over: what cannot be restored any more, and what was done about
 * it. Times are epoch milliseconds.
 */
export interface Incident {
  readonly id: string;
  readonly stanza: string;
  readonly repository: string;
  readonly timeline: number;
  /** First and last segment that are missing. */
  readonly first: string;
  readonly last: string;
  readonly segments: number;
  /** When the hole was seen first. */
  readonly beganAt: number;
  /** The last moment before it that can be restored, and what tells it; undefined: nothing before it can be. */
  readonly lostFrom: LostFrom | undefined;
  /** Backups that Holdfast began because of it, oldest first. */
  readonly attempts: readonly HealingAttempt[];
  /** Undefined: it goes on. */
  readonly closed: IncidentEnd | undefined;
}

export interface LostFrom {
  readonly time: number;
  /** See `WindowEdge`. */
  readonly timeFrom: 'set' | 'heartbeat' | 'stored';
}

export interface HealingAttempt {
  readonly at: number;
  readonly type: 'full' | 'diff' | 'incr';
  /** Undefined: it goes on, or its Holdfast was stopped. */
  readonly result: 'ok' | 'failed' | 'interrupted' | 'skipped' | undefined;
  readonly runId: string | undefined;
  /** The set that it made. */
  readonly set: string | undefined;
  /** Why it made none, in words. */
  readonly detail: string | undefined;
}

/** How it was over. */
export interface IncidentEnd {
  readonly at: number;
  /**
   * `healed`: with a set that Holdfast took for it; `backup`: with another set behind it; `arrived`: the WAL is in the
   * archive after all, and nothing is lost; `expired`: the sets before it are gone, and the hole with them.
   */
  readonly why: 'healed' | 'backup' | 'arrived' | 'expired';
  /** The set that a new window begins with, and when that is: `lostFrom` up to here is lost. */
  readonly set: string | undefined;
  readonly lostTo: number | undefined;
}

/** What is lost, exactly, as a sentence without a stop. */
export function describeLoss({ lostFrom, closed }: Pick<Incident, 'lostFrom' | 'closed'>): string {
  if (closed?.why === 'arrived') return 'nothing is lost: the missing WAL is there after all';
  const from = lostFrom === undefined ? 'the oldest backup set' : describeFrom(lostFrom);
  if (closed?.lostTo !== undefined)
    return `what was committed after ${from} and before ${instant(closed.lostTo)}, the end of set ${closed.set ?? ''}, cannot be restored to a moment between`;
  if (closed !== undefined) return `the sets before ${from} are gone, and the hole with them`;
  return `nothing that was committed after ${from} can be restored`;
}

function describeFrom({ time, timeFrom }: LostFrom): string {
  return timeFrom === 'stored' ? `about ${instant(time)}` : instant(time);
}
