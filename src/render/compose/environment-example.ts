import type { ComposeSettings } from '../../config/schema/deploy/compose.ts';
import type { ComposeSite } from './compose-site.ts';

/** Every variable that compose.yaml asks for, with what it is without one. None is a secret. */
export function environmentExample(site: ComposeSite): string {
  const { settings } = site;
  return [
    '# Copy to .env and change what should be different. Nothing secret belongs here.',
    `#HOLDFAST_IMAGE=${site.image}`,
    `#BASE_IMAGE=${site.baseImage}`,
    `#NODE_IMAGE=${settings.nodeImage}`,
    `#HOLDFAST_PACKAGE=${site.package}`,
    `#SHM_SIZE=${settings.shm}`,
    ...limits('DATABASE', settings.databaseLimits),
    ...limits('BACKUP', settings.backupLimits),
    ...(settings.publish === undefined ? [] : [`#DATABASE_PUBLISH=${settings.publish}`]),
    ...(settings.publishStatus === undefined ? [] : [`#STATUS_PUBLISH=${settings.publishStatus}`]),
    '',
  ].join('\n');
}

function limits(prefix: string, given: ComposeSettings['backupLimits']): readonly string[] {
  return [
    `#${prefix}_MEMORY_LIMIT=${given.memory}`,
    `#${prefix}_CPU_LIMIT=${given.cpus}`,
    `#${prefix}_MEMORY_RESERVATION=${given.memoryReservation}`,
    ...(given.cpuReservation === undefined ? [] : [`#${prefix}_CPU_RESERVATION=${given.cpuReservation}`]),
  ];
}
