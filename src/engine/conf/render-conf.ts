import { join } from 'node:path';
import type {
  Configuration,
  EngineSettings,
  PassThroughOption,
  Stanza,
  TlsServer,
} from '../../config/configuration.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import {
  type ConfOption,
  type ConfSection,
  fromPassThrough,
  isRenderable,
  isSecure,
  option,
  requireRenderable,
} from './conf-option.ts';
import { writeConfText } from './conf-text.ts';
import { hasOwnNode, nodeOptions } from './node-options.ts';
import { repositoryOptions } from './repository-options.ts';
import { isRemoteRepository, rendersExactly, type ResolvedSecrets } from './secret-values.ts';
import { defaultCompressLevels, type Machine, tunedOptions, yieldToUser } from './tuning.ts';

/** For whom and for which engine the files are made. */
export interface RenderTarget {
  /** The host as holdfast.yaml names it; undefined: the host whose node has no `host`. */
  readonly host?: string | undefined;
  readonly version: EngineVersion;
  readonly machine: Machine;
  /** From resolveSecrets, or maskedSecrets where the files are only shown. */
  readonly secrets: ResolvedSecrets;
}

/** A file to be written. */
export interface RenderedFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
  /** Name of the operating system user it must belong to. */
  readonly owner: string;
  /** True when the content must not be shown. */
  readonly secret: boolean;
}

/** The name sorts last and says whose it is; the engine reads every `*.conf` there. */
export const secretsFileName = 'holdfast-secrets.conf';

/**
 * The engine's configuration for one host: pgbackrest.conf, and the secrets in a file of their own that only the
 * engine's user can read. The second is written even when it is empty, because the engine fails ([073]) where the
 * directory named by config-include-path does not exist.
 *
 * Repositories stand in [global] when there is one stanza (so that a bare `pgbackrest info` works), and in the
 * section of their stanza when there are more, because repo1 of one is not repo1 of the other.
 *
 * @throws Failure config-invalid when this version cannot do what the configuration asks for
 */
export function renderConf(configuration: Configuration, target: RenderTarget): RenderedFile[] {
  const sections = mergeSections(confSections(configuration, target));
  const { engine } = configuration;
  return [
    {
      path: engine.configFile,
      content: writeConfText(
        keepOptions(sections, (name) => !isSecure(name)),
        configuration.file,
      ),
      mode: 0o640,
      owner: engine.user,
      secret: false,
    },
    {
      path: join(engine.includeDirectory, secretsFileName),
      content: writeConfText(keepOptions(sections, isSecure), configuration.file),
      mode: 0o600,
      owner: engine.user,
      secret: true,
    },
  ];
}

function confSections(configuration: Configuration, target: RenderTarget): ConfSection[] {
  const { engine } = configuration;
  const own = userSections(configuration.options, 'global', target.version, engine);
  return [
    {
      name: 'global',
      options: [
        ...option('lock-path', engine.lockDirectory),
        ...option('log-path', engine.logDirectory),
        ...option('spool-path', engine.spoolDirectory),
      ],
    },
    ...(engine.defaults === 'own' ? [] : chosenSections(own, target)),
    ...repositorySections(configuration, target),
    { name: 'global', options: tlsServerOptions(configuration.tlsServer, target.version) },
    ...own,
    ...configuration.stanzas.flatMap((stanza) => [
      {
        name: stanza.name,
        options: requireRenderable(nodeOptions(stanza, target.host, engine), target.version),
      },
      ...userSections(stanza.options, stanza.name, target.version, engine),
    ]),
  ];
}

/** What Holdfast chooses where the file says nothing, as far as this version knows it. */
function chosenSections(own: readonly ConfSection[], target: RenderTarget): ConfSection[] {
  return yieldToUser(
    tunedOptions(target.machine),
    new Map(own.map((section) => [section.name, section.options])),
  ).map((section) => ({
    name: section.name,
    options: section.options.filter((candidate) => isRenderable(candidate, target.version)),
  }));
}

/**
 * Where the repositories stand. A file that was taken over may have had them in [global] for several stanzas: what
 * is the same for all of them goes there again, so that commands without a stanza (`pgbackrest info`) find them.
 */
function repositorySections(configuration: Configuration, target: RenderTarget): ConfSection[] {
  const sections = configuration.stanzas.map((stanza) => ({
    name: stanza.name,
    options: stanzaRepositories(stanza, configuration, target),
  }));
  const [first, ...others] = sections;
  if (first === undefined) return [];
  if (others.length === 0) return [{ ...first, name: 'global' }];
  if (configuration.engine.defaults !== 'own') return sections;
  const isShared = (candidate: ConfOption): boolean =>
    sections.every(({ options }) =>
      options.some(({ name, value }) => name === candidate.name && String(value) === String(candidate.value)),
    );
  return [
    { name: 'global', options: first.options.filter(isShared) },
    ...sections.map(({ name, options }) => ({
      name,
      options: options.filter((candidate) => !isShared(candidate)),
    })),
  ];
}

/** On a host without a server of the stanza a repository on a third host cannot be used: the engine allows one hop. */
function stanzaRepositories(
  stanza: Stanza,
  configuration: Configuration,
  target: RenderTarget,
): ConfOption[] {
  const reachable = stanza.repositories.filter(
    (repository) =>
      rendersExactly(configuration.engine, target.host) ||
      hasOwnNode(stanza, target.host) ||
      !isRemoteRepository(repository, target.host),
  );
  return reachable.flatMap((repository) =>
    repositoryOptions(repository, {
      settings: configuration.engine,
      host: target.host,
      version: target.version,
      secrets: target.secrets,
    }),
  );
}

/**
 * The user's own options by section. One that changes only the type of compression would inherit our level, so the
 * engine's own level for that type is written beside it.
 */
function userSections(
  given: readonly PassThroughOption[],
  base: string,
  version: EngineVersion,
  settings: EngineSettings,
): ConfSection[] {
  const sections = new Map<string, ConfOption[]>();
  for (const candidate of given) {
    const name = candidate.command === undefined ? base : `${base}:${candidate.command}`;
    const options = sections.get(name) ?? [];
    options.push(fromPassThrough(candidate, version));
    sections.set(name, options);
  }
  return [...sections].map(([name, options]) => ({
    name,
    options: settings.defaults === 'own' ? options : withCompressLevel(options),
  }));
}

function withCompressLevel(options: readonly ConfOption[]): readonly ConfOption[] {
  const type = options.find((candidate) => candidate.name === 'compress-type');
  if (type === undefined || options.some((candidate) => candidate.name === 'compress-level')) return options;
  return [...options, ...option('compress-level', defaultCompressLevels[String(type.value)])];
}

function tlsServerOptions(server: TlsServer | undefined, version: EngineVersion): readonly ConfOption[] {
  if (server === undefined) return [];
  return requireRenderable(
    [
      ...option('tls-server-address', server.address),
      ...option('tls-server-port', server.port),
      ...option('tls-server-ca-file', server.caFile),
      ...option('tls-server-cert-file', server.certificateFile),
      ...option('tls-server-key-file', server.keyFile),
      ...option(
        'tls-server-auth',
        Object.entries(server.auth).map(([client, stanzas]) => `${client}=${stanzas.join(',')}`),
      ),
    ],
    version,
  );
}

/**
 * One section a name, `global` first, then `global:command`, then the stanzas; a later option takes the place of an
 * earlier one of the same name, because the engine refuses an option that stands twice.
 */
function mergeSections(sections: readonly ConfSection[]): ConfSection[] {
  const merged = new Map<string, Map<string, ConfOption>>();
  for (const section of sections) {
    const options = merged.get(section.name) ?? new Map<string, ConfOption>();
    for (const candidate of section.options) options.set(candidate.name, candidate);
    merged.set(section.name, options);
  }
  const rank = (name: string): number => (name === 'global' ? 0 : name.startsWith('global:') ? 1 : 2);
  return [...merged]
    .map(([name, options]) => ({ name, options: [...options.values()] }))
    .toSorted((left, right) => rank(left.name) - rank(right.name));
}

function keepOptions(sections: readonly ConfSection[], keep: (name: string) => boolean): ConfSection[] {
  return sections.map((section) => ({
    name: section.name,
    options: section.options.filter((candidate) => keep(candidate.name)),
  }));
}
