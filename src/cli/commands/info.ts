import { readCatalogue } from '../../engine/info.ts';
import type { Stanza } from '../../config/configuration.ts';
import type { BackupSet, Catalogue } from '../../model/backup-set.ts';
import { Failure } from '../../model/failure.ts';
import type { Repository } from '../../model/repository.ts';
import { formatLsn } from '../../model/wal.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandModule } from '../command-definition.ts';
import { describeRepository, describeSet, type RepositoryInfo } from '../output/describe-sets.ts';

/** `holdfast info`. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  const repositories = chooseRepositories(stanza, input.values('repo'));
  const engine = await context.engine();
  const [only, second] = repositories;
  const repositoryKey = second === undefined ? only?.key : undefined;
  const { signal, onSpawn } = context;
  const catalogue = await readCatalogue(engine, stanza.name, { repositoryKey, signal, onSpawn });
  const infos = repositories.map((repository) => infoOf(repository, catalogue));
  const label = input.value('set');
  if (label !== undefined) {
    const found = infos.flatMap((info) =>
      info.sets.filter((set) => set.label === label).map((set) => ({ info, set })),
    );
    if (found.length === 0) throw setNotFound(label, stanza, infos);
    return {
      data: {
        stanza: stanza.name,
        sets: found.map(({ info, set }) => ({ repository: info.repository.name, ...toJson(set) })),
      },
      text: found.map(({ info, set }) => describeSet(info.repository.name, set, context.now())).join('\n'),
      exitCode: found.some(({ set }) => set.error) ? 2 : 0,
    };
  }
  return {
    data: {
      stanza: stanza.name,
      observedAt: new Date(context.now()).toISOString(),
      backupRunning: catalogue.backupRunning,
      repositories: infos.map(infoToJson),
    },
    text: infos.map((info) => describeRepository(info, context.now())).join('\n'),
    exitCode: worst(infos),
  };
};

function infoOf(repository: Repository, catalogue: Catalogue): RepositoryInfo {
  const isIts = (entry: { readonly repositoryKey: number }): boolean =>
    entry.repositoryKey === repository.key;
  return {
    repository,
    status: catalogue.repositories.find((status) => status.key === repository.key),
    sets: catalogue.sets.filter(isIts),
    archives: catalogue.archives.filter(isIts),
  };
}

/** 2 no valid backups: a new repository. Every other status than ok is one that a restore could not use. */
function worst(infos: readonly RepositoryInfo[]): 0 | 1 | 2 {
  if (infos.some((info) => info.sets.some((set) => set.error))) return 2;
  if (infos.some((info) => info.status === undefined || (info.status.code !== 0 && info.status.code !== 2)))
    return 2;
  return infos.some((info) => info.sets.length === 0) ? 1 : 0;
}

function setNotFound(label: string, stanza: Stanza, infos: readonly RepositoryInfo[]): Failure {
  const labels = [...new Set(infos.flatMap((info) => info.sets.map((set) => set.label)))];
  return new Failure('nothing-found', {
    operation: `look for set ${label}`,
    place: `stanza ${stanza.name}`,
    problem: 'no repository has it',
    hint:
      labels.length === 0
        ? 'There are no backups yet.'
        : `The latest sets are: ${labels.slice(-5).join(', ')}.`,
  });
}

function infoToJson(info: RepositoryInfo): Record<string, unknown> {
  const { repository, status, sets, archives } = info;
  return {
    repository: repository.name,
    key: repository.key,
    cipher: status?.cipher ?? 'none',
    status: { code: status?.code ?? 99, message: status?.message ?? 'pgbackrest does not mention it' },
    archives: archives.map(({ id, databaseId, min, max }) => ({ id, databaseId, min, max })),
    sets: sets.map(toJson),
  };
}

/** A set as JSON: times in ISO 8601 beside epoch seconds, LSNs as PostgreSQL prints them. */
function toJson(set: BackupSet): Record<string, unknown> {
  const { startLsn, stopLsn, repositoryKey: _key, ...rest } = set;
  return {
    ...rest,
    startedAt: new Date(set.startTime * 1000).toISOString(),
    stoppedAt: new Date(set.stopTime * 1000).toISOString(),
    startLsn: startLsn === undefined ? undefined : formatLsn(startLsn),
    stopLsn: stopLsn === undefined ? undefined : formatLsn(stopLsn),
  };
}
