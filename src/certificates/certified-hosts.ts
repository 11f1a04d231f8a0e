import type { Configuration } from '../config/configuration.ts';
import type { HostTransport } from '../model/stanza.ts';

/**
 * The hosts that need a certificate, by the names that holdfast.yaml has for them: those that are reached over TLS, the
 * servers of stanzas whose repository is, and the clients that `tlsServer` lets in. A node without `host` has no name.
 */
export function certifiedHosts(
  configuration: Pick<Configuration, 'stanzas' | 'tlsServer'>,
): readonly string[] {
  const hosts = new Set<string>();
  for (const { nodes, repositories } of configuration.stanzas) {
    const holders = repositories.flatMap(({ host }) => (host?.kind === 'tls' ? [host.address] : []));
    const servers = nodes.filter(({ transport }) => transport.kind === 'tls' || holders.length > 0);
    for (const host of [...holders, ...servers.map((node) => node.host)]) {
      if (host !== undefined) hosts.add(host);
    }
  }
  for (const client of Object.keys(configuration.tlsServer?.auth ?? {})) hosts.add(client);
  return [...hosts];
}

/** Whether a host can stand in a certificate and be the name of a directory: RFC 1123 names and addresses. */
export function isCertifiable(host: string): boolean {
  // A common name has 64 characters at most: RFC 5280, appendix A.1 (ub-common-name).
  return host.length <= 64 && /^[A-Za-z0-9](?:[A-Za-z0-9.:-]*[A-Za-z0-9])?$/.test(host);
}

/** The files of a host's certificate, key and authorities, as its pgBackRest is told them. */
export interface CertificatePlaces {
  /** What shows it: `the TLS server`, `repository offsite of stanza main`. */
  readonly use: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/** Every triple of files that pgBackRest on this host uses, each once. */
export function certificatePlaces(
  configuration: Pick<Configuration, 'stanzas' | 'tlsServer'>,
): readonly CertificatePlaces[] {
  const found: CertificatePlaces[] = [];
  const add = (use: string, files: Omit<CertificatePlaces, 'use'>): void => {
    const known = found.some(
      ({ certificateFile, keyFile, caFile }) =>
        certificateFile === files.certificateFile && keyFile === files.keyFile && caFile === files.caFile,
    );
    if (!known) found.push({ use, ...files });
  };
  if (configuration.tlsServer !== undefined) {
    const { certificateFile, keyFile, caFile } = configuration.tlsServer;
    add('the TLS server', { certificateFile, keyFile, caFile });
  }
  for (const { name, nodes, repositories } of configuration.stanzas) {
    for (const repository of repositories)
      addTransport(repository.host, `repository ${repository.name} of stanza ${name}`, add);
    for (const node of nodes)
      if (node.host !== undefined)
        addTransport(node.transport, `the server ${node.host} of stanza ${name}`, add);
  }
  return found;
}

function addTransport(
  transport: HostTransport | undefined,
  use: string,
  add: (use: string, files: Omit<CertificatePlaces, 'use'>) => void,
): void {
  const { caFile, certificateFile, keyFile } = transport ?? {};
  if (caFile !== undefined && certificateFile !== undefined && keyFile !== undefined)
    add(use, { certificateFile, keyFile, caFile });
}
