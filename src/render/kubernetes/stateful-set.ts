import type { PodConfiguration } from './pod-configuration.ts';
import {
  commonMounts,
  commonVolumes,
  configureContainer,
  container,
  databaseResources,
  holdfastResources,
  type Manifest,
  podBasics,
  quantity,
  repositoryMounts,
  runScript,
} from './containers.ts';
import { configurationVolume, settingsVolume, sourceVolume } from './configuration-volumes.ts';
import { type KubernetesSite, labels, objectName, places, tlsPort } from './kubernetes-site.ts';
import { stopSeconds } from './scripts.ts';

/**
 * The pod of the database. Containers that are made first are in this order: configuration, an empty cluster where there
 * is none, what works beside the server, and then the server.
 */
export function statefulSet(site: KubernetesSite, pod: PodConfiguration): Manifest {
  const { name, settings } = site;
  const own = labels(site, 'database');
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, labels: own },
    spec: {
      serviceName: `${name}-headless`,
      replicas: 1,
      // Volumes outlive everything: nothing here may delete data.
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      selector: { matchLabels: own },
      template: {
        metadata: { labels: own },
        spec: {
          ...podBasics(site),
          terminationGracePeriodSeconds: stopSeconds + 60,
          initContainers: [
            configureContainer(site),
            initializeContainer(site),
            settings.form === 'sidecar' ? holdfastContainer(site) : engineServerContainer(site),
          ],
          containers: [postgresContainer(site)],
          volumes: [
            ...commonVolumes(site),
            sourceVolume(site, 'pod'),
            settingsVolume(site),
            { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } },
            ...(settings.form === 'sidecar' ? [configurationVolume(site, 'pod', pod)] : tlsVolumes(site)),
          ],
        },
      },
      volumeClaimTemplates: claims(site),
    },
  };
}

function initializeContainer(site: KubernetesSite): Manifest {
  return container(site, {
    name: 'initialize-database',
    command: runScript('initialize-database.sh'),
    volumeMounts: [
      { name: 'data', mountPath: site.dataMount },
      ...repositoryMounts(site),
      ...commonMounts(site),
    ],
    resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '512Mi' } },
  });
}

/**
 * Holdfast beside the server. It has no startup and no readiness probe: the first would keep the server from starting,
 * the second would take the database out of its Service, when it is Holdfast that does not work.
 */
function holdfastContainer(site: KubernetesSite): Manifest {
  const { port } = site.configuration.server.listen;
  return container(site, {
    name: 'holdfast',
    restartPolicy: 'Always',
    command: runScript('start-holdfast.sh'),
    ports: [{ name: 'metrics', containerPort: port }],
    livenessProbe: {
      httpGet: { path: '/live', port: 'metrics' },
      initialDelaySeconds: 30,
      periodSeconds: 30,
      timeoutSeconds: 10,
      failureThreshold: 4,
    },
    volumeMounts: [
      // A backup only reads; and a restore in the place of the running server would meet its supervisor.
      { name: 'data', mountPath: site.dataMount, readOnly: true },
      { name: 'state', mountPath: places.state },
      { name: 'copies', mountPath: places.copies },
      { name: 'configuration', mountPath: places.holdfast, readOnly: true },
      ...repositoryMounts(site),
      ...commonMounts(site),
    ],
    resources: holdfastResources(site),
  });
}

function engineServerContainer(site: KubernetesSite): Manifest {
  return container(site, {
    name: 'pgbackrest-server',
    restartPolicy: 'Always',
    command: runScript('start-pgbackrest-server.sh'),
    ports: [{ name: 'pgbackrest', containerPort: tlsPort }],
    livenessProbe: {
      tcpSocket: { port: 'pgbackrest' },
      initialDelaySeconds: 10,
      periodSeconds: 30,
      timeoutSeconds: 5,
      failureThreshold: 4,
    },
    volumeMounts: [
      { name: 'data', mountPath: site.dataMount, readOnly: true },
      { name: 'certificates', mountPath: places.certificates, readOnly: true },
      { name: 'role', mountPath: places.secrets, readOnly: true },
      ...repositoryMounts(site),
      ...commonMounts(site),
    ],
    resources: holdfastResources(site),
  });
}

/**
 * PostgreSQL. A server that recovers answers "not yet", which is an answer: only one that gives none for minutes is ended
 * by the probes (pg_isready: 0 accepts, 1 rejects, 2 nothing).
 */
function postgresContainer(site: KubernetesSite): Manifest {
  const { programs, socketDirectory, node, settings } = site;
  const isReady = [`${programs}/pg_isready`, '--quiet', `--host=${socketDirectory}`, `--port=${node.port}`];
  const answers = ['/bin/sh', '-c', `${isReady.join(' ')} || test $? -eq 1`];
  return container(site, {
    name: 'postgres',
    command: runScript('start-postgres.sh'),
    ports: [{ name: 'postgres', containerPort: node.port }],
    lifecycle: { preStop: { exec: { command: runScript('stop-postgres.sh') } } },
    startupProbe: {
      exec: { command: answers },
      periodSeconds: 5,
      timeoutSeconds: 5,
      failureThreshold: 720,
    },
    livenessProbe: {
      exec: { command: answers },
      periodSeconds: 15,
      timeoutSeconds: 10,
      failureThreshold: 20,
    },
    readinessProbe: { exec: { command: isReady }, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
    volumeMounts: [
      { name: 'data', mountPath: site.dataMount },
      { name: 'settings', mountPath: places.settings, readOnly: true },
      { name: 'shm', mountPath: '/dev/shm' },
      ...(settings.form === 'cronjobs'
        ? [{ name: 'certificates', mountPath: places.certificates, readOnly: true }]
        : []),
      ...repositoryMounts(site),
      ...commonMounts(site),
    ],
    resources: databaseResources(site),
  });
}

function tlsVolumes(site: KubernetesSite): Manifest[] {
  const { name, settings } = site;
  return [
    {
      name: 'certificates',
      secret: { secretName: settings.serverCertificate ?? `${name}-pgbackrest-server`, defaultMode: 0o440 },
    },
    {
      name: 'role',
      secret: {
        secretName: `${name}-secrets`,
        defaultMode: 0o440,
        items: [{ key: 'role-password', path: 'role-password' }],
      },
    },
  ];
}

/** A claim for each volume that must outlive the pod. */
function claims(site: KubernetesSite): Manifest[] {
  const { storage, form } = site.settings;
  const claim = (name: string, bytes: number, accessMode: string): Manifest => ({
    metadata: { name, labels: labels(site, 'database') },
    spec: {
      accessModes: [accessMode],
      ...(storage.class === undefined ? {} : { storageClassName: storage.class }),
      resources: { requests: { storage: quantity(bytes) } },
    },
  });
  return [
    claim('data', storage.data, storage.accessMode),
    ...(form === 'sidecar'
      ? [
          claim('state', storage.state, storage.accessMode),
          claim('copies', storage.copies ?? storage.data, storage.accessMode),
        ]
      : []),
    ...site.directories.map(({ name }) =>
      claim(`repository-${objectName(name)}`, storage.repository, storage.repositoryAccess),
    ),
  ];
}

/** Name of the claim that the StatefulSet made for its pod. */
export function claimOf({ name }: KubernetesSite, template: string): string {
  return `${template}-${name}-0`;
}
