import { isFailure } from '../../model/failure.ts';
import type { PatroniAccess } from '../../model/stanza.ts';
import {
  readMemberState,
  readPatroniCluster,
  type ClusterMember,
  type PatroniClusterState,
} from '../../postgres/patroni-cluster.ts';
import { isPrimaryRole } from './cluster-work.ts';

/** Another member, as the DCS has it and as it answers itself. */
export interface OtherMember {
  readonly name: string;
  readonly url: string | undefined;
  readonly host: string | undefined;
  /** As it says itself; undefined when its REST API does not answer this host. */
  readonly role: string | undefined;
  /** Why it did not answer. */
  readonly problem: string | undefined;
}

/** The whole cluster, seen from this host. */
export interface ClusterObservation {
  readonly scope: string | undefined;
  readonly version: string | undefined;
  /** The member on this host; undefined when it cannot be told. */
  readonly name: string | undefined;
  /** Who holds the leader's lock. */
  readonly leader: string | undefined;
  readonly isStandbyCluster: boolean;
  readonly isPaused: boolean;
  readonly switchoverAt: string | undefined;
  readonly systemIdentifier: string | undefined;
  readonly others: readonly OtherMember[];
  readonly configFile: string | undefined;
}

/** Asks the Patroni of this host, and each other member itself. @throws Failure when the one of this host does not answer */
export async function observeClusterOfPatroni(access: PatroniAccess): Promise<ClusterObservation> {
  const [own, cluster] = await Promise.all([readMemberState(access), readPatroniCluster(access)]);
  const name = own.name ?? ownName(access, own.role, cluster);
  const others = cluster.members.filter((member) => member.name !== name);
  return {
    scope: own.scope,
    version: own.version,
    name,
    leader: cluster.members.find(({ role }) => role === 'leader' || role === 'standby_leader')?.name,
    isStandbyCluster:
      own.role === 'standby_leader' || cluster.members.some(({ role }) => role === 'standby_leader'),
    isPaused: cluster.isPaused,
    switchoverAt: cluster.switchoverAt,
    systemIdentifier: own.systemIdentifier,
    others: await Promise.all(others.map((other) => askOther(access, other))),
    configFile: access.configFile,
  };
}

/**
 * Which member is the one that answered. Patroni tells its name from version 4 on only; before, it is the one whose REST
 * API has the address that was asked, the leader where the one that answered is a primary, or the only one.
 */
function ownName(access: PatroniAccess, role: string, { members }: PatroniClusterState): string | undefined {
  const { origin } = new URL(access.url);
  const byAddress = members.filter(({ apiUrl }) => apiUrl === origin);
  if (byAddress.length === 1) return byAddress[0]?.name;
  const leader = members.find((member) => member.role === 'leader');
  if (isPrimaryRole(role) && leader !== undefined) return leader.name;
  return members.length === 1 ? members[0]?.name : undefined;
}

async function askOther(access: PatroniAccess, member: ClusterMember): Promise<OtherMember> {
  const { name, host, apiUrl } = member;
  const known = { name, host, url: apiUrl };
  if (apiUrl === undefined)
    return { ...known, role: undefined, problem: 'Patroni names no address of its REST API' };
  try {
    const { role } = await readMemberState({ ...access, url: apiUrl });
    return { ...known, role, problem: undefined };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { ...known, role: undefined, problem: error.problem };
  }
}
