import { dirname, join } from 'node:path';
import type { Stanza } from '../../config/configuration.ts';
import type { Engine, EngineProgram } from '../../engine/engine.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { BackupSet, Catalogue } from '../../model/backup-set.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import type { PostgresNode } from '../../model/stanza.ts';
import type { KeptSessions } from '../../postgres/kept-sessions.ts';
import { locateServer } from '../../postgres/locate-server.ts';
import type { Server } from '../../postgres/server.ts';
import type { KnownTimeline } from '../../store/timeline-memory.ts';
import type { SearchProgress } from '../wal/search-wal.ts';
import { exists } from '../apply/durable-files.ts';
import { locateMember } from '../patroni/locate-member.ts';
import { preferFast } from '../estimate/prefer-fast.ts';
import type { RestoreSample } from '../estimate/restore-sample.ts';
import { chooseSet, reachesTarget } from './choose-set.ts';
import { readSegmentsFrom, type WalSource } from './fetch-segment.ts';
import { gatherEvidence, type ListedRepository } from './gather-evidence.ts';
import { guessSet } from './guess-set.ts';
import { observeCluster } from './observe-cluster.ts';
import { observeDestination, observeFileSystems } from './observe-destination.ts';
import { observeDatabaseSizes } from './observe-database-sizes.ts';
import { observePatroni } from './observe-patroni.ts';
import { listArchive, observeRepositories, selectRepositories } from './observe-repositories.ts';
import type {
  ClusterObservation,
  RepositoryObservation,
  RestoreObservations,
  SetDetail,
} from './observations.ts';
import { readSetDetail } from './read-set-detail.ts';
import type { RestoreRequest } from './restore-request.ts';

export interface ObserveDependencies {
  readonly engine: EngineProgram;
  /** The same when it has told its version: asked for meanwhile. */
  readonly opening: Promise<Engine>;
  /** PATH. */
  readonly path: string;
  readonly currentUid: number;
  /** From the journal: a restore of this stanza that is neither finished nor undone. */
  readonly unfinishedRestore?: string | undefined;
  /** From the journal: what is remembered of the timelines of a database (system identifier). */
  readonly knownTimelines?: ((systemIdentifier: bigint) => readonly KnownTimeline[]) | undefined;
  readonly onProgress?: SearchProgress | undefined;
  /** What restores of this stanza took before: the faster repository is preferred. */
  readonly samples?: readonly RestoreSample[] | undefined;
  /** Connections to production that outlive the look. */
  readonly sessions?: KeptSessions | undefined;
  /** Aborting ends a long search. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks at everything a restore depends on: the repositories and their WAL, the old cluster, the disks, Patroni.
 * Changes nothing.
 *
 * @throws Failure usage, nothing-found, not-permitted, and those of the engine when no repository could be asked. A
 *   single repository that cannot be read is an observation.
 */
export async function observeRestore(
  deps: ObserveDependencies,
  request: RestoreRequest,
): Promise<RestoreObservations> {
  const { engine } = deps;
  const stanza = findStanza(request);
  const node = findLocalNode(stanza) ?? (await standIn(request, stanza));
  const wanted = selectRepositories(request, stanza);
  const reading = readCatalogue(engine, stanza.name);
  const listing = reading.then((known) =>
    Promise.all(wanted.map((one) => listArchive(engine, stanza.name, one, known))),
  );
  const guessing = reading.then((known) => readDetailOf(engine, stanza, guessSet(known, wanted, request)));
  // Only a guess: whether it fails matters when it was right, and then it is awaited below.
  guessing.catch(() => {});
  const [catalogue, listings, cluster, patroni, destination] = await finishAll([
    reading,
    listing,
    locate(deps, node, reading)
      .then((server) => (isWhole(request, stanza) ? locateMember(server) : server))
      .then((server) => observeCluster(server, deps.sessions)),
    stanza.patroni && observePatroni(stanza.patroni, { whole: isWhole(request, stanza) }),
    request.into === undefined
      ? undefined
      : observeDestination({
          path: request.into,
          productionPath: node.path,
          productionPort: node.port,
          port: request.port,
          runAs: engine.runAs,
        }),
  ]);
  const listed = await observeRepositories(
    engine,
    request,
    stanza,
    catalogue,
    cluster,
    listings,
    deps.knownTimelines,
  );
  const ordered = preferFast(
    listed.repositories,
    new Map(
      wanted.flatMap((one) => {
        const set = guessSet(catalogue, [one], request);
        return set === undefined ? [] : [[one.key, set] as const];
      }),
    ),
    deps.samples ?? [],
  );
  const repositories = await lookForTarget(deps, request, stanza, cluster, ordered);
  const chosen = chooseSet(repositories, request)?.verdict.set;
  const guess = guessSet(catalogue, wanted, request);
  const isGuessed = chosen?.label === guess?.label && chosen?.repositoryKey === guess?.repositoryKey;
  const setDetail = await (isGuessed ? guessing : readDetailOf(engine, stanza, chosen));
  return {
    engine: await deps.opening,
    catalogue,
    cluster,
    timeline: listed.timeline,
    repositories,
    setDetail,
    destination,
    disks: await observeFileSystems(placesOf(request, cluster, setDetail)),
    patroni,
    ...(request.databases === undefined
      ? {}
      : { databaseSizes: await observeDatabaseSizes(cluster, deps.sessions) }),
    unfinishedRestore: deps.unfinishedRestore,
    samples: deps.samples ?? [],
  };
}

/** As Promise.all, but it throws when nothing goes on any more: the rest still uses what the caller closes then. */
async function finishAll<Work extends readonly unknown[] | []>(
  work: Work,
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** Looks into the WAL of one repository after the other, until one reaches the target; for `latest` into all. */
async function lookForTarget(
  deps: ObserveDependencies,
  request: RestoreRequest,
  stanza: Stanza,
  cluster: ClusterObservation,
  listed: readonly ListedRepository[],
): Promise<RepositoryObservation[]> {
  const looked: RepositoryObservation[] = [];
  let found = false;
  for (const repository of listed) {
    const observed: RepositoryObservation = found
      ? withoutEvidence(repository)
      : await lookIntoRepository(deps, request, stanza, cluster, repository);
    looked.push(observed);
    found ||= request.target.kind !== 'latest' && reachesTarget(observed, request);
  }
  return looked;
}

async function lookIntoRepository(
  deps: ObserveDependencies,
  request: RestoreRequest,
  stanza: Stanza,
  cluster: ClusterObservation,
  repository: ListedRepository,
): Promise<RepositoryObservation> {
  const { ledger, chain, archiveId } = repository;
  if (!ledger || !chain || archiveId === undefined) return withoutEvidence(repository);
  const place = {
    engine: deps.engine,
    stanza: stanza.name,
    repositoryKey: repository.key,
    archiveId,
    localWal: request.into === undefined ? cluster.localWal : undefined,
    path: deps.path,
    signal: deps.signal,
  };
  const source: WalSource = {
    ledger,
    chain,
    readerFor: (along) => readSegmentsFrom({ ...place, ledger, chain: along }),
  };
  try {
    return { ...repository, evidence: await gatherEvidence(repository, request, source, deps.onProgress) };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { ...repository, failure: error, evidence: undefined };
  }
}

function withoutEvidence(repository: ListedRepository): RepositoryObservation {
  return { ...repository, evidence: undefined };
}

async function readDetailOf(
  engine: EngineProgram,
  stanza: Stanza,
  set: Pick<BackupSet, 'label' | 'repositoryKey'> | undefined,
): Promise<SetDetail | undefined> {
  if (!set) return undefined;
  const { label, repositoryKey } = set;
  return readSetDetail(engine, { stanza: stanza.name, repositoryKey, label });
}

/** A server under Patroni is restored with its whole cluster; a copy beside it is none of Patroni's business. */
function isWhole({ into }: RestoreRequest, { patroni }: Stanza): boolean {
  return into === undefined && patroni !== undefined;
}

/** Waits for the catalogue only when the version is not to be had otherwise: the data directory may be gone. */
async function locate(
  deps: ObserveDependencies,
  node: PostgresNode,
  catalogue: Promise<Catalogue>,
): Promise<Server> {
  const known = { path: deps.path, currentUid: deps.currentUid };
  try {
    return await locateServer(node, known);
  } catch (error) {
    if (!isFailure(error, 'nothing-found')) throw error;
    return locateServer(node, { ...known, major: majorOf(await catalogue) });
  }
}

/** Every place that will receive bytes. */
function placesOf(
  request: RestoreRequest,
  cluster: ClusterObservation,
  detail: SetDetail | undefined,
): string[] {
  const data = request.into ?? cluster.server.node.path;
  const tablespaces = (detail?.tablespaces ?? []).map((one) =>
    request.into === undefined ? one.path : join(`${request.into}-tablespaces`, one.oid),
  );
  return [data, dirname(data), request.configuration.stateDirectory, ...tablespaces];
}

function findStanza(request: RestoreRequest): Stanza {
  const stanza = request.configuration.stanzas.find((one) => one.name === request.stanza);
  if (stanza) return stanza;
  throw new Failure('usage', {
    operation: 'restore',
    place: request.configuration.file,
    problem: `there is no stanza ${request.stanza}`,
    hint: `The file has ${request.configuration.stanzas.map((one) => one.name).join(', ')}.`,
  });
}

/** The node that lives on this host. */
function findLocalNode(stanza: Stanza): PostgresNode | undefined {
  return stanza.nodes.find((one) => one.host === undefined);
}

/**
 * On a host without any node of the stanza a copy can be restored all the same (a host for drills): in place of a data
 * directory of production there is one that does not exist. It is none of the nodes' paths, because another cluster of
 * this host may be there, and its owner is whoever runs the engine.
 *
 * @throws Failure usage when production itself is to be restored: that is done where the data is
 */
async function standIn({ configuration, into }: RestoreRequest, stanza: Stanza): Promise<PostgresNode> {
  const [first] = stanza.nodes;
  if (into !== undefined && first !== undefined) {
    const path = join(configuration.stateDirectory, 'no-local-production', stanza.name);
    const { user } = configuration.engine;
    // `bin` is said of the node's host. Where the programs are in the same place here, they are what was meant.
    const { binDirectory: bin } = first;
    const binDirectory = bin !== undefined && (await exists(bin)) ? bin : undefined;
    return { ...first, host: undefined, path, socketPath: path, osUser: user, binDirectory };
  }
  throw new Failure('usage', {
    operation: `restore stanza ${stanza.name}`,
    problem: 'none of its nodes is on this host',
    hint: `Run Holdfast on ${stanza.nodes.map((one) => one.host).join(' or ')}, or leave out host for the node on this machine. A copy can be restored here: \`holdfast clone\`, \`holdfast drill\`, or --into.`,
  });
}

function majorOf(catalogue: Catalogue): number | undefined {
  const newest = catalogue.databases.toSorted((left, right) => right.databaseId - left.databaseId)[0];
  const major = Number.parseInt(newest?.version ?? '', 10);
  return Number.isNaN(major) ? undefined : major;
}
