import type { RestorePlan, RestoreStep, RestoreStepName } from '../restore-plan.ts';
import type { ClusterPlan } from './cluster-plan.ts';
import { patronictl, reinitCommand } from './cluster-work.ts';

export const clusterStepNames = [
  'pause-patroni',
  'take-over',
  'full-backup',
  'rebuild-replicas',
  'end-pause',
  'follow-replicas',
] as const satisfies readonly RestoreStepName[];
export type ClusterStepName = (typeof clusterStepNames)[number];

/** The cluster that a plan restores as a whole; undefined for a single server, and for a copy beside one. */
export function clusterOf({ mode, patroni }: Pick<RestorePlan, 'mode' | 'patroni'>): ClusterPlan | undefined {
  return mode === 'into' ? undefined : patroni?.cluster;
}

/** What comes before the steps on this server. */
export function stepsBefore(cluster: ClusterPlan): RestoreStep[] {
  const title = cluster.wasPaused
    ? `leave ${cluster.scope} paused, as it is, and see that every member knows`
    : `pause ${cluster.scope}, so that Patroni starts, stops and promotes nothing`;
  return [{ name: 'pause-patroni', title, commands: [patronictl(cluster, `pause --wait ${cluster.scope}`)] }];
}

/** What comes after them. */
export function stepsAfter(cluster: ClusterPlan, stanza: string): RestoreStep[] {
  const { scope, name, others } = cluster;
  const names = others.map((other) => other.name).join(', ');
  return [
    {
      name: 'take-over',
      title: `let Patroni take ${name} as the leader, and restart it as Patroni runs it`,
      commands: [patronictl(cluster, `restart ${scope} ${name} --force`)],
    },
    ...(cluster.backup
      ? [
          {
            name: 'full-backup' as const,
            title: 'take a full backup: replicas are made from it, and later restores begin with it',
            commands: [`holdfast backup --type full --stanza ${stanza}`],
          },
        ]
      : []),
    ...(others.length > 0
      ? [
          {
            name: 'rebuild-replicas' as const,
            title: `make ${names} anew; what follows by itself is left alone`,
            commands: others.map((other) => describeRebuild(cluster, other)),
          },
        ]
      : []),
    ...(cluster.wasPaused
      ? []
      : [
          {
            name: 'end-pause' as const,
            title: `end the pause of ${scope}`,
            commands: [patronictl(cluster, `resume --wait ${scope}`)],
          },
        ]),
    {
      name: 'follow-replicas',
      title: others.length === 0 ? 'see that the cluster is whole' : `wait until ${names} follow`,
      commands: [patronictl(cluster, `list ${scope}`)],
    },
  ];
}

function describeRebuild(cluster: ClusterPlan, { name, reach, host }: ClusterPlan['others'][number]): string {
  const command = reinitCommand(cluster, name);
  return reach === 'rest' ? command : `${command}   # by hand, on ${host ?? 'its host'}: it is waited for`;
}

/** Undoing it, in words and commands, around what puts the data directory back. */
export function undoAround(cluster: ClusterPlan, commands: readonly string[]): string[] {
  const { scope, name, others } = cluster;
  return [
    patronictl(cluster, `pause --wait ${scope}`),
    ...commands,
    '# once it was promoted the old server has to be promoted to a newer timeline, too: holdfast undo does that',
    patronictl(cluster, `restart ${scope} ${name} --force`),
    ...others.map((other) => `${reinitCommand(cluster, other.name)}   # where they were made anew already`),
    ...(cluster.wasPaused ? [] : [patronictl(cluster, `resume --wait ${scope}`)]),
  ];
}
