import type { PrimaryObservation } from '../../status/primary-observation.ts';
import type { SeenTimeline, TimelineMemory, TimelineSource } from '../../store/timeline-memory.ts';
import type { TimelineSwitch } from '../../model/wal.ts';

/**
 * Remembers the timeline that production was seen on, and its ancestors.
 *
 * @param at epoch milliseconds
 */
export function noteTimelines(
  memory: TimelineMemory,
  stanza: string,
  primary: Pick<PrimaryObservation, 'systemIdentifier' | 'timeline' | 'history'>,
  at: number,
): void {
  const history = primary.history ?? [];
  const last = history.at(-1);
  memory.note(
    stanza,
    primary.systemIdentifier,
    [
      ...listAncestors(history, 'history'),
      {
        timeline: primary.timeline,
        parent: last?.timeline,
        beginLsn: last?.switchLsn,
        source: 'primary',
      },
    ],
    at,
  );
}

/** @param history oldest first */
export function listAncestors(history: readonly TimelineSwitch[], source: TimelineSource): SeenTimeline[] {
  return history.map(({ timeline }, index) => {
    const before = history[index - 1];
    return { timeline, parent: before?.timeline, beginLsn: before?.switchLsn, source };
  });
}
