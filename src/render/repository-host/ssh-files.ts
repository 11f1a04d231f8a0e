import type { Configuration } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';
import type { Connection } from './connections.ts';

/** A file below /etc that root owns. */
export interface SystemText {
  readonly path: string;
  readonly body: string;
  readonly mode: number;
}

/** sshd's side: who may log in as whom, and what starts then. @param incoming connections to the host, over SSH */
export function serverSideFiles(
  configuration: Configuration,
  incoming: readonly Connection[],
): readonly SystemText[] {
  const { gate } = configuration.deploy.repositoryHost;
  const users = [...new Set(incoming.map(({ user }) => user))];
  return users.flatMap((user) => {
    const clients = [...new Set(incoming.filter((one) => one.user === user).map(({ from }) => from))];
    const lines = clients.map((client) => {
      const stanzas = incoming
        .filter((one) => one.user === user && one.from === client)
        .map(({ stanza }) => stanza);
      const key = keyOf(configuration, client, 'client');
      return `restrict,command="${gate} ${[...new Set(stanzas)].join(',')}" ${key} ${client}`;
    });
    const path = `/etc/ssh/holdfast-${user}.keys`;
    return [
      { path, body: `${lines.join('\n')}\n`, mode: 0o644 },
      {
        path: `/etc/ssh/sshd_config.d/holdfast-${user}.conf`,
        body: `Match User ${user}\n  AuthorizedKeysFile ${path} .ssh/authorized_keys\n  AuthenticationMethods publickey\n`,
        mode: 0o644,
      },
    ];
  });
}

/** ssh's side: one key, known hosts only, no waiting for what does not answer. @param outgoing over SSH */
export function clientSideFiles(
  configuration: Configuration,
  outgoing: readonly Connection[],
): readonly SystemText[] {
  const hosts = [...new Set(outgoing.map(({ to }) => to))];
  if (hosts.length === 0) return [];
  const { identityFile } = configuration.deploy.repositoryHost;
  const known = '/etc/ssh/holdfast_known_hosts';
  return [
    {
      path: known,
      body: hosts
        .map((host) => `${hostPatterns(configuration, host)} ${keyOf(configuration, host, 'server')}\n`)
        .join(''),
      mode: 0o644,
    },
    {
      path: '/etc/ssh/ssh_config.d/holdfast-pgbackrest.conf',
      body: [
        `Match localuser ${configuration.engine.user} host ${hosts.join(',')}`,
        `  IdentityFile ${identityFile}`,
        '  IdentitiesOnly yes',
        '  BatchMode yes',
        '  StrictHostKeyChecking yes',
        `  UserKnownHostsFile ${known}`,
        `  GlobalKnownHostsFile ${known}`,
        '  UpdateHostKeys no',
        '  ConnectTimeout 10',
        '  ServerAliveInterval 15',
        '  ServerAliveCountMax 4',
        '  ForwardAgent no',
        '  ForwardX11 no',
        '',
      ].join('\n'),
      mode: 0o644,
    },
  ];
}

/** As known_hosts(5) wants it: another port than 22 stands with the name. */
function hostPatterns({ stanzas }: Configuration, host: string): string {
  const ports = stanzas
    .flatMap(({ nodes, repositories }) => [
      ...nodes.filter((node) => node.host === host).map(({ transport }) => transport.port),
      ...repositories.flatMap((one) => (one.host?.address === host ? [one.host.port] : [])),
    ])
    .map((port) => (port === undefined || port === 22 ? host : `[${host}]:${port}`));
  return [...new Set(ports)].join(',');
}

/** Without the comment behind it, which is of no use where the host is named. @throws Failure config-invalid */
function keyOf({ deploy, file }: Configuration, host: string, side: 'client' | 'server'): string {
  const key = deploy.repositoryHost.keys[host]?.[side];
  if (key !== undefined) return key.split(' ').slice(0, 2).join(' ');
  const how =
    side === 'client'
      ? `On ${host}, as the user of pgBackRest: ssh-keygen -t ed25519 -N '' -f ${deploy.repositoryHost.identityFile}`
      : `On ${host}: cat /etc/ssh/ssh_host_ed25519_key.pub`;
  throw new Failure('config-invalid', {
    operation: 'render repository-host',
    place: file,
    problem: `deploy.repositoryHost.keys.${host}.${side} is missing`,
    hint: `${how}; write the public key into holdfast.yaml.`,
  });
}
