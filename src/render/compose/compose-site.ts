import { dirname } from 'node:path';
import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { ComposeSettings } from '../../config/schema/deploy/compose.ts';
import { gcsKeyFile } from '../../engine/conf/secret-values.ts';
import type { SecretReference } from '../../model/secret.ts';
import type { PostgresNode } from '../../model/stanza.ts';
import type { RenderCall } from '../deployment/deployment-target.ts';
import { placedSecrets } from '../deployment/host-configuration.ts';
import { neededFiles } from '../kubernetes/needed-files.ts';
import { refuseUnfit } from './refuse-unfit.ts';

/** Where things are in the containers. */
export const places = {
  /** holdfast.yaml and postgresql.conf, from the folder `configuration` of the project. */
  holdfast: '/etc/holdfast',
  /** The engine's own, written by the service `configure`. */
  engine: '/etc/pgbackrest',
  /** Secrets, each a file that postgres alone can read. */
  secrets: '/run/holdfast-secrets',
  /** Locks and what asynchronous archiving notes: one for all containers, or they would not see each other. */
  shared: '/var/spool/pgbackrest',
  log: '/var/log/pgbackrest',
} as const;

/** What everything is rendered from. */
export interface ComposeSite {
  readonly configuration: Configuration;
  readonly call: RenderCall;
  readonly settings: ComposeSettings;
  readonly stanza: Stanza;
  readonly node: PostgresNode;
  readonly project: string;
  readonly major: number;
  /** Volume with the data directory: its parent, so that a restore can move the old one aside. */
  readonly dataMount: string;
  readonly socketDirectory: string;
  /** Directories of repositories, each a volume. */
  readonly repositories: readonly { readonly volume: string; readonly path: string }[];
  /** Secrets by the name of their file, in the containers and in `secrets/`. */
  readonly secrets: ReadonlyMap<string, SecretReference>;
  /** Of those the key files, which may have many lines: they are taken from where they lie on the host. */
  readonly keyFiles: ReadonlyMap<string, string>;
  /** Files of the host that programs open by the same path. */
  readonly files: readonly string[];
  readonly image: string;
  readonly baseImage: string;
  readonly package: string;
  readonly programs: string;
}

/** Name of the secret with the password of the superuser. */
export const passwordSecret = 'database-password';

/** @throws Failure config-invalid when this file cannot be a Compose project */
export function composeSite(configuration: Configuration, call: RenderCall): ComposeSite {
  refuseUnfit(configuration);
  const [stanza] = configuration.stanzas as readonly [Stanza];
  const [node] = stanza.nodes as readonly [PostgresNode];
  const { compose: settings, postgresVersion: major } = configuration.deploy;
  const project = settings.project ?? projectName(stanza.name);
  const suite = settings.packages === 'debian' && major === 15 ? 'bookworm' : 'trixie';
  const secrets = secretsOf(configuration, call);
  const keyFiles = keyFilesOf(stanza, secrets);
  return {
    configuration,
    call,
    settings,
    stanza,
    node,
    project,
    major,
    dataMount: dirname(node.path),
    socketDirectory: node.socketPath ?? '/var/run/postgresql',
    repositories: stanza.repositories
      .filter(({ access }) => access.type === 'posix')
      .map(({ name, path }) => ({ volume: `repository-${name.replaceAll(/[^\w.-]/g, '-')}`, path })),
    secrets,
    keyFiles,
    files: [...new Set(neededFiles(configuration).map(({ path }) => path))].filter(
      (path) => ![...keyFiles.values()].includes(path),
    ),
    image: settings.image ?? `${project}-postgres:${major}-${call.version.text}`,
    baseImage: settings.baseImage ?? `debian:${suite}-slim`,
    package: settings.package ?? 'holdfast.tgz',
    programs: `/usr/lib/postgresql/${major}/bin`,
  };
}

function projectName(stanza: string): string {
  const plain = stanza.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '-');
  return /^[a-z0-9]/.test(plain) ? plain.slice(0, 50) : `db${plain}`.slice(0, 50);
}

/** By the path of keys, which is what a person looks for. */
export function secretFile(path: readonly (string | number)[]): string {
  return path.map((part) => String(part).replaceAll(/[^\w-]/g, '-')).join('.');
}

/** `repo-gcs-key` is the path of a key file, whose text nobody but pgBackRest reads. */
function keyFilesOf(
  { repositories }: Stanza,
  secrets: ReadonlyMap<string, SecretReference>,
): ReadonlyMap<string, string> {
  const paths = repositories.flatMap(({ access }) => (access.type === 'gcs' ? [gcsKeyFile(access)] : []));
  return new Map(
    [...secrets].flatMap(([name, reference]) =>
      reference.kind === 'file' && paths.includes(reference.path) ? [[name, reference.path] as const] : [],
    ),
  );
}

function secretsOf({ deploy }: Configuration, call: RenderCall): ReadonlyMap<string, SecretReference> {
  const { password } = deploy.compose;
  const placed = placedSecrets(call.source).filter(({ path }) => path[0] !== 'deploy');
  return new Map([
    ...placed.map(({ path, reference }) => [secretFile(path), reference] as const),
    ...(password === undefined ? [] : [[passwordSecret, password] as const]),
  ]);
}
