import { defaultConfigFile, defaultIncludeDirectory } from '../../engine/engine-arguments.ts';
import { carry, type FileContext } from './draft-context.ts';
import type { GivenSetting } from './given-setting.ts';
import { mappingOf } from './key-value.ts';
import { wholeNumber } from './plain-value.ts';

/** Where the engine is on this host, as far as its files do not say it themselves. */
export interface EnginePlaces {
  /** A name on PATH or an absolute path. */
  readonly binary: string;
  /** The file that was read, and that Holdfast will write. */
  readonly configFile: string;
  readonly includeDirectory: string;
  /** Operating system user that runs the engine. */
  readonly user: string;
}

const directories = {
  'log-path': 'logDirectory',
  'lock-path': 'lockDirectory',
  'spool-path': 'spoolDirectory',
} as const;

const serverKeys = {
  'tls-server-address': 'address',
  'tls-server-port': 'port',
  'tls-server-ca-file': 'caFile',
  'tls-server-cert-file': 'certificateFile',
  'tls-server-key-file': 'keyFile',
} as const;

/** `engine:`: its places, and that what the file does not say stays with it. */
export function draftEngine(
  context: FileContext,
  places: EnginePlaces,
  settings: readonly GivenSetting[],
): void {
  const { builder } = context;
  builder.set(['engine', 'defaults'], 'own');
  if (places.binary !== 'pgbackrest') builder.set(['engine', 'binary'], places.binary);
  if (places.configFile !== defaultConfigFile) builder.set(['engine', 'configFile'], places.configFile);
  if (places.includeDirectory !== defaultIncludeDirectory) {
    builder.set(['engine', 'includeDirectory'], places.includeDirectory);
  }
  if (places.user !== 'postgres') builder.set(['engine', 'user'], places.user);
  for (const [name, key] of Object.entries(directories)) {
    const setting = globalSetting(settings, name);
    if (setting !== undefined) {
      carry(context, ['engine', key], setting.values[0] ?? '', setting);
    }
  }
}

/** `tlsServer:`, when the files give all that it needs; otherwise its options go into the `options:` map. */
export function draftTlsServer(context: FileContext, settings: readonly GivenSetting[]): void {
  const auth = globalSetting(settings, 'tls-server-auth');
  const clients = auth === undefined ? undefined : mappingOf(auth.values);
  const files = ['ca-file', 'cert-file', 'key-file'].map((rest) =>
    globalSetting(settings, `tls-server-${rest}`),
  );
  if (auth === undefined || clients === undefined || files.includes(undefined)) return;
  for (const [name, key] of Object.entries(serverKeys)) {
    const setting = globalSetting(settings, name);
    const [text = ''] = setting?.values ?? [];
    const value = key === 'port' ? (wholeNumber(text) ?? text) : text;
    if (setting !== undefined) carry(context, ['tlsServer', key], value, setting);
  }
  for (const [client, stanzas] of Object.entries(clients)) {
    const names = stanzas.split(',').map((stanza) => stanza.trim());
    carry(context, ['tlsServer', 'auth', client], names, auth);
  }
}

function globalSetting(settings: readonly GivenSetting[], name: string): GivenSetting | undefined {
  return settings.find(
    (setting) => setting.name === name && setting.stanza === undefined && setting.command === undefined,
  );
}
