import { isFailure } from '../../model/failure.ts';
import type { PatroniAccess } from '../../model/stanza.ts';
import { readPatroniMembers, readPatroniNode } from '../../postgres/patroni.ts';
import { observeClusterOfPatroni } from '../patroni/observe-cluster-of-patroni.ts';
import type { PatroniObservation } from './observations.ts';

/**
 * Asks Patroni for this node's part and for the members. That it does not answer is an answer: it may be down because
 * the cluster is, and manages the node all the same once it is back.
 *
 * @param options.whole the cluster is to be restored: every member is asked, too
 */
export async function observePatroni(
  access: PatroniAccess,
  { whole = false }: { readonly whole?: boolean } = {},
): Promise<PatroniObservation> {
  try {
    const [node, members, cluster] = await Promise.all([
      readPatroniNode(access),
      readPatroniMembers(access),
      whole ? observeClusterOfPatroni(access) : undefined,
    ]);
    const seen = { url: access.url, role: node.role, members: members.length, problem: undefined };
    return cluster === undefined ? seen : { ...seen, cluster };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { url: access.url, role: undefined, members: 0, problem: error.problem };
  }
}
