import { quoteForShell } from '../../model/quote-for-shell.ts';
import type { ScheduledTask } from '../deployment/scheduled-task.ts';
import { goCron } from '../deployment/go-cron.ts';
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
import { configurationVolume, settingsVolume, sourceVolume, type Variant } from './configuration-volumes.ts';
import {
  directoriesIn,
  type KubernetesSite,
  labels,
  objectName,
  places,
  reachableElsewhere,
} from './kubernetes-site.ts';
import { claimOf } from './stateful-set.ts';

/** Days that a Job and its log stay. */
const keptSeconds = 7 * 86_400;

/** A restore into the volume of the server, which must not run: the overlay scales it to 0. */
export function restoreJob(site: KubernetesSite, pod: PodConfiguration): Manifest {
  const { name, settings } = site;
  const sidecar = settings.form === 'sidecar';
  return job(site, `${name}-restore`, 'restore', {
    backoffLimit: 0,
    ttlSecondsAfterFinished: keptSeconds,
    template: pods(site, 'restore', {
      terminationGracePeriodSeconds: 120,
      initContainers: [configureContainer(site)],
      containers: [
        container(site, {
          name: 'restore',
          command: runScript('restore.sh'),
          args: ['--to', 'latest'],
          volumeMounts: [
            { name: 'data', mountPath: site.dataMount },
            // What undoes a restore is remembered where the next one finds it.
            sidecar
              ? { name: 'state', mountPath: places.state }
              : { name: 'data', mountPath: places.state, subPath: '.holdfast-state' },
            { name: 'configuration', mountPath: places.holdfast, readOnly: true },
            { name: 'settings', mountPath: places.settings, readOnly: true },
            { name: 'shm', mountPath: '/dev/shm' },
            ...(sidecar ? [] : [{ name: 'certificates', mountPath: places.certificates, readOnly: true }]),
            ...repositoryMounts(site),
            ...commonMounts(site),
          ],
          resources: databaseResources(site),
        }),
      ],
      volumes: [
        ...commonVolumes(site),
        sourceVolume(site, 'pod'),
        configurationVolume(site, 'pod', pod),
        settingsVolume(site),
        { name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } },
        ...['data', ...(sidecar ? ['state'] : [])].map((template) => claimed(site, template)),
        ...repositoryVolumes(site),
        ...(sidecar ? [] : [certificates(site, 'server')]),
      ],
    }),
  });
}

/** A drill in a pod of its own, with a volume that goes with it; production's pod is not touched. */
export function drillJob(site: KubernetesSite, drill: PodConfiguration): Manifest {
  return job(site, `${site.name}-drill`, 'drill', {
    backoffLimit: 0,
    activeDeadlineSeconds: 86_400,
    ttlSecondsAfterFinished: keptSeconds,
    template: drillPods(site, drill, [
      'holdfast',
      'drill',
      '--target',
      'latest',
      ...reachableRepository(site),
      '--yes',
      '--direct',
    ]),
  });
}

/** Where not all repositories are there, the first that is; otherwise they take turns. */
function reachableRepository(site: KubernetesSite): readonly string[] {
  const reachable = reachableElsewhere(site);
  const [first] = reachable;
  return first === undefined || reachable.length === site.stanza.repositories.length
    ? []
    : ['--repo', first.name];
}

function drillPods(site: KubernetesSite, drill: PodConfiguration, command: readonly string[]): Manifest {
  const { storage } = site.settings;
  return pods(site, 'drill', {
    terminationGracePeriodSeconds: 120,
    initContainers: [configureContainer(site)],
    containers: [
      container(site, {
        name: 'drill',
        command,
        volumeMounts: [
          { name: 'state', mountPath: places.state },
          { name: 'copies', mountPath: places.copies },
          { name: 'configuration', mountPath: places.holdfast, readOnly: true },
          ...repositoryMounts(site, true),
          ...commonMounts(site),
        ],
        resources: holdfastResources(site),
      }),
    ],
    volumes: [
      ...commonVolumes(site),
      sourceVolume(site, 'drill'),
      configurationVolume(site, 'drill', drill),
      { name: 'state', emptyDir: {} },
      {
        name: 'copies',
        ephemeral: {
          volumeClaimTemplate: {
            spec: {
              accessModes: ['ReadWriteOnce'],
              ...(storage.class === undefined ? {} : { storageClassName: storage.class }),
              resources: { requests: { storage: quantity(storage.copies ?? storage.data) } },
            },
          },
        },
      },
      ...repositoryVolumes(site, true),
    ],
  });
}

/** Configurations of pods that are not the server's. */
export interface JobConfigurations {
  readonly job: PodConfiguration;
  readonly drill: PodConfiguration;
}

/**
 * A CronJob for a line of the schedule. One at a time, never again by itself: what failed is told, and a backup that
 * is repeated at once meets the lock of the one that still ends.
 *
 * @throws Failure config-invalid for a cron text that Kubernetes does not have
 */
export function cronJob(
  site: KubernetesSite,
  task: ScheduledTask,
  configurations: JobConfigurations,
): Manifest {
  const { line } = task;
  const template =
    line.job === 'drill'
      ? drillPods(site, configurations.drill, guarded(task))
      : enginePods(site, configurations.job, guarded(task));
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: taskName(site, task), labels: labels(site, 'schedule') },
    spec: {
      schedule: goCron(line.cron, 'kubernetes'),
      timeZone: line.timezone ?? 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      // Later than this a run is left to the next time, unless it is to be made up for.
      startingDeadlineSeconds: line.catchUp ? 12 * 3600 : 600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 5,
      jobTemplate: {
        metadata: { labels: labels(site, 'schedule') },
        spec: {
          backoffLimit: 0,
          activeDeadlineSeconds: line.timeoutMs === undefined ? 86_400 : Math.ceil(line.timeoutMs / 1000),
          ttlSecondsAfterFinished: keptSeconds,
          template,
        },
      },
    },
  };
}

/**
 * Blackouts and greater backups of the same time are judged when the pod begins. A guard that says no (1) is a Job that
 * has ended well; what is not known is a failure.
 */
function guarded({ line, words }: ScheduledTask): readonly string[] {
  const call = (...args: readonly string[]): string => ['holdfast', ...args].map(quoteForShell).join(' ');
  const script = [
    `${call('guard', '--stanza', line.stanza, '--line', line.key)} && code=0 || code=$?`,
    '[ "$code" -ne 1 ] || exit 0',
    '[ "$code" -eq 0 ] || exit "$code"',
    `exec ${call(...words, '--direct')}`,
  ];
  return ['/bin/sh', '-c', `${script.join('\n')}\n`];
}

/** A task's own name begins with its stanza, for which the site has another word. */
function taskName({ name, stanza }: KubernetesSite, task: ScheduledTask): string {
  return objectName(`${name}${task.name.slice(stanza.name.length)}`);
}

/** Jobs of a schedule that a CronJob can do; the others are the daemon's own. */
export function isForCronJob({ line: { job: kind } }: ScheduledTask): boolean {
  return kind !== 'maintenance' && kind !== 'copy';
}

function enginePods(site: KubernetesSite, own: PodConfiguration, command: readonly string[]): Manifest {
  return pods(site, 'job', {
    terminationGracePeriodSeconds: 120,
    initContainers: [configureContainer(site, [{ name: 'home', mountPath: places.home }])],
    containers: [
      container(site, {
        name: 'holdfast',
        command,
        volumeMounts: [
          { name: 'home', mountPath: places.home },
          { name: 'state', mountPath: places.state },
          { name: 'configuration', mountPath: places.holdfast, readOnly: true },
          { name: 'certificates', mountPath: places.certificates, readOnly: true },
          ...repositoryMounts(site),
          ...commonMounts(site),
        ],
        resources: holdfastResources(site),
      }),
    ],
    volumes: [
      ...commonVolumes(site),
      sourceVolume(site, 'job', true),
      configurationVolume(site, 'job', own),
      { name: 'home', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      { name: 'state', emptyDir: {} },
      certificates(site, 'client'),
      ...repositoryVolumes(site),
    ],
  });
}

function job(site: KubernetesSite, name: string, part: string, spec: Manifest): Manifest {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: labels(site, part) },
    spec,
  };
}

function pods(site: KubernetesSite, part: Variant | 'restore', spec: Manifest): Manifest {
  return {
    metadata: { labels: labels(site, part) },
    spec: { ...podBasics(site), restartPolicy: 'Never', ...spec },
  };
}

function claimed(site: KubernetesSite, template: string): Manifest {
  return { name: template, persistentVolumeClaim: { claimName: claimOf(site, template) } };
}

function repositoryVolumes(site: KubernetesSite, elsewhere = false): Manifest[] {
  return directoriesIn(site, elsewhere).map(({ name }) => claimed(site, `repository-${objectName(name)}`));
}

function certificates({ name, settings }: KubernetesSite, side: 'server' | 'client'): Manifest {
  const given = side === 'server' ? settings.serverCertificate : settings.clientCertificate;
  return {
    name: 'certificates',
    secret: { secretName: given ?? `${name}-pgbackrest-${side}`, defaultMode: 0o440 },
  };
}
