import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { PatroniAccess } from '../../model/stanza.ts';
import type { PatroniObservation } from './observations.ts';

const timeoutMs = 2000;

/**
 * Asks Patroni's REST API for this node's part (`GET /patroni`) and for the members (`GET /cluster`). That it does not
 * answer is an answer: it may be down because the cluster is, and manages the node all the same once it is back.
 *
 * @see https://patroni.readthedocs.io/en/latest/rest_api.html
 */
export async function observePatroni(access: PatroniAccess): Promise<PatroniObservation> {
  const base = access.url.replace(/\/+$/, '');
  try {
    const ca = access.caFile === undefined ? undefined : await readFile(access.caFile);
    const [node, cluster] = await Promise.all([ask(`${base}/patroni`, ca), ask(`${base}/cluster`, ca)]);
    return { url: access.url, ...readAnswers(node, cluster), problem: undefined };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { url: access.url, role: undefined, members: 0, problem };
  }
}

/**
 * The role of the node out of the answer to `GET /patroni`, and the number of members out of that to `GET /cluster`.
 *
 * @throws Error when these are not answers of Patroni
 */
export function readAnswers(node: unknown, cluster: unknown): Pick<PatroniObservation, 'role' | 'members'> {
  const role = (node as { role?: unknown } | null)?.role;
  const members = (cluster as { members?: unknown } | null)?.members;
  if (typeof role !== 'string' || !Array.isArray(members))
    throw new Error('the answer is not one of Patroni');
  return { role, members: members.length };
}

/** The modules are loaded when they are needed: importing node:http loads much more, and few clusters have Patroni. */
async function ask(url: string, ca: Buffer | undefined): Promise<unknown> {
  const { get } = await (url.startsWith('https:') ? import('node:https') : import('node:http'));
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage): void => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => void parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(parts).toString('utf8')));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    };
    const options = { timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) };
    const request = get(url, options, take);
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on('error', reject);
  });
}
