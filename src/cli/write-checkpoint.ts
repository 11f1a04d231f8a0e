import { locateServer } from '../postgres/locate-server.ts';
import { runStatements } from '../postgres/query.ts';
import type { CommandContext } from './context.ts';

const patienceMs = 600_000;

/** Writes a checkpoint on this host's server of the stanza; does nothing when there is none on this host. */
export async function writeCheckpoint(context: CommandContext): Promise<void> {
  const stanza = await context.stanza();
  const node = stanza.nodes.find((one) => one.host === undefined);
  if (node === undefined) return;
  const server = await locateServer(node, { path: context.path, currentUid: context.uid });
  await runStatements(server, ['CHECKPOINT'], { timeoutMs: patienceMs, signal: context.signal });
}
