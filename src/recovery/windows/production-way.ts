import type { TimelineSwitch } from '../../model/wal.ts';
import type { KnownTimeline } from '../../store/timeline-memory.ts';

/** Production's timeline with its ancestors, oldest first. */
export interface TimelineWay {
  readonly timeline: number;
  /** Undefined where nothing tells it. */
  readonly history: readonly TimelineSwitch[] | undefined;
}

/** The way of production as it is remembered: from the timeline on which it was seen last. */
export function rememberedWay(known: readonly KnownTimeline[]): TimelineWay | undefined {
  const own = known.filter(({ source }) => source === 'primary' || source === 'restore');
  // Of two seen at one moment the higher one is the younger.
  const last = own.toSorted(
    (left, right) => right.lastSeen - left.lastSeen || right.timeline - left.timeline,
  )[0];
  return last && { timeline: last.timeline, history: rememberedHistory(known, last.timeline) };
}

/** @returns undefined where some ancestor's beginning is not known */
export function rememberedHistory(
  known: readonly KnownTimeline[],
  timeline: number,
): TimelineSwitch[] | undefined {
  const byNumber = new Map(known.map((one) => [one.timeline, one]));
  const history: TimelineSwitch[] = [];
  let current = timeline;
  while (current !== 1) {
    const { parent, beginLsn } = byNumber.get(current) ?? {};
    // A child has a higher number than what it left.
    if (parent === undefined || beginLsn === undefined || parent >= current) return undefined;
    history.unshift({ timeline: parent, switchLsn: beginLsn, reason: '' });
    current = parent;
  }
  return history;
}
