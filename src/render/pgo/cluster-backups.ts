import type { Configuration, Stanza } from '../../config/configuration.ts';
import type { Repository } from '../../model/repository.ts';
import { operatorBackups } from '../deployment/operator-schedule.ts';
import { quantity } from '../kubernetes/containers.ts';

const scheduleNames = { full: 'full', diff: 'differential', incr: 'incremental' } as const;

/** `repos` with their schedules, and what the repository host has. A second line of a type was refused before. */
export function clusterBackups(configuration: Configuration, stanza: Stanza): object {
  const backups = operatorBackups(configuration, 'pgo');
  const { resources } = configuration.deploy.kubernetes;
  const memory = quantity(resources.holdfastMemory);
  const repos = stanza.repositories.map((repository) => {
    const own = backups.filter(({ repositories }) => repositories.includes(repository.name));
    const schedules = Object.fromEntries(own.map(({ type, cron }) => [scheduleNames[type], cron]));
    return {
      name: `repo${repository.key}`,
      ...placeOf(repository, configuration),
      ...(own.length === 0 ? {} : { schedules }),
    };
  });
  return {
    repos,
    // Without processors of its own its liveness probe, which has one second, ends it under load.
    repoHost: {
      resources: { requests: { cpu: resources.holdfastCpu, memory }, limits: { memory } },
    },
  };
}

function placeOf({ access }: Repository, { deploy }: Configuration): object {
  const { storage } = deploy.kubernetes;
  switch (access.type) {
    case 's3':
      return { s3: { bucket: access.bucket, endpoint: access.endpoint, region: access.region } };
    case 'azure':
      return { azure: { container: access.container } };
    case 'gcs':
      return { gcs: { bucket: access.bucket } };
    default:
      return {
        volume: {
          volumeClaimSpec: {
            accessModes: ['ReadWriteOnce'],
            ...(storage.class === undefined ? {} : { storageClassName: storage.class }),
            resources: { requests: { storage: quantity(storage.repository) } },
          },
        },
      };
  }
}
