import type { Configuration, Stanza } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';
import type { PostgresNode } from '../../model/stanza.ts';

/** A host of the deployment. */
export interface DeploymentHost {
  /** As holdfast.yaml names it, and as the other hosts reach it. */
  readonly name: string;
  /** Stanzas that it has to do with. */
  readonly stanzas: readonly string[];
  /** Its servers by stanza; none on a repository host. */
  readonly nodes: ReadonlyMap<string, PostgresNode>;
  /** Whom pgBackRest of the others logs in as, whom it reaches, and the port; undefined where nobody uses SSH. */
  readonly ssh:
    | { readonly login: string; readonly peers: readonly string[]; readonly port: number }
    | undefined;
}

/**
 * Hosts in the order of the file: servers of each stanza, then hosts of repositories.
 *
 * @throws Failure config-invalid when a server has no host: Ansible must know where it is
 */
export function deploymentHosts(configuration: Configuration): readonly DeploymentHost[] {
  const names = new Set<string>();
  for (const stanza of configuration.stanzas)
    for (const node of stanza.nodes) names.add(hostOf(node, stanza));
  for (const { repositories } of configuration.stanzas)
    for (const { host } of repositories) if (host !== undefined) names.add(host.address);
  return [...names].map((name) => describeHost(name, configuration));
}

function hostOf(node: PostgresNode, stanza: Stanza): string {
  if (node.host !== undefined) return node.host;
  throw new Failure('config-invalid', {
    operation: 'render ansible',
    place: `stanza ${stanza.name}`,
    problem: `the server at ${node.path} has no host`,
    hint: 'Give every server of this file its `host`, as Ansible and the other hosts reach it.',
  });
}

function describeHost(name: string, { stanzas, engine }: Configuration): DeploymentHost {
  const here = stanzas.filter((stanza) => membersOf(stanza).includes(name));
  const nodes = here.flatMap((stanza) => {
    const node = stanza.nodes.find(({ host }) => host === name);
    return node === undefined ? [] : [[stanza.name, node] as const];
  });
  return {
    name,
    stanzas: here.map((stanza) => stanza.name),
    nodes: new Map(nodes),
    ssh: sshOf(name, here, engine.user),
  };
}

function membersOf({ nodes, repositories }: Stanza): readonly string[] {
  const remote = repositories.flatMap(({ host }) => (host === undefined ? [] : [host.address]));
  return [...nodes.flatMap(({ host }) => host ?? []), ...remote];
}

/**
 * Where a repository lies on a host of its own the servers do not talk to each other: the engine allows one hop. With no
 * such host each backup looks for the primary on all servers.
 */
function sshOf(name: string, stanzas: readonly Stanza[], user: string): DeploymentHost['ssh'] {
  const peers = new Set<string>();
  let login = user;
  let port = 22;
  for (const { nodes, repositories } of stanzas) {
    const servers = nodes.filter(({ transport }) => transport.kind === 'ssh');
    const stores = repositories.flatMap(({ host }) => (host?.kind === 'ssh' ? [host] : []));
    const remote = repositories.some(({ host }) => host !== undefined);
    const store = stores.find(({ address }) => address === name);
    const server = servers.find(({ host }) => host === name);
    // pgBackRest's own default: repo-host-user.
    if (store !== undefined) login = store.user ?? 'pgbackrest';
    else if (server?.transport.user !== undefined) login = server.transport.user;
    port = store?.port ?? server?.transport.port ?? port;
    if (store !== undefined) for (const { host } of servers) peers.add(host ?? '');
    else if (server !== undefined && remote) for (const { address } of stores) peers.add(address);
    else if (server !== undefined) for (const { host } of servers) peers.add(host ?? '');
  }
  peers.delete(name);
  return peers.size === 0 ? undefined : { login, peers: [...peers], port };
}
