import type { ArchiveRange, BackupSet, RepositoryStatus } from '../../model/backup-set.ts';
import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed } from '../../model/duration.ts';
import { describePin, pinBinds, pinOf, provenAnnotation } from '../../model/pin.ts';
import type { Repository } from '../../model/repository.ts';
import { formatLsn, type Lsn } from '../../model/wal.ts';
import { formatTable } from './format-table.ts';
import { formatAge, formatLocal, formatUtc } from './format-time.ts';
import { listFacts } from './list-facts.ts';

/** One repository of the configuration with what the engine says of it. */
export interface RepositoryInfo {
  readonly repository: Repository;
  readonly status: RepositoryStatus | undefined;
  readonly sets: readonly BackupSet[];
  readonly archives: readonly ArchiveRange[];
}

/** One repository for people: its status, its sets and its WAL. `now` is epoch milliseconds. */
export function describeRepository(info: RepositoryInfo, now: number): string {
  const { repository, status, sets, archives } = info;
  const newest = sets.at(-1);
  const age = newest === undefined ? 'no backup' : `latest backup ${formatAge(now - newest.stopTime * 1000)}`;
  const state = status === undefined ? 'not mentioned by pgbackrest' : status.message;
  const cipher = status?.cipher === 'aes-256-cbc' ? ', encrypted' : '';
  const ranges = archives.map(
    (archive) => `  WAL ${archive.id}: ${archive.min ?? 'none'} to ${archive.max ?? 'none'}\n`,
  );
  return `${repository.name} (repo${repository.key}${cipher}): ${state}, ${age}\n${setTable(sets, now)}${ranges.join('')}`;
}

function setTable(sets: readonly BackupSet[], now: number): string {
  return formatTable(
    [
      { title: '  label' },
      { title: 'type' },
      { title: 'completed (UTC)' },
      { title: 'local time' },
      { title: 'age' },
      { title: 'cluster', align: 'right' },
      { title: 'in repository', align: 'right' },
      { title: 'WAL' },
      { title: 'status' },
    ],
    sets.map((set) => [
      `  ${set.label}`,
      set.type,
      formatUtc(set.stopTime * 1000).replace(' UTC', ''),
      formatLocal(set.stopTime * 1000),
      formatAge(now - set.stopTime * 1000),
      formatByteSize(set.size),
      repositoryBytes(set),
      walRange(set),
      [set.error ? 'page checksum errors' : 'ok', ...marksOf(set, now)].join(', '),
    ]),
  );
}

/** What keeps a set from being expired, shortly. */
function marksOf(set: BackupSet, now: number): readonly string[] {
  const pin = pinOf(set);
  return [
    ...(pin === undefined || !pinBinds(pin, now)
      ? []
      : [pin.until === 'forever' ? 'pinned' : `pinned until ${formatUtc(pin.until).replace(' UTC', '')}`]),
    ...((set.annotations[provenAnnotation] ?? '') === '' ? [] : ['proven']),
  ];
}

/** One set for people, with everything that is known of it. */
export function describeSet(repository: string, set: BackupSet, now: number): string {
  const stop = set.stopTime * 1000;
  const pin = pinOf(set);
  const lsn = (value: Lsn | undefined): string => (value === undefined ? 'unknown' : formatLsn(value));
  return listFacts([
    ['set', set.label],
    ['repository', `${repository} (repo${set.repositoryKey})`],
    ['type', set.type],
    ['status', set.error ? 'pages had wrong checksums' : 'ok'],
    ['started', `${formatUtc(set.startTime * 1000)} (${formatLocal(set.startTime * 1000)})`],
    ['completed', `${formatUtc(stop)} (${formatLocal(stop)}), ${formatAge(now - stop)}`],
    ['duration', formatElapsed((set.stopTime - set.startTime) * 1000)],
    ['cluster', formatByteSize(set.size)],
    ['copied', formatByteSize(set.deltaSize)],
    ['in repository', repositoryBytes(set)],
    ['WAL', walRange(set)],
    ['LSN', `${lsn(set.startLsn)} to ${lsn(set.stopLsn)}`],
    ['builds on', set.prior],
    ['needs', set.references.length === 0 ? undefined : set.references.join(', ')],
    [
      'pinned',
      pin === undefined ? undefined : `${describePin(pin)}${pinBinds(pin, now) ? '' : ', which is over'}`,
    ],
    ['pgBackRest', set.engineVersion],
    ...Object.entries(set.annotations).map(([key, value]) => [`note ${key}`, value] as const),
  ]);
}

function repositoryBytes(set: BackupSet): string {
  return set.repositoryDeltaSize === 0 ? '-' : formatByteSize(set.repositoryDeltaSize);
}

function walRange(set: BackupSet): string {
  return set.archiveStart === undefined ? '-' : `${set.archiveStart} to ${set.archiveStop ?? '?'}`;
}
