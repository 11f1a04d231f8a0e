import { dirname } from 'node:path';
import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { KubernetesSettings } from '../../config/schema/deploy/kubernetes.ts';
import type { Repository } from '../../model/repository.ts';
import type { PostgresNode } from '../../model/stanza.ts';
import type { RenderCall } from '../deployment/deployment-target.ts';

/** What every manifest of one cluster is made of. */
export interface KubernetesSite {
  readonly configuration: Configuration;
  readonly call: RenderCall;
  readonly settings: KubernetesSettings;
  readonly stanza: Stanza;
  readonly node: PostgresNode;
  /** Of every object; what belongs to a part has a suffix. */
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  /** Directory that the volume of the data is mounted on: the parent, because a restore moves the data aside in it. */
  readonly dataMount: string;
  readonly socketDirectory: string;
  /** Directory of the server's programs in the image. */
  readonly programs: string;
  /** Repositories that are directories: each has a volume. */
  readonly directories: readonly Repository[];
}

/** Where everything lies in the containers, whatever holdfast.yaml says of the host that it was written on. */
export const places = {
  holdfast: '/etc/holdfast',
  secrets: '/etc/holdfast/secrets',
  engine: '/etc/pgbackrest',
  settings: '/etc/postgresql',
  certificates: '/etc/pgbackrest-tls',
  scripts: '/opt/holdfast-scripts',
  source: '/source',
  /** Volumes belong to root: what Holdfast and pgBackRest keep is in directories of their own inside. */
  state: '/var/lib/holdfast',
  copies: '/var/lib/holdfast-copies',
  repositories: '/repositories',
  work: '/run/pgbackrest',
  home: '/var/lib/postgresql',
} as const;

/** Of pgBackRest's TLS server. */
export const tlsPort = 8432;

/** The site of a configuration that `refuseUnfit` let pass. */
export function describeSite(configuration: Configuration, call: RenderCall): KubernetesSite {
  const settings = configuration.deploy.kubernetes;
  const [stanza] = configuration.stanzas;
  const [node] = stanza?.nodes ?? [];
  if (stanza === undefined || node === undefined) throw new Error('a file without a stanza has no site');
  const name = settings.name ?? objectName(stanza.name);
  const { postgresVersion } = configuration.deploy;
  return {
    configuration,
    call,
    settings,
    stanza,
    node,
    name,
    // What `holdfast render compose` calls its image.
    image: settings.image ?? `${name}-postgres:${postgresVersion}-${call.version.text}`,
    namespace: settings.namespace,
    dataMount: dirname(node.path),
    socketDirectory: node.socketPath ?? '/var/run/postgresql',
    programs: node.binDirectory ?? `/usr/lib/postgresql/${configuration.deploy.postgresVersion}/bin`,
    directories: stanza.repositories.filter(({ access }) => access.type === 'posix'),
  };
}

/** A stanza's or repository's name as names of objects are written: RFC 1123. */
export function objectName(name: string): string {
  const word = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 52)
    .replace(/-+$/, '');
  return /^[a-z]/.test(word) ? word : `pg-${word}`.replace(/-+$/, '');
}

/** Name of the pod as others reach it. */
export function podAddress({ name, namespace }: KubernetesSite): string {
  return `${name}-0.${name}-headless.${namespace}.svc`;
}

/** Labels by which objects of a part are known again. */
export function labels(site: KubernetesSite, part: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'holdfast',
    'app.kubernetes.io/instance': site.name,
    'app.kubernetes.io/component': part,
  };
}

/** Whether drills can run in a pod of their own: every repository, or one at least, can be read from there. */
export function reachableElsewhere({ stanza, settings }: KubernetesSite): readonly Repository[] {
  return stanza.repositories.filter(
    ({ access }) => access.type !== 'posix' || settings.storage.repositoryAccess === 'ReadWriteMany',
  );
}

/** Where the volume of a repository is mounted. */
export function repositoryMount({ name }: Repository): string {
  return `${places.repositories}/${objectName(name)}`;
}

/** Repositories that are directories, as far as a pod has them: `elsewhere` is one beside the server's. */
export function directoriesIn(site: KubernetesSite, elsewhere: boolean): readonly Repository[] {
  return elsewhere
    ? site.directories.filter((one) => reachableElsewhere(site).includes(one))
    : site.directories;
}

/** Whether the cloud gives pods an identity, by variables and a token of its own making. */
export function usesCloudIdentity({ stanza }: KubernetesSite): boolean {
  return stanza.repositories.some(
    ({ access }) => access.type === 's3' && (access.keyType === 'web-id' || access.keyType === 'pod-id'),
  );
}

/** Variables of such an identity that pgBackRest reads: `src/storage/s3/helper.c`. */
export const identityVariables = [
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
] as const;

/** The engine as Holdfast and the server start it: with an identity through a script that gives it those variables. */
export function engineBinary(site: KubernetesSite): string {
  return usesCloudIdentity(site) ? `${places.scripts}/pgbackrest` : 'pgbackrest';
}
