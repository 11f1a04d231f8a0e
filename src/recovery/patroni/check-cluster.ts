import type { Finding } from '../../model/finding.ts';
import type { PatroniObservation } from '../plan/observations.ts';
import { isPrimaryRole, patronictl } from './cluster-work.ts';
import type { ClusterObservation } from './observe-cluster-of-patroni.ts';

/**
 * Why a whole cluster cannot be restored from this host as it is. Pure.
 *
 * @param systemIdentifier of the cluster that the backup set is of
 */
export function checkCluster(
  patroni: PatroniObservation,
  systemIdentifier: bigint | undefined,
): readonly Finding[] {
  const { cluster, url } = patroni;
  const refuse = (rule: string, problem: string, evidence: string, remedy: string): Finding => ({
    rule,
    severity: 'critical',
    subject: url,
    problem,
    evidence,
    remedy,
  });
  if (cluster === undefined) {
    const seen =
      patroni.role === undefined
        ? `${url} did not answer (${patroni.problem ?? 'no reason'}), but the stanza is configured as managed`
        : `${url} answers as ${patroni.role} of ${patroni.members} members`;
    const remedy = `Start Patroni on this host: it answers also when PostgreSQL is down, and leaves it alone when the cluster is paused first (patronictl pause). Or restore beside it with --into.`;
    return [refuse('managed-by-patroni', 'Patroni manages this server and has to be asked', seen, remedy)];
  }
  return [...checkPlace(cluster, refuse), ...checkState(cluster, refuse, systemIdentifier)];
}

/** A server that Holdfast starts for its proofs, and Patroni restarts after them, is one that both see. */
export function refuseElsewhere(url: string): Finding {
  return {
    rule: 'patroni-elsewhere',
    severity: 'critical',
    subject: url,
    problem: 'the server that Patroni manages runs in another container',
    evidence: '`elsewhere` of the node',
    remedy: 'Run Holdfast in that container, or restore beside it with --into.',
  };
}

type Refuse = (rule: string, problem: string, evidence: string, remedy: string) => Finding;

/** Whether this is the host to do it on. */
function* checkPlace(cluster: ClusterObservation, refuse: Refuse): Generator<Finding> {
  const { name, leader, scope, others } = cluster;
  if (name === undefined || scope === undefined) {
    yield refuse(
      'patroni-member-unknown',
      'it cannot be told which member of the cluster is the one on this host',
      `members: ${others.map((other) => other.name).join(', ')}`,
      'Set patroni.url to restapi.connect_address of this host, as `GET /cluster` names it.',
    );
    return;
  }
  if (leader !== undefined && leader !== name) {
    const host = others.find((other) => other.name === leader)?.host ?? 'its host';
    yield refuse(
      'managed-by-patroni',
      'a whole Patroni cluster is restored on the host of its leader',
      `${name} is a replica, the leader is ${leader} on ${host}`,
      `Run it on ${host}, or make this member the leader first: ${patronictl(cluster, `switchover ${scope} --candidate ${name}`)}. A copy can be made here with --into.`,
    );
  }
  const primary = others.find((other) => other.role !== undefined && isPrimaryRole(other.role));
  if (primary !== undefined && leader === name)
    yield refuse(
      'patroni-two-primaries',
      'another member runs as primary, too',
      `${primary.name} answers as ${String(primary.role)} at ${String(primary.url)}`,
      `Stop PostgreSQL there first: what it writes would go into the same repository.`,
    );
}

function* checkState(
  cluster: ClusterObservation,
  refuse: Refuse,
  systemIdentifier: bigint | undefined,
): Generator<Finding> {
  if (cluster.isStandbyCluster)
    yield refuse(
      'patroni-standby-cluster',
      'this is a standby cluster: it would follow its source again',
      'its leader is a standby leader',
      'Restore the cluster that it follows; or take standby_cluster out of its configuration first, which makes it a cluster of its own.',
    );
  if (cluster.switchoverAt !== undefined)
    yield refuse(
      'patroni-switchover-planned',
      'a switchover is planned, and would come in the middle',
      `at ${cluster.switchoverAt}`,
      `Take it back: ${patronictl(cluster, `flush ${cluster.scope ?? 'SCOPE'} switchover`)}.`,
    );
  const own = cluster.systemIdentifier;
  if (own !== undefined && systemIdentifier !== undefined && own !== String(systemIdentifier))
    yield refuse(
      'patroni-other-system',
      'the backup set is of another database system than the one that Patroni knows',
      `set: ${systemIdentifier}, Patroni: ${own}`,
      'Patroni would refuse it, and its entries in the DCS would have to be removed (patronictl remove). Restore beside it with --into and bring over what is needed.',
    );
}

/** What is worth knowing before. */
export function warnOfCluster({ cluster }: PatroniObservation, backup: boolean): readonly Finding[] {
  if (cluster === undefined) return [];
  const silent = cluster.others.filter(({ role }) => role === undefined);
  return [
    ...silent.map((other): Finding => ({
      rule: 'patroni-member-silent',
      severity: 'warning',
      subject: other.name,
      problem: 'its REST API does not answer this host: it has to be built anew by hand',
      evidence: `${other.url ?? 'no address'}: ${other.problem ?? 'no reason'}`,
      remedy: `The restore waits for it. When it says so: ${patronictl(cluster, `reinit ${cluster.scope ?? 'SCOPE'} ${other.name} --force`)}`,
    })),
    ...(backup || cluster.others.length === 0
      ? []
      : [
          {
            rule: 'replicas-without-backup',
            severity: 'warning',
            subject: cluster.scope ?? '',
            problem: 'without a new full backup a replica that pgBackRest creates begins with an old set',
            evidence:
              'a set that ended after the target belongs to the time that is undone, and cannot follow',
            remedy: 'Leave --no-backup out, unless create_replica_methods names basebackup only.',
          } as const,
        ]),
  ];
}
