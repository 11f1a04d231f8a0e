import { Failure } from '../../model/failure.ts';
import type { ClusterMember } from '../../postgres/patroni-cluster.ts';
import { isBeingMade, isOn, patronictl, readOthers, type ClusterWork } from './cluster-work.ts';

/**
 * Waits until every replica of the plan is a replica of the new timeline and Patroni can tell how far it is behind.
 * Making one takes as long as it takes; only when none is being made any more is there a limit.
 *
 * @returns names of the replicas
 * @throws Failure timed-out, with what each of the others is instead
 */
export async function followReplicas(work: ClusterWork, timeline: number): Promise<readonly string[]> {
  const { plan, limits } = work;
  let quietSince = work.now();
  for (;;) {
    const members = await readOthers(work);
    const names = new Set([...plan.others, ...members].map(({ name }) => name));
    const missing = [...names].filter((name) => !follows(members, name, timeline));
    if (missing.length === 0) return [...names];
    if (members.some((member) => isBeingMade(member))) quietSince = work.now();
    const seen = missing.map((name) => `${name}: ${describeMember(members, name)}`).join(', ');
    if (work.now() - quietSince > limits.replicaMs) throw notFollowing(work, timeline, seen);
    work.signal?.throwIfAborted();
    work.say(`waiting for timeline ${timeline} on ${seen}`);
    await work.sleep(limits.pollMs);
  }
}

function follows(members: readonly ClusterMember[], name: string, timeline: number): boolean {
  const member = members.find((one) => one.name === name);
  return member !== undefined && isOn(member, timeline) && member.lag !== undefined;
}

function describeMember(members: readonly ClusterMember[], name: string): string {
  const member = members.find((one) => one.name === name);
  if (member === undefined) return 'its Patroni is gone';
  return member.timeline === undefined ? member.state : `${member.state} on timeline ${member.timeline}`;
}

function notFollowing(work: ClusterWork, timeline: number, seen: string): Failure {
  const { plan, limits } = work;
  return new Failure('timed-out', {
    operation: work.operation,
    place: work.control.url,
    problem: `replicas do not follow timeline ${timeline} after ${Math.round(limits.replicaMs / 1000)} s (${seen})`,
    hint: `The leader is restored and runs. Read the log of Patroni on those hosts, and build them with \`${patronictl(plan, `reinit ${plan.scope} MEMBER --force`)}\`.`,
  });
}
