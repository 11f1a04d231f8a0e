import type { Configuration } from '../../config/configuration.ts';
import { Failure } from '../../model/failure.ts';

/** Which PostgreSQL and pgBackRest the suites of Debian have: https://packages.debian.org/pgbackrest */
const debianPairs: Readonly<Record<number, string>> = { 15: '2.45', 17: '2.55' };

/**
 * Refuses what cannot be a Compose project, before anything is rendered.
 *
 * @throws Failure config-invalid with what to change
 */
export function refuseUnfit(configuration: Configuration): void {
  const [stanza, ...others] = configuration.stanzas;
  if (stanza === undefined || others.length > 0) {
    throw refusal(
      'the file has several stanzas',
      'Write one file for each cluster: each is a project of its own.',
    );
  }
  const [node, ...rest] = stanza.nodes;
  if (node === undefined || rest.length > 0 || node.host !== undefined || stanza.patroni !== undefined) {
    throw refusal(
      'the cluster has several servers, Patroni, or its server has a `host`',
      'This target makes one server in one container. Leave `host` out.',
    );
  }
  if (node.osUser !== 'postgres' || configuration.engine.user !== 'postgres') {
    throw refusal('the user is not postgres', 'Leave `user` out: in the image it is postgres.');
  }
  if (node.path.split('/').length < 4) {
    throw refusal(
      `the data directory ${node.path} lies too near to the root`,
      'Name one in a directory of its own, such as /var/lib/postgresql/17/data: the volume is mounted on its parent.',
    );
  }
  for (const { name, access, host } of stanza.repositories) {
    if (host === undefined && access.type !== 'cifs') continue;
    throw refusal(
      `the repository ${name} lies on another host or a share`,
      'Use an object store, SFTP, or a directory (type posix), which gets a volume.',
    );
  }
  refuseVersions(configuration);
  refuseSettings(configuration);
}

function refuseVersions({ deploy }: Configuration): void {
  const { postgresVersion, engineVersion, compose } = deploy;
  const has = debianPairs[postgresVersion];
  if (compose.packages !== 'debian' || (has !== undefined && engineVersion.startsWith(has))) return;
  throw refusal(
    `Debian has no PostgreSQL ${postgresVersion} with pgBackRest ${engineVersion}`,
    'It has 17 with 2.55 and 15 with 2.45 (deploy.postgresVersion, deploy.engineVersion). For others write deploy.compose.packages: postgresql.org, and the version of pgBackRest that is there now.',
  );
}

/** https://www.postgresql.org/docs/current/config-setting.html */
const settingName = /^[a-z_][\w$]*(?:\.[a-z_][\w$]*)?$/i;

function refuseSettings({ server, deploy }: Configuration): void {
  const odd = Object.keys(deploy.compose.settings).find((name) => !settingName.test(name));
  if (odd !== undefined) {
    throw refusal(
      `deploy.compose.settings: ${JSON.stringify(odd)} is not the name of a setting`,
      'Write the names as in postgresql.conf.',
    );
  }
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(server.listen.host);
  if (deploy.compose.publishStatus === undefined || !loopback) return;
  throw refusal(
    'deploy.compose.publishStatus opens a port on which nobody listens',
    'Let Holdfast listen beyond the loopback of its container: server: { listen: 0.0.0.0:7432, token: … }.',
  );
}

function refusal(problem: string, hint: string): Failure {
  return new Failure('config-invalid', { operation: 'render compose', problem, hint });
}
