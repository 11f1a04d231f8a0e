import type { EngineSettings, Stanza } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';
import type { PostgresNode } from '../../model/stanza.ts';
import { type ConfOption, option } from './conf-option.ts';
import { hostOptions } from './host-options.ts';
import { isRemoteRepository, rendersExactly } from './secret-values.ts';

/**
 * The nodes of a stanza as a host sees them: its own first and without a host, because the engine archives and
 * restores only where pg1 is local ([072] otherwise), then the others with the way to them.
 *
 * Where a repository lies on another host the others are left out: the engine refuses a remote repository together
 * with a remote node, and backups are made on the repository's host anyway.
 *
 * A file that was taken over (`engine.defaults: own`) describes this host, node by node and by number.
 *
 * @param host undefined: this host, whose node has no `host` either
 * @throws Failure config-invalid when a node would have to be reached and has no host
 */
export function nodeOptions(
  stanza: Stanza,
  host: string | undefined,
  settings: EngineSettings,
): ConfOption[] {
  const exact = rendersExactly(settings, host);
  const nodes = exact ? stanza.nodes : visibleNodes(stanza, host);
  return nodes.flatMap((node, position) => {
    const index = (exact ? node.number : undefined) ?? position + 1;
    const own = serverOptions(node, index);
    return [
      // To write the engine's default port would hide what the configuration on the node's own host says.
      ...(exact && node.port === 5432 ? own.filter(({ name }) => !name.endsWith('-port')) : own),
      ...wayTo(node, index, { stanza, host, settings }),
    ];
  });
}

/** True when this host runs a server of the stanza. */
export function hasOwnNode(stanza: Stanza, host: string | undefined): boolean {
  return stanza.nodes.some((node) => node.host === host);
}

function visibleNodes(stanza: Stanza, host: string | undefined): PostgresNode[] {
  const own = stanza.nodes.filter((node) => node.host === host).slice(0, 1);
  const others = stanza.nodes.filter((node) => node.host !== host);
  const remoteRepository = stanza.repositories.some((repository) => isRemoteRepository(repository, host));
  if (own.length > 0 && remoteRepository) return own;
  return [...own, ...others];
}

function serverOptions(node: PostgresNode, index: number): ConfOption[] {
  const name = (rest: string): string => `pg${index}-${rest}`;
  return [
    ...option(name('path'), node.path),
    ...option(name('port'), node.port),
    ...option(name('socket-path'), node.socketPath),
    ...option(name('user'), node.databaseUser),
    ...option(name('database'), node.database === 'postgres' ? undefined : node.database),
  ];
}

function wayTo(
  node: PostgresNode,
  index: number,
  context: { stanza: Stanza; host: string | undefined; settings: EngineSettings },
): ConfOption[] {
  if (node.host === context.host) return [];
  if (node.host === undefined) {
    throw new Failure('config-invalid', {
      operation: `render pgbackrest.conf for ${context.host ?? 'this host'}`,
      place: `stanza ${context.stanza.name}`,
      problem: `the node at ${node.path} has no host, so no other host can reach it`,
      hint: 'Give every node of this stanza its host in holdfast.yaml.',
    });
  }
  const user = node.transport.user ?? (node.osUser === 'postgres' ? undefined : node.osUser);
  return hostOptions(`pg${index}-host`, node.host, { ...node.transport, user }, context.settings);
}
