import { Failure } from '../../model/failure.ts';
import { restartByPatroni } from '../../postgres/patroni-control.ts';
import { readMemberState, readPatroniCluster } from '../../postgres/patroni-cluster.ts';
import { readPatroniHistory, readPatroniNode } from '../../postgres/patroni.ts';
import { patronictl, waitFor, type ClusterWork } from './cluster-work.ts';

/**
 * Lets Patroni have the server: a running primary gets the leader's lock also while the cluster is paused, when its
 * system identifier is that of the DCS (Patroni `ha.py`, is_healthiest_node). Then it restarts it, so that it runs below
 * Patroni, with Patroni's command line and without the settings of the recovery.
 *
 * @returns what the DCS says then
 * @throws Failure proof-failed when another member has the lock
 */
export async function takeOver(
  work: ClusterWork,
  timeline: number,
): Promise<{ readonly isInHistory: boolean }> {
  await waitForLock(work);
  await restartByPatroni(work.control, { timeoutMs: work.limits.restartMs, signal: work.signal });
  await waitForLock(work);
  await waitFor(work, `the DCS has timeline ${timeline} for ${work.plan.name}`, async () => {
    const { members } = await readPatroniCluster(work.control, work.signal);
    return members.find(({ name }) => name === work.plan.name)?.timeline === timeline;
  });
  // Patroni writes the history when it next looks; what stood there of timelines that are gone is replaced.
  const history = await readPatroniHistory(work.control, work.signal);
  return { isInHistory: history.at(-1)?.timeline === timeline - 1 };
}

async function waitForLock(work: ClusterWork): Promise<void> {
  const { name } = work.plan;
  await waitFor(work, `${name} has the leader's lock`, async () => {
    const { isLeader } = await readPatroniNode(work.control, work.signal);
    if (isLeader) return true;
    await refuseOtherLeader(work);
    return false;
  });
}

/** The member that leads the cluster, where that is another one than the member of this host. */
export async function findOtherLeader(work: ClusterWork): Promise<string | undefined> {
  const { members } = await readPatroniCluster(work.control, work.signal);
  const leader = members.find(({ role }) => role === 'leader' || role === 'standby_leader');
  return leader === undefined || leader.name === work.plan.name ? undefined : leader.name;
}

/** @throws Failure proof-failed when another member leads the cluster: two would archive into one repository */
export async function refuseOtherLeader(work: ClusterWork): Promise<void> {
  const leader = await findOtherLeader(work);
  if (leader === undefined) return;
  throw new Failure('proof-failed', {
    operation: work.operation,
    place: work.control.url,
    problem: `${leader} has become the leader of ${work.plan.scope} meanwhile`,
    hint: `Somebody ended the pause or promoted it, and it goes on with the old data. Undo this restore: the old directory is put back and ${work.plan.name} follows ${leader}. Then restore on its host.`,
  });
}

/**
 * What is done to this server while Patroni may do nothing to it is only done while it is paused.
 *
 * @throws Failure proof-failed when another member leads, or the pause is over
 */
export async function refuseUnlessPaused(work: ClusterWork): Promise<void> {
  await refuseOtherLeader(work);
  if ((await readMemberState(work.control, work.signal)).isPaused) return;
  throw new Failure('proof-failed', {
    operation: work.operation,
    place: work.control.url,
    problem: `${work.plan.scope} is not paused any more`,
    hint: `Somebody ended the pause in the middle. Pause it again: ${patronictl(work.plan, `pause --wait ${work.plan.scope}`)}`,
  });
}
