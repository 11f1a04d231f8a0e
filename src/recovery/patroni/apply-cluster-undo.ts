import type { Server } from '../../postgres/server.ts';
import { readControlData } from '../../postgres/read-control-data.ts';
import { readRecovery } from '../../postgres/recovery-progress.ts';
import { parentOf } from '../apply/prove-target.ts';
import { defaultLimits, type RestoreDependencies } from '../apply/restore-context.ts';
import type { RestorePlan } from '../restore-plan.ts';
import { noPatroni } from './cluster-step-bodies.ts';
import { clusterOf } from './cluster-steps.ts';
import { clusterLimits, type ClusterWork } from './cluster-work.ts';
import { followReplicas } from './follow-replicas.ts';
import { endPause, pauseCluster } from './pause-cluster.ts';
import { rebuildReplicas } from './rebuild-replicas.ts';
import { startOnNewTimeline } from './start-on-new-timeline.ts';
import { findOtherLeader, takeOver } from './take-over.ts';
import type { ClusterUndoKind } from './undo-cluster.ts';

export type ClusterUndoDependencies = Pick<
  RestoreDependencies,
  'journal' | 'sleep' | 'limits' | 'patroni' | 'backUp' | 'clusterLimits' | 'signal' | 'guard'
> &
  Partial<Pick<RestoreDependencies, 'engine' | 'now'>>;

/**
 * Where somebody ended the pause meanwhile another member leads: the old server is then not started beside it. When the
 * pause ends Patroni starts it as a replica.
 */
const needsLeader: ReadonlySet<ClusterUndoKind> = new Set([
  'start-on-new-timeline',
  'take-over',
  'full-backup',
  'rebuild-replicas',
  'follow-replicas',
]);

/** Whether an undo may start the old server as a primary: for a single server always. */
export async function mayStart(plan: RestorePlan, deps: ClusterUndoDependencies): Promise<boolean> {
  if (clusterOf(plan) === undefined || deps.patroni === undefined) return true;
  const work = workOf('take-over', plan, deps, { say: () => {}, askPerson: () => {} });
  return (await findOtherLeader(work)) === undefined;
}

/** What an undo tells while it waits. */
export type ClusterUndoTelling = Pick<ClusterWork, 'say' | 'askPerson'>;

/** Does one act of an undo through Patroni. */
export async function applyClusterUndo(
  kind: ClusterUndoKind,
  plan: RestorePlan,
  server: Server,
  deps: ClusterUndoDependencies,
  tell: ClusterUndoTelling,
): Promise<void> {
  const work = workOf(kind, plan, deps, tell);
  if (needsLeader.has(kind) && (await findOtherLeader(work)) !== undefined) return;
  switch (kind) {
    case 'pause-patroni':
      await pauseCluster(work);
      return;
    case 'start-on-new-timeline':
      await startOld(plan, server, deps);
      return;
    case 'take-over':
      await takeOver(work, (await readRecovery(server)).timeline);
      return;
    case 'full-backup':
      await deps.backUp?.(tell.say);
      return;
    case 'rebuild-replicas':
      await rebuildReplicas(work, (await readRecovery(server)).timeline, new Set());
      return;
    case 'end-pause':
      await endPause(work);
      return;
    case 'follow-replicas':
      await followReplicas(work, (await readRecovery(server)).timeline);
  }
}

function workOf(
  kind: ClusterUndoKind,
  plan: RestorePlan,
  deps: ClusterUndoDependencies,
  tell: ClusterUndoTelling,
): ClusterWork {
  const cluster = clusterOf(plan);
  if (cluster === undefined || deps.now === undefined) throw new Error('an undo of Patroni without Patroni');
  return {
    plan: cluster,
    control: deps.patroni ?? noPatroni(plan.stanza),
    operation: `undo the restore ${plan.id}: ${kind}`,
    limits: { ...clusterLimits, ...deps.clusterLimits },
    now: deps.now,
    sleep: deps.sleep,
    signal: deps.signal,
    ...tell,
  };
}

/** The timeline is production's own from then on. */
async function startOld(plan: RestorePlan, server: Server, deps: ClusterUndoDependencies): Promise<void> {
  const { engine, journal, now, guard } = deps;
  if (engine === undefined || now === undefined) throw new Error('an undo of Patroni needs an engine');
  const timeoutMs = { ...defaultLimits, ...deps.limits }.promoteMs;
  const timeline = await startOnNewTimeline(server, { engine, stanza: plan.stanza, timeoutMs, guard });
  const parent = await parentOf(server.node.path, timeline);
  if (parent === undefined) return;
  const made = { timeline, parent: parent.timeline, beginLsn: parent.switchLsn, source: 'restore' } as const;
  const { systemIdentifier } = await readControlData(server);
  journal.timelines.note(plan.stanza, systemIdentifier, [made], now());
}
