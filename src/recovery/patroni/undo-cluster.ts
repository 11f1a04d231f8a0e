import type { StepRecord } from '../../store/journal.ts';
import type { RestorePlan } from '../restore-plan.ts';
import { clusterOf } from './cluster-steps.ts';
import { patronictl, reinitCommand } from './cluster-work.ts';

/** Acts of an undo that go through Patroni, besides those on this server. Each can be repeated. */
export const clusterUndoKinds = [
  'pause-patroni',
  /** The old server, once the restored one was promoted: see startOnNewTimeline. */
  'start-on-new-timeline',
  'take-over',
  'full-backup',
  'rebuild-replicas',
  'end-pause',
  'follow-replicas',
] as const;
export type ClusterUndoKind = (typeof clusterUndoKinds)[number];
export interface ClusterUndoAction {
  readonly kind: ClusterUndoKind;
}

/** What an undo does on this server alone. */
interface LocalActions<Action> {
  /** Stops the restored server and puts the old directory back. */
  readonly back: readonly Action[];
  /** Starts the old server; nothing where it did not run. */
  readonly start: readonly Action[];
}

/**
 * Puts what Patroni needs around what an undo does on this server. Pure.
 *
 * Until the restored server was promoted, the replicas are as they were: they follow the old leader again. After it, its
 * timeline is in the archive, and every server that follows the latest timeline would leave the old one for it: so the
 * old server is promoted to a timeline that is newer still. Replicas that have not been made anew follow it there; the
 * others are made anew once more, after a full backup to make them from.
 *
 * @returns undefined where nothing was done to Patroni
 */
export function undoCluster<Action>(
  plan: RestorePlan,
  steps: readonly StepRecord[],
  { back, start }: LocalActions<Action>,
): readonly (Action | ClusterUndoAction)[] | undefined {
  const cluster = clusterOf(plan);
  const began = (name: string): boolean => steps.some((step) => step.name === name);
  if (cluster === undefined || !began('pause-patroni')) return undefined;
  const promoted = steps.some((step) => step.name === 'promote' && step.facts['promoting'] === true);
  const rebuilt = began('rebuild-replicas');
  const starts: readonly (Action | ClusterUndoAction)[] = promoted
    ? [{ kind: 'start-on-new-timeline' }]
    : start;
  const act = (kind: ClusterUndoKind): ClusterUndoAction => ({ kind });
  const runs = starts.length > 0;
  return [
    act('pause-patroni'),
    ...back,
    ...starts,
    ...(runs ? [act('take-over')] : []),
    ...(runs && rebuilt && cluster.backup ? [act('full-backup')] : []),
    ...(runs && rebuilt ? [act('rebuild-replicas')] : []),
    ...(cluster.wasPaused ? [] : [act('end-pause')]),
    ...(runs ? [act('follow-replicas')] : []),
  ];
}

/** The same as commands. */
export function clusterUndoCommands(plan: RestorePlan, kind: ClusterUndoKind): string[] {
  const cluster = clusterOf(plan);
  if (cluster === undefined) return [];
  const { scope, name, others } = cluster;
  switch (kind) {
    case 'pause-patroni':
      return [patronictl(cluster, `pause --wait ${scope}`)];
    case 'start-on-new-timeline':
      return ['# start the old server as a standby (standby.signal) without a source, and promote it'];
    case 'take-over':
      return [patronictl(cluster, `restart ${scope} ${name} --force`)];
    case 'full-backup':
      return [`holdfast backup --type full --stanza ${plan.stanza}`];
    case 'rebuild-replicas':
      return others.map((other) => reinitCommand(cluster, other.name));
    case 'end-pause':
      return [patronictl(cluster, `resume --wait ${scope}`)];
    case 'follow-replicas':
      return [patronictl(cluster, `list ${scope}`)];
  }
}

/** For people. */
export function describeClusterUndo(kind: ClusterUndoKind): string {
  return {
    'pause-patroni': 'pause the Patroni cluster',
    'start-on-new-timeline': 'start the old server and promote it, to a timeline newer than the restored one',
    'take-over': 'let Patroni take it as the leader',
    'full-backup': 'take a full backup, from which replicas are made',
    'rebuild-replicas': 'make the replicas anew',
    'end-pause': 'end the pause',
    'follow-replicas': 'wait until the replicas follow',
  }[kind];
}
