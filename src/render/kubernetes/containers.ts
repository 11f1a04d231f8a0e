import { renderByteSize } from '../../model/byte-size.ts';
import {
  directoriesIn,
  type KubernetesSite,
  objectName,
  places,
  repositoryMount,
  usesCloudIdentity,
} from './kubernetes-site.ts';

/** A manifest, or a part of one. */
export type Manifest = { readonly [key: string]: unknown };

/** What a container may do: nothing but its work. https://kubernetes.io/docs/concepts/security/pod-security-standards */
export const containerSecurity: Manifest = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
};

export function podSecurity({ settings: { uid } }: KubernetesSite): Manifest {
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: uid,
    fsGroup: uid,
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/**
 * What is the same in every pod. One PID namespace: a PID 1 that ends orphans of pgBackRest (PostgreSQL takes one that
 * failed for a crash of its own), and processes that Holdfast can tell from each other.
 */
export function podBasics(site: KubernetesSite): Manifest {
  const { settings, name } = site;
  return {
    serviceAccountName: name,
    automountServiceAccountToken: usesCloudIdentity(site),
    // Variables such as PGBACKREST_PORT of a Service would be options of pgBackRest.
    enableServiceLinks: false,
    shareProcessNamespace: true,
    securityContext: podSecurity(site),
    ...(settings.imagePullSecret === undefined
      ? {}
      : { imagePullSecrets: [{ name: settings.imagePullSecret }] }),
  };
}

/** Mounts that every container of a pod has, and the names of their volumes. */
export function commonMounts(site: KubernetesSite): Manifest[] {
  return [
    { name: 'tmp', mountPath: '/tmp' },
    { name: 'engine', mountPath: places.engine, readOnly: true },
    { name: 'work', mountPath: places.work },
    { name: 'run', mountPath: site.socketDirectory },
    { name: 'scripts', mountPath: places.scripts, readOnly: true },
    ...fileMounts(site),
  ];
}

/** Volumes of `commonMounts`, beside the source of configuration. */
export function commonVolumes(site: KubernetesSite): Manifest[] {
  return [
    { name: 'tmp', emptyDir: {} },
    // Has the secrets: never on a disk.
    { name: 'engine', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
    { name: 'work', emptyDir: {} },
    { name: 'run', emptyDir: {} },
    { name: 'scripts', configMap: { name: `${site.name}-scripts`, defaultMode: 0o555 } },
    ...fileVolumes(site),
  ];
}

function fileName(index: number): string {
  return `file-${index + 1}`;
}

function fileMounts({ settings }: KubernetesSite): Manifest[] {
  return Object.entries(settings.files).map(([path, { key }], index) => ({
    name: fileName(index),
    mountPath: path,
    subPath: key,
    readOnly: true,
  }));
}

function fileVolumes({ settings }: KubernetesSite): Manifest[] {
  return Object.values(settings.files).map(({ secret, configMap }, index) => ({
    name: fileName(index),
    ...(secret === undefined
      ? { configMap: { name: configMap } }
      : { secret: { secretName: secret, defaultMode: 0o440 } }),
  }));
}

/** Mounts of repositories that are directories, which only one pod has where their storage is not for many. */
export function repositoryMounts(site: KubernetesSite, elsewhere = false): Manifest[] {
  return directoriesIn(site, elsewhere).map((repository) => ({
    name: `repository-${objectName(repository.name)}`,
    mountPath: repositoryMount(repository),
  }));
}

/** What a container runs with. */
export function container(site: KubernetesSite, own: Manifest): Manifest {
  return {
    image: site.image,
    imagePullPolicy: 'IfNotPresent',
    securityContext: containerSecurity,
    ...own,
  };
}

/** A script of the ConfigMap as a command. */
export function runScript(name: string, ...rest: readonly string[]): readonly string[] {
  return ['/bin/sh', `${places.scripts}/${name}`, ...rest];
}

/** Kubernetes' own units are those of pgBackRest without the B: `4GiB` is `4Gi`. */
export function quantity(bytes: number): string {
  return renderByteSize(bytes).replace(/B$/, '');
}

/** The first container of every pod: it puts the configuration in its place. */
export function configureContainer(site: KubernetesSite, mounts: readonly Manifest[] = []): Manifest {
  return container(site, {
    name: 'configure',
    command: runScript('configure.sh'),
    volumeMounts: [
      { name: 'engine', mountPath: places.engine },
      { name: 'work', mountPath: places.work },
      { name: 'scripts', mountPath: places.scripts, readOnly: true },
      { name: 'source', mountPath: places.source, readOnly: true },
      ...mounts,
    ],
    resources: smallResources,
  });
}

export const smallResources: Manifest = {
  requests: { cpu: '10m', memory: '16Mi' },
  limits: { memory: '64Mi' },
};

export function databaseResources({ settings: { resources } }: KubernetesSite): Manifest {
  const memory = quantity(resources.databaseMemory);
  return { requests: { cpu: resources.databaseCpu, memory }, limits: { memory } };
}

export function holdfastResources({ settings: { resources } }: KubernetesSite): Manifest {
  const memory = quantity(resources.holdfastMemory);
  return { requests: { cpu: resources.holdfastCpu, memory }, limits: { memory } };
}

/** Processes of pgBackRest for so many processors. */
export function processesOf(cpu: string): number {
  const processors = cpu.endsWith('m') ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu);
  return Math.min(8, Math.max(2, Math.ceil(processors)));
}
