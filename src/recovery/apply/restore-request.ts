import type { RestoreRequest } from '../../engine/restore.ts';
import type { RestorePlan } from '../restore-plan.ts';

/**
 * The engine's restore for a plan. The timeline is always named: `latest` would follow whatever timeline was archived
 * last, also that of a copy that should never have archived. The server pauses at its target, so that the result is
 * proved before it can be written to.
 *
 * @param delta keep files that are there already and equal
 */
export function restoreRequestOf(plan: RestorePlan, delta: boolean): RestoreRequest {
  const moved = plan.tablespaces.filter((tablespace) => tablespace.from !== tablespace.to);
  return {
    stanza: plan.stanza,
    repositoryKey: plan.repository.key,
    set: plan.set.label,
    pgPath: plan.directories.data,
    withoutHost: plan.productionElsewhere === true,
    workDirectory: plan.directories.engine,
    acrossTimelines: changesTimeline(plan),
    type: plan.target.type,
    target: plan.target.value,
    targetAction: 'pause',
    targetTimeline: plan.target.timeline,
    archiveModeOff: plan.mode === 'into',
    delta,
    databases: plan.databases,
    processes: plan.bounds?.processes,
    ...(plan.linkAll === true ? { linkAll: true } : {}),
    tablespaceMap: Object.fromEntries(moved.map((tablespace) => [tablespace.oid, tablespace.to])),
  };
}

/** Whether recovery goes from the timeline of the set over into another one. */
function changesTimeline({ set, target }: RestorePlan): boolean {
  return Number.parseInt(set.archiveStart.slice(0, 8), 16) !== target.timeline;
}
