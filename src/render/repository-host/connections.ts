import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { HostTransport } from '../../model/stanza.ts';

/** One host starts pgBackRest on another. */
export interface Connection {
  readonly from: string;
  readonly to: string;
  readonly kind: 'ssh' | 'tls';
  readonly stanza: string;
  /** Login name on the other host; SSH only. */
  readonly user: string;
}

/**
 * Who starts pgBackRest where: servers on the host of their repository (WAL, restores), that host on the servers
 * (backups), and where no repository lies on a host of its own, servers on each other (backups from a standby).
 */
export function connectionsOf(configuration: Pick<Configuration, 'stanzas'>): readonly Connection[] {
  return configuration.stanzas.flatMap(connectionsOfStanza);
}

function connectionsOfStanza(stanza: Stanza): readonly Connection[] {
  const holders = stanza.repositories.flatMap(({ host }) => (host === undefined ? [] : [host]));
  const servers = stanza.nodes.flatMap(({ host, transport, osUser }) =>
    host === undefined ? [] : [{ address: host, ...transport, osUser }],
  );
  const found: Connection[] = [];
  const add = (from: string, to: { readonly address: string } & HostTransport, usual: string): void => {
    if (from === to.address) return;
    const { kind, user = usual } = to;
    const known = found.some((other) => other.from === from && other.to === to.address);
    if (!known) found.push({ from, to: to.address, kind, stanza: stanza.name, user });
  };
  // The login names are pgBackRest's own defaults: options repo-host-user and pg-host-user.
  for (const holder of holders) for (const { address } of servers) add(address, holder, 'pgbackrest');
  for (const server of servers) {
    for (const holder of holders) add(holder.address, server, server.osUser);
    if (holders.length > 0) continue;
    for (const { address } of servers) add(address, server, server.osUser);
  }
  return found;
}
