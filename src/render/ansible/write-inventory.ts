import type { Configuration } from '../../config/configuration.ts';
import type { DeploymentHost } from './host-list.ts';

/** The group of a stanza's servers. */
export function groupOf(stanza: string): string {
  return `cluster_${stanza.replaceAll(/\W/g, '_')}`;
}

/** inventory/hosts.yml: each host with what is its own. */
export function describeInventory(
  configuration: Configuration,
  hosts: readonly DeploymentHost[],
  unitsOf: (host: string) => readonly string[],
): Record<string, unknown> {
  const described = (chosen: readonly DeploymentHost[]) =>
    Object.fromEntries(chosen.map((host) => [host.name, describeHost(host, unitsOf(host.name))]));
  const clusters = configuration.stanzas.map(({ name, nodes }) => [
    groupOf(name),
    { hosts: Object.fromEntries(nodes.map(({ host }) => [host, {}])) },
  ]);
  return {
    all: {
      vars: { ansible_user: configuration.deploy.ansible.user },
      children: {
        holdfast: { children: { database_hosts: {}, repository_hosts: {} } },
        database_hosts: { hosts: described(hosts.filter(({ nodes }) => nodes.size > 0)) },
        repository_hosts: { hosts: described(hosts.filter(({ nodes }) => nodes.size === 0)) },
        ...Object.fromEntries(clusters),
        prometheus: { hosts: {} },
      },
    },
  };
}

function describeHost(
  { stanzas, nodes, ssh }: DeploymentHost,
  units: readonly string[],
): Record<string, unknown> {
  return {
    holdfast_stanzas: stanzas,
    holdfast_units: units,
    holdfast_nodes: Object.fromEntries(
      [...nodes].map(([stanza, node]) => [
        stanza,
        {
          path: node.path,
          port: node.port,
          socket: node.socketPath ?? '/var/run/postgresql',
          user: node.osUser,
          ...(node.binDirectory === undefined ? {} : { bin: node.binDirectory }),
        },
      ]),
    ),
    ...(ssh === undefined ? {} : { holdfast_ssh: ssh }),
  };
}
