import { readCatalogue } from '../../engine/info.ts';
import { pinToJson } from '../../jobs/pins/list-pins.ts';
import type { BackupSet, Catalogue } from '../../model/backup-set.ts';
import { pinOf } from '../../model/pin.ts';
import type { Repository } from '../../model/repository.ts';
import { formatLsn } from '../../model/wal.ts';
import { chooseRepositories } from '../choose-repositories.ts';
import type { CommandModule } from '../command-definition.ts';
import { findSetPlaces } from '../find-set-places.ts';
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
    findSetPlaces(stanza.name, label, repositories, catalogue);
    const found = infos.flatMap((info) =>
      info.sets.filter((set) => set.label === label).map((set) => ({ info, set })),
    );
    return {
      data: {
        stanza: stanza.name,
        sets: found.map(({ info, set }) => ({
          repository: info.repository.name,
          ...toJson(set, context.now()),
        })),
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
      repositories: infos.map((info) => infoToJson(info, context.now())),
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

function infoToJson(info: RepositoryInfo, now: number): Record<string, unknown> {
  const { repository, status, sets, archives } = info;
  return {
    repository: repository.name,
    key: repository.key,
    cipher: status?.cipher ?? 'none',
    status: { code: status?.code ?? 99, message: status?.message ?? 'pgbackrest does not mention it' },
    archives: archives.map(({ id, databaseId, min, max }) => ({ id, databaseId, min, max })),
    sets: sets.map((set) => toJson(set, now)),
  };
}

/** A set as JSON: times in ISO 8601 beside epoch seconds, LSNs as PostgreSQL prints them. */
function toJson(set: BackupSet, now: number): Record<string, unknown> {
  const { startLsn, stopLsn, repositoryKey: _key, ...rest } = set;
  const pin = pinOf(set);
  return {
    ...rest,
    startedAt: new Date(set.startTime * 1000).toISOString(),
    stoppedAt: new Date(set.stopTime * 1000).toISOString(),
    startLsn: startLsn === undefined ? undefined : formatLsn(startLsn),
    stopLsn: stopLsn === undefined ? undefined : formatLsn(stopLsn),
    ...(pin === undefined ? {} : { pin: pinToJson(pin, now) }),
  };
}
