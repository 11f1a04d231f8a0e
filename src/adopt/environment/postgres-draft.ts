import type { DraftMapping } from '../draft.ts';
import type { Carrier } from './carrier.ts';
import type { ImportSettings } from './integration.ts';

/**
 * `postgres` of the file: the cluster that was found or named on this host, else where the integration has it.
 *
 * @param assumed data directory of the integration's own documents
 */
export function postgresOf(
  carrier: Carrier,
  settings: ImportSettings,
  stanza: string,
  assumed: string,
): DraftMapping {
  const cluster = settings.cluster ?? settings.found.find((candidate) => candidate.path === assumed);
  if (cluster === undefined) {
    const others = settings.found.map(({ path }) => path);
    carrier.note('recommended', 'data directory', {
      severity: 'warning',
      at: ['stanzas', stanza, 'postgres'],
      why: `No variable says where the data directory is, and ${assumed} is not on this host: it is what the documents of the integration say. Correct it where it is another one${others.length === 0 ? '' : ` (this host has ${others.join(', ')})`}.`,
    });
    return { path: assumed };
  }
  return {
    path: cluster.path,
    port: cluster.port === 5432 ? undefined : cluster.port,
    socket: cluster.socket,
    user: cluster.user,
    bin: cluster.bin,
  };
}
