import { quoteSetting } from '../../model/quote-setting.ts';
import { defaultConfigFile, defaultIncludeDirectory } from '../../engine/engine-arguments.ts';
import { roleFunctions } from '../../model/role-functions.ts';
import { archivingSettings } from '../deployment/archiving-settings.ts';
import { engineBinary, type KubernetesSite, places } from './kubernetes-site.ts';

/** The role by which CronJobs hold the lease and pgBackRest asks the server. */
export const jobRole = 'holdfast';

/** Settings of the server that holdfast.yaml and the pod decide; a line of postgresql.conf includes them. */
export function serverSettings(site: KubernetesSite): string {
  const { settings, configuration, stanza, node, socketDirectory } = site;
  const engine = {
    ...configuration.engine,
    binary: engineBinary(site),
    configFile: defaultConfigFile,
    includeDirectory: defaultIncludeDirectory,
  };
  const megabytes = Math.max(16, Math.floor(settings.resources.databaseMemory / 4 / 1024 ** 2));
  const values: (readonly [string, string | number])[] = [
    ['listen_addresses', '*'],
    ['port', node.port],
    ['unix_socket_directories', socketDirectory],
    ['hba_file', `${places.settings}/pg_hba.conf`],
    ['password_encryption', 'scram-sha-256'],
    ['shared_buffers', `${megabytes}MB`],
    ['logging_collector', 'off'],
    ['log_destination', 'stderr'],
    ...archivingSettings({ engine }, stanza).map(({ name, value }) => [name, value] as const),
    ...(settings.form === 'cronjobs' ? tlsSettings() : []),
  ];
  return values.map(([name, value]) => `${name} = ${quote(value)}\n`).join('');
}

function tlsSettings(): (readonly [string, string])[] {
  return [
    ['ident_file', `${places.settings}/pg_ident.conf`],
    ['ssl', 'on'],
    ['ssl_cert_file', `${places.certificates}/tls.crt`],
    ['ssl_key_file', `${places.certificates}/tls.key`],
  ];
}

/** https://www.postgresql.org/docs/current/config-setting.html */
function quote(value: string | number): string {
  return typeof value === 'number' ? String(value) : quoteSetting(value);
}

/** Who may connect: the owner of the server from inside the pod, everybody else with a password, the owner never. */
export function clientAuthentication({ settings, node }: KubernetesSite): string {
  const lines = [
    ...(settings.form === 'cronjobs'
      ? [
          `local all ${jobRole} peer map=holdfast`,
          `hostssl ${node.database} ${jobRole} all scram-sha-256`,
          `host all ${jobRole} all reject`,
        ]
      : []),
    `local all ${node.osUser} peer`,
    'local all all scram-sha-256',
    `host all ${node.osUser} all reject`,
    'host all all all scram-sha-256',
  ];
  return `${lines.join('\n')}\n`;
}

/** Lets pgBackRest, which runs as the owner of the server, be the role of the CronJobs. */
export function identityMap({ node }: KubernetesSite): string {
  return `holdfast ${node.osUser} ${jobRole}\n`;
}

/**
 * The role, with what a backup needs and nothing else: the same as `holdfast setup` gives. psql reads the password from
 * its file, so that it is in no list of processes and in no log.
 */
export function roleStatements({ configuration }: KubernetesSite): string {
  return [
    `\\set password \`cat ${places.secrets}/role-password\``,
    'SET log_statement = none;',
    'SET log_min_duration_statement = -1;',
    'SET log_min_error_statement = panic;',
    `SELECT 'CREATE ROLE ${jobRole} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${jobRole}') \\gexec`,
    `ALTER ROLE ${jobRole} LOGIN PASSWORD :'password';`,
    `GRANT pg_read_all_settings TO ${jobRole};`,
    ...roleFunctions(configuration.deploy.postgresVersion).map(
      (name) => `GRANT EXECUTE ON FUNCTION pg_catalog.${name} TO ${jobRole};`,
    ),
    '',
  ].join('\n');
}
