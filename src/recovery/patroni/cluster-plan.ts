import type { ClusterObservation } from './observe-cluster-of-patroni.ts';

/** Another member of the cluster, as the plan knows it. */
export interface PlannedMember {
  readonly name: string;
  /** Of its REST API. */
  readonly url: string | undefined;
  readonly host: string | undefined;
  /**
   * `rest`: its REST API answers this host and will be given the order. `by-hand`: it does not; the command is printed
   * and what becomes of it is watched in the DCS, through the Patroni of this host.
   */
  readonly reach: 'rest' | 'by-hand';
}

/** What a restore of a whole Patroni cluster needs to know of it. In the plan, so it contains no secret. */
export interface ClusterPlan {
  readonly scope: string;
  /** Of the member on this host. */
  readonly name: string;
  readonly version: string | undefined;
  /** Somebody had paused it before: then it stays paused. */
  readonly wasPaused: boolean;
  readonly others: readonly PlannedMember[];
  /** patroni.yml, for printed commands. */
  readonly configFile: string | undefined;
  /** A full backup is taken before the replicas are built. */
  readonly backup: boolean;
}

/** @returns undefined where something is missing that `checkCluster` refuses for */
export function planCluster(
  cluster: ClusterObservation | undefined,
  options: { readonly backup: boolean },
): ClusterPlan | undefined {
  const { name, scope } = cluster ?? {};
  if (cluster === undefined || name === undefined || scope === undefined) return undefined;
  return {
    scope,
    name,
    version: cluster.version,
    wasPaused: cluster.isPaused,
    others: cluster.others.map((other) => ({
      name: other.name,
      url: other.url,
      host: other.host,
      reach: other.role === undefined ? 'by-hand' : 'rest',
    })),
    configFile: cluster.configFile,
    backup: options.backup,
  };
}
