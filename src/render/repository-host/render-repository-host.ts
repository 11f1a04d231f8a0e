import { stringify } from 'yaml';
import type { Configuration } from '../../config/configuration.ts';
import { writeGeneratedText } from '../../engine/conf/conf-text.ts';
import { renderConf, type RenderedFile } from '../../engine/conf/render-conf.ts';
import { Failure } from '../../model/failure.ts';
import type { DeploymentTarget, RenderCall } from '../deployment/deployment-target.ts';
import { hostConfiguration, placedSecrets } from '../deployment/host-configuration.ts';
import { connectionsOf, type Connection } from './connections.ts';
import { directoryRules } from './directories.ts';
import { serverUnit, serverUnitPath } from './server-unit.ts';
import { sshGate } from './ssh-gate.ts';
import { clientSideFiles, serverSideFiles, type SystemText } from './ssh-files.ts';

/** The configuration of a host, there. */
const ownFile = '/etc/holdfast/holdfast.yaml';

/** Everything of one host where a repository lies on another host than its servers: `--host` says which. */
export const repositoryHostTarget: DeploymentTarget = {
  name: 'repository-host',
  engine: 'deploy.engineVersion',
  needsSecrets: true,
  render: renderRepositoryHost,
};

function renderRepositoryHost(configuration: Configuration, call: RenderCall): readonly RenderedFile[] {
  const connections = connectionsOf(configuration);
  const host = requireHost(configuration, call.host, connections);
  const incoming = connections.filter(({ to }) => to === host);
  const outgoing = connections.filter(({ from }) => from === host);
  const overSsh = ({ kind }: Connection): boolean => kind === 'ssh';
  const texts: readonly SystemText[] = [
    ownConfiguration(configuration, call.source, host),
    {
      path: '/etc/tmpfiles.d/holdfast-pgbackrest.conf',
      body: directoryRules(configuration, host),
      mode: 0o644,
    },
    ...tlsFiles(configuration, call, host, incoming),
    ...(incoming.some(overSsh)
      ? [
          {
            path: configuration.deploy.repositoryHost.gate,
            body: sshGate(programOf(configuration)),
            mode: 0o755,
          },
        ]
      : []),
    ...serverSideFiles(configuration, incoming.filter(overSsh)),
    ...clientSideFiles(configuration, outgoing.filter(overSsh)),
  ];
  const advice = `Do not edit: change that file and run \`holdfast render repository-host --host ${host}\` again.`;
  return [
    // The same to the byte as `holdfast setup` on that host writes.
    ...renderConf({ ...configuration, file: ownFile }, { ...call, host }),
    ...texts.map(({ path, body, mode }) => ({
      path,
      content: writeGeneratedText(body, configuration.file, advice),
      mode,
      owner: 'root',
      secret: false,
    })),
  ];
}

/** @throws Failure usage without a host of the file, config-invalid where none has its repository elsewhere */
function requireHost(
  { file }: Configuration,
  host: string | undefined,
  connections: readonly Connection[],
): string {
  const hosts = [...new Set(connections.flatMap(({ from, to }) => [to, from]))];
  const operation = 'render repository-host';
  if (hosts.length === 0) {
    throw new Failure('config-invalid', {
      operation,
      place: file,
      problem: 'no host of the file starts pgBackRest on another one',
      hint: 'Give the servers (postgres) and the repository each their `host`, and `tls` or `ssh`.',
    });
  }
  if (host !== undefined && hosts.includes(host)) return host;
  throw new Failure('usage', {
    operation,
    problem:
      host === undefined ? 'it is not said for which host' : `the file has no host ${host} that takes part`,
    hint: `Add --host ${hosts.join(', or --host ')}.`,
  });
}

/** holdfast.yaml as this host sees it. Backups begin where the repository lies: elsewhere there is no schedule. */
function ownConfiguration({ file, stanzas }: Configuration, source: string, host: string): SystemText {
  const literal = placedSecrets(source).find(({ reference }) => reference.kind === 'literal');
  if (literal !== undefined) {
    throw new Failure('config-invalid', {
      operation: 'render repository-host',
      place: `${file}, ${literal.path.join('.')}`,
      problem: 'a secret stands in the file itself and would be copied to every host',
      hint: 'Put it into a file of mode 0600 or into the environment: file:/etc/holdfast/NAME or ${NAME}.',
    });
  }
  const plain = hostConfiguration(source, { host, secretText: () => undefined });
  for (const [name, stanza] of Object.entries(plain['stanzas'] as Record<string, Record<string, unknown>>)) {
    const elsewhere = stanzas
      .find((candidate) => candidate.name === name)
      ?.repositories.every((repository) => repository.host !== undefined && repository.host.address !== host);
    if (elsewhere === true) delete stanza['schedule'];
  }
  return { path: ownFile, body: stringify(plain, { lineWidth: 0 }), mode: 0o644 };
}

function tlsFiles(
  configuration: Configuration,
  call: RenderCall,
  host: string,
  incoming: readonly Connection[],
): readonly SystemText[] {
  const clients = incoming.filter(({ kind }) => kind === 'tls');
  if (clients.length === 0) return [];
  const { tlsServer, file } = configuration;
  const refuse = (problem: string, hint: string): Failure =>
    new Failure('config-invalid', { operation: 'render repository-host', place: file, problem, hint });
  const names = [...new Set(clients.map(({ from }) => from))];
  if (tlsServer === undefined) {
    throw refuse(
      `${names.join(', ')} reach ${host} over TLS, and there is no tlsServer`,
      'Add tlsServer with caFile, certificateFile, keyFile, address and auth.',
    );
  }
  if (/^(?:localhost|127\.|::1)/.test(tlsServer.address)) {
    throw refuse(
      `tlsServer.address is ${tlsServer.address}, where no other host can come`,
      "Set it to '*', or to an address that every host has under the same name.",
    );
  }
  for (const { from, stanza } of clients) {
    const allowed = tlsServer.auth[from] ?? [];
    if (allowed.includes(stanza) || allowed.includes('*')) continue;
    throw refuse(
      `tlsServer.auth does not let ${from} use stanza ${stanza}`,
      `Add ${from}: [${stanza}] to tlsServer.auth; the name is the common name of its certificate.`,
    );
  }
  return [{ path: serverUnitPath, body: serverUnit(configuration, host, call.version), mode: 0o644 }];
}

function programOf({ engine }: Configuration): string {
  return engine.binary.startsWith('/') ? engine.binary : `/usr/bin/${engine.binary}`;
}
