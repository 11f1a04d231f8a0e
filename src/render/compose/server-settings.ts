import { archiveCommand } from '../../engine/conf/archive-command.ts';
import { defaultConfigFile, defaultIncludeDirectory } from '../../engine/engine-arguments.ts';
import { wantedArchiveTimeout } from '../../model/wanted-archive-timeout.ts';
import type { ComposeSite } from './compose-site.ts';

/**
 * Settings that the server includes, wherever it runs: in its container, and in Holdfast's while it is restored and proved.
 * On its command line they would be missing there, and the new timeline would never be archived.
 */
export function serverSettings(site: ComposeSite): string {
  const { configuration, stanza, node, socketDirectory, settings } = site;
  const usual = { configFile: defaultConfigFile, includeDirectory: defaultIncludeDirectory };
  const engine = { ...configuration.engine, binary: 'pgbackrest', ...usual };
  const values: Readonly<Record<string, string>> = {
    listen_addresses: '*',
    port: String(node.port),
    unix_socket_directories: socketDirectory,
    password_encryption: 'scram-sha-256',
    logging_collector: 'off',
    log_destination: 'stderr',
    wal_level: 'replica',
    ...settings.settings,
    archive_mode: 'on',
    archive_command: archiveCommand(engine, stanza.name),
    archive_timeout: `${wantedArchiveTimeout(stanza.objectives.rpo)}s`,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('');
}
