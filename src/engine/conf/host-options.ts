import type { EngineSettings } from '../../config/configuration.ts';
import type { HostTransport } from '../../model/stanza.ts';
import { defaultConfigFile } from '../engine-arguments.ts';
import { type ConfOption, option } from './conf-option.ts';

/**
 * The way to another host that runs pgBackRest, over SSH or over the engine's own TLS protocol.
 *
 * @param prefix `pg2-host` or `repo1-host`
 */
export function hostOptions(
  prefix: string,
  address: string,
  transport: HostTransport,
  settings: EngineSettings,
): ConfOption[] {
  const tls = transport.kind === 'tls';
  // The other host is taken to be laid out as this one; the engine would look into /etc/pgbackrest.
  const usual = settings.configFile === defaultConfigFile || settings.defaults === 'own';
  const configFile = transport.configFile ?? (usual ? undefined : settings.configFile);
  const includeDirectory =
    transport.configFile === undefined && !usual ? settings.includeDirectory : undefined;
  return [
    ...option(prefix, address),
    ...option(`${prefix}-type`, tls ? 'tls' : undefined),
    ...option(`${prefix}-port`, transport.port),
    ...option(`${prefix}-user`, tls ? undefined : transport.user),
    ...option(`${prefix}-cmd`, transport.command),
    ...option(`${prefix}-config`, configFile),
    ...option(`${prefix}-config-include-path`, includeDirectory),
    ...option(`${prefix}-ca-file`, tls ? transport.caFile : undefined),
    ...option(`${prefix}-cert-file`, tls ? transport.certificateFile : undefined),
    ...option(`${prefix}-key-file`, tls ? transport.keyFile : undefined),
  ];
}
