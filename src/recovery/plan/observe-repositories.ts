import type { Stanza } from '../../config/configuration.ts';
import type { EngineProgram } from '../../engine/engine.ts';
import { readRepositoryFile } from '../../engine/repo-get.ts';
import type { Catalogue, DatabaseHistoryEntry } from '../../model/backup-set.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import type { Repository } from '../../model/repository.ts';
import { defaultSegmentSize, historyFileName, parseHistory, type TimelineSwitch } from '../../model/wal.ts';
import { createLedger, listStretches, type ArchiveLedger } from '../wal/ledger.ts';
import { type ListedArchive, listWholeArchive } from '../wal/list-archive.ts';
import type { LocalWal } from '../wal/local-wal.ts';
import type { KnownTimeline } from '../../store/timeline-memory.ts';
import { rememberedWay } from '../windows/production-way.ts';
import { buildChain } from '../wal/timeline-chain.ts';
import type { ListedRepository } from './gather-evidence.ts';
import type { ClusterObservation, TimelineChoice } from './observations.ts';
import { restoreModeOf, type RestoreRequest } from './restore-request.ts';

/** What a repository has of a stanza's WAL, as listed. */
export interface ArchiveListing {
  readonly repository: Repository;
  readonly database: DatabaseHistoryEntry | undefined;
  readonly archiveId: string | undefined;
  readonly listed: ListedArchive | undefined;
  readonly failure: Failure | undefined;
}

type ReadListing = ArchiveListing & { readonly ledger: ArchiveLedger | undefined };

/** The repositories that the request lets take part. @throws Failure usage for an unknown name */
export function selectRepositories(request: RestoreRequest, stanza: Stanza): readonly Repository[] {
  const wanted = stanza.repositories.filter(
    (one) => request.repositoryName === undefined || one.name === request.repositoryName,
  );
  if (wanted.length === 0) throw unknownRepository(stanza, request.repositoryName ?? '');
  return wanted;
}

/** Lists what one repository holds of a stanza's WAL, for the youngest of these databases: one request. */
export async function listArchive(
  engine: EngineProgram,
  stanza: string,
  repository: Repository,
  known: Pick<Catalogue, 'databases' | 'repositories'>,
): Promise<ArchiveListing> {
  const database = known.databases
    .filter((one) => one.repositoryKey === repository.key)
    .toSorted((left, right) => right.databaseId - left.databaseId)[0];
  const base = { repository, database };
  if (!database) {
    const failure = await explainStatus(engine, stanza, repository, known);
    return { ...base, archiveId: undefined, listed: undefined, failure };
  }
  const archiveId = `${database.version}-${database.databaseId}`;
  try {
    // A plan is made at once, so that nobody asks how old this listing is.
    const listed = await listWholeArchive({ engine, stanza, repositoryKey: repository.key, archiveId }, 0);
    return { ...base, archiveId, listed, failure: undefined };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { ...base, archiveId, listed: undefined, failure: error };
  }
}

/** `info` only says that something is wrong; reading the file that it could not read says what (a passphrase). */
async function explainStatus(
  engine: EngineProgram,
  stanza: string,
  repository: Repository,
  known: Pick<Catalogue, 'repositories'>,
): Promise<Failure | undefined> {
  if (known.repositories.find((one) => one.key === repository.key)?.code !== 99) return undefined;
  try {
    const path = `archive/${stanza}/archive.info`;
    await readRepositoryFile(engine, { stanza, repositoryKey: repository.key, path });
    return undefined;
  } catch (error) {
    if (!isFailure(error)) throw error;
    return error;
  }
}

/**
 * Decides on the timeline and follows its history in each repository: one request more where the timeline is not the
 * first and its history file is not in pg_wal.
 *
 * @param begun listings that were begun before the cluster was known; one of another cluster's database is made again
 */
export async function observeRepositories(
  engine: EngineProgram,
  request: RestoreRequest,
  stanza: Stanza,
  catalogue: Catalogue,
  cluster: ClusterObservation,
  begun: readonly ArchiveListing[],
  knownTimelines: (systemIdentifier: bigint) => readonly KnownTimeline[] = () => [],
): Promise<{ readonly timeline: TimelineChoice; readonly repositories: ListedRepository[] }> {
  const matching = catalogue.databases.filter(
    (one) => cluster.control === undefined || one.systemIdentifier === cluster.control.systemIdentifier,
  );
  // Another cluster in the data directory says nothing about this one: neither its timeline nor its WAL counts.
  const isOwn = matching.length > 0;
  const own = isOwn ? matching : catalogue.databases;
  const size = cluster.control?.walSegmentSize ?? cluster.localWal.segmentSize ?? defaultSegmentSize;
  const listings = await Promise.all(
    begun.map(async (one) => {
      const fits = one.database === undefined || own.includes(one.database);
      const listing = fits
        ? one
        : await listArchive(engine, stanza.name, one.repository, {
            databases: own,
            repositories: catalogue.repositories,
          });
      const { listed } = listing;
      return { ...listing, ledger: listed && createLedger(listed.directories, listed.histories, size) };
    }),
  );
  const known = own[0] === undefined ? [] : knownTimelines(own[0].systemIdentifier);
  const timeline = { ...chooseTimeline(request, isOwn ? cluster : undefined, listings, known), known };
  const localWal = restoreModeOf(request) === 'into' || !isOwn ? undefined : cluster.localWal;
  const { accepting, inRecovery } = cluster.state;
  const canFlush =
    localWal !== undefined && accepting && inRecovery === false && timeline.source === 'control file';
  const repositories = await Promise.all(
    listings.map((listing) =>
      followTimeline(engine, { listing, stanza, catalogue, localWal, timeline, canFlush }),
    ),
  );
  return { timeline, repositories };
}

/** Production's own timeline, because the archive may hold others: drills that should not have archived, failovers. */
function chooseTimeline(
  request: RestoreRequest,
  cluster: ClusterObservation | undefined,
  listings: readonly ReadListing[],
  known: readonly KnownTimeline[],
): TimelineChoice {
  if (request.timeline !== undefined) return { timeline: request.timeline, source: 'asked for' };
  if (cluster?.control) {
    // Right after a promotion the control file still names the timeline of the last checkpoint.
    const local = Math.max(0, ...cluster.localWal.segments.map((segment) => segment.timeline));
    return { timeline: Math.max(cluster.control.timeline, local), source: 'control file' };
  }
  const remembered = rememberedWay(known)?.timeline;
  const isThere = listings.some(
    ({ ledger }) => remembered === 1 || ledger?.histories.includes(remembered ?? 0),
  );
  if (remembered !== undefined && isThere) return { timeline: remembered, source: 'remembered' };
  const highest = Math.max(1, ...listings.map((listing) => listing.ledger?.highestTimeline ?? 1));
  return { timeline: highest, source: 'archive' };
}

interface FollowContext {
  readonly listing: ReadListing;
  readonly stanza: Stanza;
  readonly catalogue: Catalogue;
  readonly localWal: LocalWal | undefined;
  readonly timeline: TimelineChoice;
  readonly canFlush: boolean;
}

async function followTimeline(engine: EngineProgram, context: FollowContext): Promise<ListedRepository> {
  const { listing, stanza, catalogue, timeline } = context;
  const { repository, ledger, archiveId, database } = listing;
  const observation = {
    name: repository.name,
    key: repository.key,
    status: catalogue.repositories.find((one) => one.key === repository.key),
    archiveId,
    databaseId: database?.databaseId,
    sets: catalogue.sets.filter((set) => set.repositoryKey === repository.key),
    ledger,
    canFlush: context.canFlush,
  };
  const nothing = { ...observation, failure: listing.failure, chain: undefined, stretches: [] };
  if (!ledger || archiveId === undefined) return nothing;
  try {
    const folder = `archive/${stanza.name}/${archiveId}`;
    const history = await readHistory(
      engine,
      stanza.name,
      repository.key,
      folder,
      timeline.timeline,
      context.localWal,
    );
    const chain = buildChain(timeline.timeline, history, ledger.segmentSize);
    const stretches = listStretches(ledger, chain, context.localWal?.segments ?? []);
    return { ...observation, failure: undefined, chain, stretches };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { ...nothing, failure: error };
  }
}

/** @throws Failure nothing-found when a later timeline has no history file, repository-damaged when it is unreadable */
async function readHistory(
  engine: EngineProgram,
  stanza: string,
  repositoryKey: number,
  folder: string,
  timeline: number,
  localWal: LocalWal | undefined,
): Promise<TimelineSwitch[]> {
  if (timeline === 1) return [];
  const name = historyFileName(timeline);
  const text =
    localWal?.historyTexts[name] ??
    (await readRepositoryFile(engine, { stanza, repositoryKey, path: `${folder}/${name}` })).toString('utf8');
  const history = parseHistory(text);
  if (history) return history;
  throw new Failure('repository-damaged', {
    operation: `read the history of timeline ${timeline}`,
    place: `${folder}/${name}`,
    problem: 'the file is not a timeline history',
    hint: 'Restore from another repository with --repo, or to a time on an earlier timeline with --timeline.',
  });
}

function unknownRepository(stanza: Stanza, name: string): Failure {
  return new Failure('usage', {
    operation: 'choose the repository',
    place: name,
    problem: `stanza ${stanza.name} has no repository of this name`,
    hint: `It has ${stanza.repositories.map((one) => one.name).join(', ')}.`,
  });
}
