import { isFailure } from '../../model/failure.ts';
import type { PatroniAccess } from '../../model/stanza.ts';
import { readPatroniMembers, readPatroniNode } from '../../postgres/patroni.ts';
import type { PatroniObservation } from './observations.ts';

/**
 * Asks Patroni for this node's part and for the members. That it does not answer is an answer: it may be down because
 * the cluster is, and manages the node all the same once it is back.
 */
export async function observePatroni(access: PatroniAccess): Promise<PatroniObservation> {
  try {
    const [node, members] = await Promise.all([readPatroniNode(access), readPatroniMembers(access)]);
    return { url: access.url, role: node.role, members: members.length, problem: undefined };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { url: access.url, role: undefined, members: 0, problem: error.problem };
  }
}
