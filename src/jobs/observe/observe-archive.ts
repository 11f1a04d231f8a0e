import type { Stanza } from '../../config/configuration.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { BackupSet, Catalogue, DatabaseHistoryEntry } from '../../model/backup-set.ts';
import type { Repository } from '../../model/repository.ts';
import type { TimelineSwitch } from '../../model/wal.ts';
import type { RepositoryWindows } from '../../model/window.ts';
import { describeWindows } from '../../recovery/windows/describe-windows.ts';
import { judgeTimelines, type ProductionWay } from '../../recovery/windows/judge-timelines.ts';
import { findPendingFrom } from '../../recovery/windows/pending-wal.ts';
import { rememberedHistory, rememberedWay, type TimelineWay } from '../../recovery/windows/production-way.ts';
import {
  type ArchiveLedger,
  findSegment,
  listDuplicates,
  listPartials,
  listStretches,
} from '../../recovery/wal/ledger.ts';
import { countRows, storedBytesAt } from '../../recovery/wal/archive-directory.ts';
import { buildChain, segmentOnChain, type TimelineChain } from '../../recovery/wal/timeline-chain.ts';
import type { ArchiveObservation, OtherCluster } from '../../status/archive-observation.ts';
import type { PrimaryObservation } from '../../status/primary-observation.ts';
import type { Sighting } from '../../status/sighting.ts';
import type { Journal } from '../../store/journal.ts';
import { type ArchiveLookDeps, observeArchiveLedger } from './observe-archive-ledger.ts';
import type { HistoryCache } from './read-histories.ts';
import { refuseUnreadable } from './refuse-unreadable.ts';
import { lastPositionOn } from './remember-look.ts';
import { repositoryPlace } from './repository-place.ts';

/**
 * What is known of the primary of the stanza.
 *
 * @param since undefined: whatever is known, without asking; otherwise a look that began at this time or later, epoch
 *   milliseconds. Never throws for what a look can meet: a sighting says why nothing was seen
 */
export type LookAtPrimary = (since: number | undefined) => Promise<Sighting<PrimaryObservation>>;

export interface ObserveArchiveDeps extends Pick<
  ArchiveLookDeps,
  'engine' | 'clock' | 'recheck' | 'whole' | 'onSpawn'
> {
  readonly journal: Pick<Journal, 'wal' | 'timelines' | 'samples'>;
  readonly primary: LookAtPrimary;
  readonly histories: HistoryCache;
  /** As it was seen some time ago; undefined: it is asked for. Before anything bad is said it is asked for again. */
  readonly catalogue?: Catalogue | undefined;
}

/** What PostgreSQL says of its archiving tells something of a listing as long as it is not older: milliseconds. */
const freshMs = 10 * 60_000;

/**
 * Looks at the archive of a stanza in one repository and says what can be restored from it and what in it is not
 * production's. The primary is looked at before the archive (what PostgreSQL has not handed over yet is not missing) and
 * after it (what production had not written by then is not its own); where it cannot be seen, what is remembered of its
 * timelines leads the way, and nothing is called foreign.
 *
 * @throws Failure as readCatalogue and observeArchiveLedger; repository-unreachable, stanza-missing
 */
export async function observeArchive(
  stanza: Stanza,
  repository: Repository,
  deps: ObserveArchiveDeps,
  signal: AbortSignal,
): Promise<ArchiveObservation> {
  const { engine, clock, onSpawn } = deps;
  const run = { repositoryKey: repository.key, signal, onSpawn };
  const before = await deps.primary(undefined);
  const catalogue = deps.catalogue ?? (await readCatalogue(engine, stanza.name, run));
  refuseUnreadable(stanza.name, repository, catalogue);
  const database = newestDatabase(catalogue, repository);
  const startedAt = clock.now();
  const look = await observeArchiveLedger(
    stanza,
    repository,
    {
      ...deps,
      memory: deps.journal.wal,
      databases: catalogue.databases,
      sets: catalogue.sets,
      segmentSize: ofDatabase(before, database)?.segmentSize,
    },
    signal,
  );
  const requests = look.requests + (deps.catalogue === undefined ? 1 : 0);
  const ledger = look.archiveId === undefined ? undefined : look.ledgers.get(look.archiveId);
  if (ledger === undefined || database === undefined || look.archiveId === undefined)
    return { ...nothing, listedFrom: startedAt, requests };
  const listedUntil = clock.now();
  const afterwards = await deps.primary(listedUntil);
  const other = findOtherCluster(catalogue, repository, afterwards, listedUntil);
  // A stanza-upgrade in between made it the same one.
  const afterUpgrade = other === undefined ? undefined : await readCatalogue(engine, stanza.name, run);
  const finding = new ArchiveFinding({ stanza, repository, deps, signal, ledger, database });
  const seen = await finding.judge(before, afterwards, { startedAt, listedUntil });
  const first = seen.describe(catalogue);
  // An expire in between took WAL of sets that are still in the first list.
  const isSuspect = first !== undefined && (first.holes.length > 0 || first.unusable.length > 0);
  const again = isSuspect ? await readCatalogue(engine, stanza.name, run) : undefined;
  const windows = again === undefined ? first : seen.describe(withoutNewer(again, catalogue));
  return {
    archiveId: look.archiveId,
    ...measure(ledger),
    ...seen.judgement,
    ...listOddities(ledger),
    oldestLookAt: look.oldestLookAt,
    listedFrom: startedAt,
    requests: requests + seen.requests + countDefined(again, afterUpgrade),
    newest: seen.newest,
    windows,
    followed: seen.followed,
    otherCluster: afterUpgrade && findOtherCluster(afterUpgrade, repository, afterwards, listedUntil),
  };
}

function countDefined(...values: readonly unknown[]): number {
  return values.filter((value) => value !== undefined).length;
}

/** Only a primary that was seen after the archive can be held against it. */
function findOtherCluster(
  catalogue: Catalogue,
  repository: Repository,
  { value: primary, failure, observedAt = Number.NEGATIVE_INFINITY }: Sighting<PrimaryObservation>,
  listedUntil: number,
): OtherCluster | undefined {
  const archived = newestDatabase(catalogue, repository);
  if (primary === undefined || failure !== undefined || observedAt < listedUntil) return undefined;
  if (archived === undefined || archived.systemIdentifier === primary.systemIdentifier) return undefined;
  const { systemIdentifier, version, databaseId } = archived;
  const { major, host } = primary;
  return {
    archived: { systemIdentifier, version, databaseId },
    primary: { systemIdentifier: primary.systemIdentifier, major, host },
  };
}

const nothing: ArchiveObservation = {
  archiveId: undefined,
  segments: 0,
  storedBytes: 0,
  timelines: [],
  duplicates: [],
  duplicateCount: 0,
  partials: [],
  oldestLookAt: undefined,
  requests: 0,
  newest: undefined,
  windows: undefined,
  followed: undefined,
  foreign: [],
};

function newestDatabase(catalogue: Catalogue, { key }: Repository): DatabaseHistoryEntry | undefined {
  return catalogue.databases
    .filter(({ repositoryKey }) => repositoryKey === key)
    .toSorted((left, right) => right.databaseId - left.databaseId)[0];
}

/** What was seen of the primary, when it is the cluster whose archive this is. */
function ofDatabase(
  { value }: Sighting<PrimaryObservation>,
  database: DatabaseHistoryEntry | undefined,
): PrimaryObservation | undefined {
  return value?.systemIdentifier === database?.systemIdentifier ? value : undefined;
}

/**
 * Without sets that came after the first list, and so perhaps after the listing had begun: WAL of theirs may not be in it.
 * Their times do not tell, which count whole seconds.
 */
function withoutNewer(again: Catalogue, first: Catalogue): Catalogue {
  const idOf = ({ repositoryKey, label }: BackupSet): string => `${repositoryKey} ${label}`;
  const known = new Set(first.sets.map(idOf));
  return { ...again, sets: again.sets.filter((set) => known.has(idOf(set))) };
}

function measure(ledger: ArchiveLedger): Pick<ArchiveObservation, 'segments' | 'storedBytes'> {
  let segments = 0;
  let storedBytes = 0;
  for (const directory of ledger.directories.values()) {
    const count = countRows(directory);
    segments += count;
    for (let index = 0; index < count; index += 1) storedBytes += storedBytesAt(directory, index);
  }
  return { segments, storedBytes };
}

/** Names in messages and documents are few enough to be read. */
const mostNames = 100;

function listOddities(
  ledger: ArchiveLedger,
): Pick<ArchiveObservation, 'duplicates' | 'duplicateCount' | 'partials'> {
  const duplicates = listDuplicates(ledger);
  return {
    duplicates: duplicates.slice(0, mostNames),
    duplicateCount: duplicates.length,
    partials: listPartials(ledger).slice(0, mostNames),
  };
}

interface FindingContext {
  readonly stanza: Stanza;
  readonly repository: Repository;
  readonly deps: ObserveArchiveDeps;
  readonly signal: AbortSignal;
  readonly ledger: ArchiveLedger;
  readonly database: DatabaseHistoryEntry;
}

interface JudgedArchive extends Pick<ArchiveObservation, 'newest' | 'followed'> {
  readonly judgement: Pick<ArchiveObservation, 'timelines' | 'foreign' | 'goingOn'>;
  readonly requests: number;
  /** Undefined while production's way is not known. */
  readonly describe: (catalogue: Pick<Catalogue, 'sets' | 'archives'>) => RepositoryWindows | undefined;
}

/** One archive with what is known of production. */
class ArchiveFinding {
  readonly #context: FindingContext;

  constructor(context: FindingContext) {
    this.#context = context;
  }

  async judge(
    before: Sighting<PrimaryObservation>,
    afterwards: Sighting<PrimaryObservation>,
    { startedAt, listedUntil }: { readonly startedAt: number; readonly listedUntil: number },
  ): Promise<JudgedArchive> {
    const { ledger, database, deps, stanza } = this.#context;
    const known = deps.journal.timelines.list(stanza.name, database.systemIdentifier);
    const primary = ofDatabase(afterwards, database);
    const isSeen =
      primary !== undefined &&
      afterwards.failure === undefined &&
      (afterwards.observedAt ?? Number.NEGATIVE_INFINITY) >= listedUntil;
    const way: TimelineWay | undefined = isSeen ? primary : rememberedWay(known);
    const { histories, requests } = await this.#readHistories(way);
    const history =
      way?.history ?? (way && (rememberedHistory(known, way.timeline) ?? histories.get(way.timeline)));
    const production: ProductionWay | undefined =
      way === undefined
        ? undefined
        : {
            timeline: way.timeline,
            history: history ?? [],
            seenAfterwards: isSeen && history !== undefined ? { insertLsn: primary.insertLsn } : undefined,
          };
    const chain =
      way === undefined || (history === undefined && way.timeline !== 1)
        ? undefined
        : buildChain(way.timeline, history ?? [], ledger.segmentSize);
    return {
      judgement: judgeTimelines({
        ledger,
        histories,
        production,
        known,
        lastPosition: (timeline, from, until) =>
          lastPositionOn(deps.journal.samples, stanza.name, timeline, { from, until }),
      }),
      requests,
      ...(chain === undefined
        ? { newest: undefined, followed: undefined, describe: () => undefined }
        : this.#follow(
            chain,
            isSeen ? 'primary' : 'remembered',
            lastArchivedOf(before, database, startedAt),
            startedAt,
          )),
    };
  }

  /** Of production's way, because somebody else may have made a timeline first, and of what is not known. */
  #readHistories(
    way: TimelineWay | undefined,
  ): Promise<{ readonly histories: Map<number, readonly TimelineSwitch[]>; readonly requests: number }> {
    const { ledger, stanza, repository, database, deps, signal } = this.#context;
    const place = {
      engine: deps.engine,
      stanza: stanza.name,
      repositoryKey: repository.key,
      repositoryPlace: repositoryPlace(repository),
      archiveId: `${database.version}-${database.databaseId}`,
      now: deps.clock.now(),
      signal,
      onSpawn: deps.onSpawn,
    };
    // The newest first: of an archive with very many not all are read in one look.
    const wanted = ledger.histories.toSorted((left, right) => right - left);
    const first = wanted.filter((timeline) => timeline === way?.timeline);
    return deps.histories.read(place, [...first, ...wanted.filter((timeline) => timeline !== way?.timeline)]);
  }

  #follow(
    chain: TimelineChain,
    from: 'primary' | 'remembered',
    lastArchived: string | undefined,
    startedAt: number,
  ): Omit<JudgedArchive, 'judgement' | 'requests'> {
    const { ledger, database, deps, stanza, repository } = this.#context;
    const stretches = listStretches(ledger, chain);
    const last = stretches.at(-1)?.last;
    const segment = last === undefined ? undefined : findSegment(ledger, segmentOnChain(chain, last));
    const { systemIdentifier, databaseId } = database;
    const isIts = (one: Pick<BackupSet, 'repositoryKey'>): boolean => one.repositoryKey === repository.key;
    return {
      newest: segment && { segment: segment.name, storedAt: segment.storedAt * 1000 },
      followed: { timeline: chain.timeline, from },
      describe: ({ sets, archives }) =>
        describeWindows({
          databaseId,
          ledger,
          chain,
          stretches,
          sets: sets.filter(isIts),
          claimed: archives.find((one) => isIts(one) && one.databaseId === databaseId),
          heartbeatBefore: (timeline, position) =>
            deps.journal.samples.heartbeatBefore(stanza.name, { systemIdentifier, timeline }, position),
          pendingFrom: findPendingFrom(ledger, chain, stretches, lastArchived, startedAt),
        }),
    };
  }
}

function lastArchivedOf(
  before: Sighting<PrimaryObservation>,
  database: DatabaseHistoryEntry,
  startedAt: number,
): string | undefined {
  const { observedAt = Number.NEGATIVE_INFINITY } = before;
  if (observedAt > startedAt || startedAt - observedAt > freshMs) return undefined;
  return ofDatabase(before, database)?.archiver?.lastArchived;
}
