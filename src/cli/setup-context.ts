import { availableParallelism } from 'node:os';
import { resolveSecret } from '../config/secrets.ts';
import type { SetupContext } from '../jobs/setup/setup-deps.ts';
import { locateServer } from '../postgres/locate-server.ts';
import type { CommandContext } from './context.ts';
import { secretAccess } from './secret-access.ts';

/** What setup and check work with: the stanza, and its server where one is on this host. */
export async function createSetupContext(context: CommandContext): Promise<SetupContext> {
  const [configuration, stanza] = [await context.configuration(), await context.stanza()];
  const node = stanza.nodes.find((candidate) => candidate.host === undefined);
  const access = secretAccess(context);
  return {
    configuration,
    stanza,
    engine: await context.engine(),
    engineUser: await context.engineUser(),
    server: node && (await locateServer(node, { path: context.path, currentUid: context.uid })),
    currentUid: context.uid,
    cores: availableParallelism(),
    resolveSecret: (reference) => resolveSecret(reference, access),
    signal: context.signal,
    onSpawn: context.onSpawn,
  };
}
