import { isFailure } from '../../model/failure.ts';
import { readMemberState, type ClusterMember } from '../../postgres/patroni-cluster.ts';
import { controlOf, reinitializeMember } from '../../postgres/patroni-control.ts';
import { isBeingMade, isOn, readOthers, reinitCommand, waitFor, type ClusterWork } from './cluster-work.ts';

/** How long a member has for beginning what it was told, before it is told again. Milliseconds. */
const patienceMs = 30_000;

/**
 * Lets every replica be made anew that has not followed the new timeline by itself, and waits until each has begun: its
 * old data are gone then. A replica that was behind the target follows, and is left alone.
 *
 * Replicas that others are copied from (tag `clonefrom`) come first and alone: Patroni could copy one with the old data.
 *
 * @param byHand members that take no order from here, and why
 * @returns what was done to each
 */
export async function rebuildReplicas(
  work: ClusterWork,
  timeline: number,
  byHand: ReadonlySet<string>,
): Promise<Readonly<Record<string, string>>> {
  const told = new Map<string, number>();
  const refusing = new Set(byHand);
  const done: Record<string, string> = {};
  await waitFor(
    work,
    'every replica is being made anew',
    async () => {
      const members = await Promise.all((await readOthers(work)).map((member) => askItself(work, member)));
      for (const { name, state } of members.filter((member) => !isOld(member, timeline)))
        done[name] ??= told.has(name) || isBeingMade({ state }) ? 'made anew' : 'followed by itself';
      const old = members.filter((member) => isOld(member, timeline));
      const sources = members.filter((member) => member.clonesFrom && !isOn(member, timeline));
      const turn = sources.length > 0 ? old.filter((member) => member.clonesFrom) : old;
      for (const member of turn) await tell(work, member, told, refusing);
      return old.length === 0;
    },
    work.limits.replicaMs,
  );
  return done;
}

function isOld(member: ClusterMember, timeline: number): boolean {
  return !isBeingMade(member) && !isOn(member, timeline);
}

/** The DCS is as old as the member's last loop; what it says itself counts, where it can be asked. */
async function askItself(work: ClusterWork, member: ClusterMember): Promise<ClusterMember> {
  if (member.apiUrl === undefined) return member;
  try {
    const { state, timeline } = await readMemberState(controlOf(work.control, member.apiUrl), work.signal);
    return { ...member, state, timeline: timeline ?? (state === member.state ? member.timeline : undefined) };
  } catch (error) {
    if (!isFailure(error, 'server-unreachable')) throw error;
    return member;
  }
}

async function tell(
  work: ClusterWork,
  { name, apiUrl }: ClusterMember,
  told: Map<string, number>,
  refusing: Set<string>,
): Promise<void> {
  const at = told.get(name);
  if (apiUrl === undefined || refusing.has(name)) {
    if (!told.has(name)) work.askPerson(name, reinitCommand(work.plan, name));
    told.set(name, work.now());
    work.say(`waiting for ${name}, which takes no order from here: ${reinitCommand(work.plan, name)}`);
    return;
  }
  if (at !== undefined && work.now() - at < patienceMs) return;
  try {
    told.set(name, work.now());
    await reinitializeMember(controlOf(work.control, apiUrl), work.signal);
  } catch (error) {
    if (isFailure(error, 'not-permitted')) {
      refusing.add(name);
      told.delete(name);
    }
    // Its server may just be starting, or its Patroni restarted: it is told again.
    else if (!isFailure(error, 'server-failed', 'server-unreachable')) throw error;
    work.say(`${name}: ${error.problem}`);
  }
}
