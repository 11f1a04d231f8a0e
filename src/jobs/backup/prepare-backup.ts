import type { Stanza } from '../../config/configuration.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { BackupType, Catalogue } from '../../model/backup-set.ts';
import type { JobRequest } from '../../model/job.ts';
import type { JobDeps, JobRunOptions } from '../job-deps.ts';
import { repositoryOf } from '../repository-of.ts';
import { judgeSatisfied } from '../run/judge-satisfied.ts';
import type { PreparedJob } from '../run/prepared-job.ts';
import { planBackup } from './plan-backup.ts';
import { refuseStandby } from './refuse-standby.ts';

/**
 * Looks at the repository right before a backup: whether a scheduled one is there already, and whether a diff or an incr
 * has a full one to build on.
 *
 * @throws Failure as readCatalogue; server-unreachable where there is no primary to be found
 */
export async function prepareBackup(
  request: JobRequest,
  stanza: Stanza,
  deps: JobDeps,
  { signal, onSpawn }: Pick<JobRunOptions, 'signal' | 'onSpawn'>,
): Promise<PreparedJob> {
  refuseStandby(stanza);
  const repository = repositoryOf(stanza, request);
  const type = request.backupType ?? 'incr';
  // There is nothing to be known for a full one that somebody asked for.
  if (type === 'full' && request.origin.kind !== 'schedule') return begin(type, type, undefined);
  const run = { repositoryKey: repository.key, signal, onSpawn };
  const catalogue = await readCatalogue(deps.engine, stanza.name, run);
  const there = findSatisfying(request, type, catalogue, deps.clock.now());
  if (there !== undefined) {
    const detail = `${repository.name} has the ${there.type} ${there.label}, begun ${new Date(there.startTime * 1000).toISOString()}`;
    return { kind: 'skip', reason: 'satisfied', detail };
  }
  const [planned] = planBackup(stanza, catalogue, { type, repositories: [repository] }).backups;
  return begin(type, planned?.type ?? type, planned?.reason);
}

function begin(requestedType: BackupType, type: BackupType, reason: string | undefined): PreparedJob {
  return { kind: 'begin', facts: { requestedType, type }, backupType: type, reason };
}

function findSatisfying(
  { origin }: JobRequest,
  type: BackupType,
  catalogue: Catalogue,
  now: number,
): ReturnType<typeof judgeSatisfied> {
  if (origin.kind !== 'schedule') return undefined;
  const ids = catalogue.databases.map((entry) => entry.databaseId);
  const databaseId = ids.length === 0 ? undefined : Math.max(...ids);
  return judgeSatisfied({ type, occurrence: origin.occurrence, databaseId, now }, catalogue.sets);
}
