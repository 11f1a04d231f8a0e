import type { Stanza } from '../../config/configuration.ts';
import { locateServer } from '../../postgres/locate-server.ts';
import { runStatements } from '../../postgres/query.ts';

const patienceMs = 600_000;

/** Writes a checkpoint on this host's server of the stanza; does nothing when there is none on this host. */
export async function writeCheckpoint(
  stanza: Pick<Stanza, 'nodes'>,
  deps: { readonly path: string; readonly currentUid: number; readonly signal: AbortSignal },
): Promise<void> {
  const node = stanza.nodes.find((one) => one.host === undefined);
  if (node === undefined) return;
  const server = await locateServer(node, deps);
  await runStatements(server, ['CHECKPOINT'], { timeoutMs: patienceMs, signal: deps.signal });
}
