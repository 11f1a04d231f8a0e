import { quoteSetting } from '../../model/quote-setting.ts';
import { defaultConfigFile, defaultIncludeDirectory } from '../../engine/engine-arguments.ts';
import { archivingSettings } from '../deployment/archiving-settings.ts';
import type { ComposeSite } from './compose-site.ts';

/**
 * Settings that the server includes, wherever it runs: in its container, and in Holdfast's while it is restored and proved.
 * On its command line they would be missing there, and the new timeline would never be archived.
 */
export function serverSettings(site: ComposeSite): string {
  const { configuration, stanza, node, socketDirectory, settings } = site;
  const usual = { configFile: defaultConfigFile, includeDirectory: defaultIncludeDirectory };
  const engine = { ...configuration.engine, binary: 'pgbackrest', ...usual };
  const { wal_level: walLevel = '', ...archiving } = Object.fromEntries(
    archivingSettings({ engine }, stanza).map(({ name, value }) => [name, value]),
  );
  // Whoever wants logical decoding has more WAL than is needed here; archiving is not to be changed.
  const values: Readonly<Record<string, string>> = {
    listen_addresses: '*',
    port: String(node.port),
    unix_socket_directories: socketDirectory,
    password_encryption: 'scram-sha-256',
    logging_collector: 'off',
    log_destination: 'stderr',
    wal_level: walLevel,
    ...settings.settings,
    ...archiving,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${quoteSetting(value)}\n`)
    .join('');
}
