import type { CopyBounds } from '../../model/copy.ts';

/** Kibibytes: what PostgreSQL's memory settings are counted in. */
const kib = 1024;

/**
 * Settings of a copy's server that keep it within a memory: a quarter for shared buffers, the rest for what connections
 * and maintenance take. Huge pages would come out of production's.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-resource.html
 */
export function memorySettings(bounds: Pick<CopyBounds, 'memory'> | undefined): Record<string, string> {
  if (bounds === undefined) return {};
  const share = (part: number, least: number): string =>
    `${Math.max(least, Math.floor(bounds.memory / part / kib))}kB`;
  return {
    shared_buffers: share(4, 1024),
    maintenance_work_mem: share(8, 1024),
    autovacuum_work_mem: share(16, 1024),
    work_mem: share(64, 512),
    temp_buffers: share(64, 800),
    max_parallel_maintenance_workers: '1',
    autovacuum_max_workers: '1',
    huge_pages: 'off',
  };
}
