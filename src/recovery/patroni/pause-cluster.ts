import { isFailure } from '../../model/failure.ts';
import { readMemberState } from '../../postgres/patroni-cluster.ts';
import { controlOf, setPatroniPause } from '../../postgres/patroni-control.ts';
import { waitFor, type ClusterWork } from './cluster-work.ts';

/**
 * Pauses the cluster and waits until every member knows it: from here on Patroni starts and stops nothing and promotes
 * nobody, so that the leader's server may be taken down. Each other member is then told the same once more. That
 * changes nothing, but shows whether it will take an order from this host, before anything is touched.
 *
 * @returns the members that have to be told by hand, and why
 */
export async function pauseCluster(work: ClusterWork): Promise<Readonly<Record<string, string>>> {
  await setPatroniPause(work.control, true, work.signal);
  const reachable = work.plan.others.flatMap(({ url, reach }) =>
    reach === 'rest' && url !== undefined ? [url] : [],
  );
  const urls = [work.control.url, ...reachable];
  await waitFor(work, 'every member knows that the cluster is paused', async () => {
    const states = await Promise.all(
      urls.map((url) => readMemberState({ ...work.control, url }, work.signal)),
    );
    return states.every(({ isPaused }) => isPaused);
  });
  const byHand: Record<string, string> = {};
  for (const { name, url } of work.plan.others) {
    const problem = url === undefined ? 'its REST API is not known' : await whyNot(work, url);
    if (problem !== undefined) byHand[name] = problem;
  }
  return byHand;
}

async function whyNot(work: ClusterWork, url: string): Promise<string | undefined> {
  try {
    await setPatroniPause(controlOf(work.control, url), true, work.signal);
    return undefined;
  } catch (error) {
    if (!isFailure(error, 'not-permitted', 'server-unreachable', 'server-failed')) throw error;
    return error.problem;
  }
}

/** Ends the pause, and waits until the Patroni of this host knows it. */
export async function endPause(work: ClusterWork): Promise<void> {
  await setPatroniPause(work.control, false, work.signal);
  await waitFor(work, 'Patroni knows that the pause is over', async () => {
    const { isPaused } = await readMemberState(work.control, work.signal);
    return !isPaused;
  });
}
