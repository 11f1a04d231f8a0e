import { parseYaml } from '../../config/parse.ts';
import type { Path, PlainValue } from '../../config/source-tree.ts';
import { validateTree } from '../../config/validate.ts';
import type { SecretReference } from '../../model/secret.ts';

/** A secret as it stands in holdfast.yaml. */
export interface PlacedSecret {
  /** Keys from the root: `stanzas main repositories offsite keySecret`. */
  readonly path: Path;
  readonly reference: SecretReference;
}

/** What is another on a host than in the file that describes all of them. */
export interface HostChanges {
  /** The host as the file names it: what is on it is local there. */
  readonly host: string;
  /** What stands on the host for a secret; undefined leaves the reference as it is. */
  readonly secretText: (secret: PlacedSecret) => string | undefined;
  /** Leaves `patroni` out and all servers but the host's own: for a recovery while Patroni does not run. */
  readonly alone?: boolean | undefined;
}

type Mapping = { [key: string]: PlainValue };

/**
 * Every secret of a holdfast.yaml, in the order of the file. A path that stands where pgBackRest takes the path of a key
 * file is none.
 *
 * @param source text of a file without errors
 */
export function placedSecrets(source: string): readonly PlacedSecret[] {
  const { tree } = parseYaml(source, 'holdfast.yaml');
  const file = tree === undefined ? undefined : validateTree(tree).file;
  const found: PlacedSecret[] = [];
  collectSecrets(file, [], found);
  return found;
}

/**
 * holdfast.yaml of one host, as plain data: its own server and repository are local (the engine archives and restores
 * only where pg1 has no host: [072]), stanzas that are not on it are left out, and so is `deploy`.
 *
 * @param source text of a file without errors
 */
export function hostConfiguration(source: string, { host, secretText, alone }: HostChanges): Mapping {
  const root = parseYaml(source, 'holdfast.yaml').tree?.root as Mapping;
  for (const secret of placedSecrets(source)) {
    const text = secretText(secret);
    if (text !== undefined) setAt(root, secret.path, text);
  }
  const { deploy: _, stanzas, notify, ...rest } = root;
  const kept = Object.entries(stanzas as Mapping)
    .filter(([, stanza]) => isOn(stanza as Mapping, host))
    .map(([name, stanza]) => [name, localStanza(stanza as Mapping, host, alone === true)] as const);
  const names = kept.map(([name]) => name);
  return {
    stanzas: Object.fromEntries(kept),
    ...rest,
    ...(notify === undefined ? {} : { notify: channelsOf(notify as Mapping, names) }),
  };
}

function collectSecrets(value: unknown, path: Path, found: PlacedSecret[]): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const place = [...path, Array.isArray(value) ? Number(key) : key];
    if (isSecret(inner)) {
      if (!isKeyFile(value, key, inner)) found.push({ path: place, reference: inner });
    } else collectSecrets(inner, place, found);
  }
}

function isSecret(value: unknown): value is SecretReference {
  const kind = (value as { kind?: unknown } | null | undefined)?.kind;
  return kind === 'environment' || kind === 'file' || kind === 'command' || kind === 'literal';
}

/** `repo-gcs-key` is a path for keys of a service. */
function isKeyFile(holder: object, key: string, secret: SecretReference): boolean {
  const { type, keyType } = holder as { type?: unknown; keyType?: unknown };
  return type === 'gcs' && keyType === 'service' && key === 'key' && secret.kind === 'literal';
}

function setAt(root: Mapping, path: Path, text: string): void {
  let holder: PlainValue | undefined = root;
  for (const part of path.slice(0, -1)) holder = (holder as Mapping)[part];
  (holder as Mapping)[path.at(-1) as string] = text;
}

/** A list of nodes, or the only node itself. */
function nodesOf(stanza: Mapping): readonly Mapping[] {
  const nodes = stanza['postgres'] as Mapping | Mapping[];
  return Array.isArray(nodes) ? nodes : [nodes];
}

function isOn(stanza: Mapping, host: string): boolean {
  const repositories = Object.values(stanza['repositories'] as Mapping) as Mapping[];
  return [...nodesOf(stanza), ...repositories].some((place) => place['host'] === host);
}

function localStanza(stanza: Mapping, host: string, alone: boolean): Mapping {
  const { patroni, ...rest } = stanza;
  const nodes = nodesOf(stanza);
  const own = nodes.filter((node) => node['host'] === host);
  const others = alone ? [] : nodes.filter((node) => node['host'] !== host);
  const withPatroni = patroni !== undefined && own.length > 0 && !alone;
  const repositories = Object.entries(stanza['repositories'] as Mapping).map(([name, repository]) => [
    name,
    (repository as Mapping)['host'] === host ? local(repository as Mapping) : repository,
  ]);
  return {
    ...rest,
    postgres: [...own.map(local), ...others],
    ...(withPatroni ? { patroni } : {}),
    repositories: Object.fromEntries(repositories) as Mapping,
  };
}

function local({ host: _host, ssh: _ssh, tls: _tls, ...rest }: Mapping): Mapping {
  return rest;
}

/** Channels for stanzas that are elsewhere would be mistakes here. */
function channelsOf(notify: Mapping, stanzas: readonly string[]): Mapping {
  const channels = Object.entries(notify).flatMap(([name, channel]) => {
    const { stanzas: only, ...rest } = channel as Mapping;
    if (!Array.isArray(only)) return [[name, channel] as const];
    const here = only.filter((stanza) => stanzas.includes(String(stanza)));
    return here.length === 0 ? [] : [[name, { ...rest, stanzas: here }] as const];
  });
  return Object.fromEntries(channels);
}
