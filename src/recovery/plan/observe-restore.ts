import { dirname, join } from 'node:path';
import type { Stanza } from '../../config/configuration.ts';
import type { Engine } from '../../engine/engine.ts';
import { readCatalogue } from '../../engine/info.ts';
import type { Catalogue } from '../../model/backup-set.ts';
import { Failure, isFailure } from '../../model/failure.ts';
import type { PostgresNode } from '../../model/stanza.ts';
import { locateServer } from '../../postgres/locate-server.ts';
import type { SearchProgress } from '../wal/search-wal.ts';
import { chooseSet, reachesTarget } from './choose-set.ts';
import { gatherEvidence, type ListedRepository } from './gather-evidence.ts';
import { observeCluster } from './observe-cluster.ts';
import { observeDestination, observeFileSystems } from './observe-destination.ts';
import { observePatroni } from './observe-patroni.ts';
import { observeRepositories } from './observe-repositories.ts';
import type {
  ClusterObservation,
  RepositoryObservation,
  RestoreObservations,
  SetDetail,
} from './observations.ts';
import { readSetDetail } from './read-set-detail.ts';
import type { RestoreRequest } from './restore-request.ts';

export interface ObserveDependencies {
  readonly engine: Engine;
  /** PATH. */
  readonly path: string;
  readonly currentUid: number;
  /** From the journal: a restore of this stanza that is neither finished nor undone. */
  readonly unfinishedRestore?: string | undefined;
  readonly onProgress?: SearchProgress | undefined;
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
  const node = findLocalNode(stanza);
  const catalogue = await readCatalogue(engine, stanza.name);
  const server = await locateServer(node, {
    path: deps.path,
    currentUid: deps.currentUid,
    major: majorOf(catalogue),
  });
  const [cluster, patroni, destination] = await Promise.all([
    observeCluster(server),
    stanza.patroni && observePatroni(stanza.patroni),
    observeDestination({
      path: request.into ?? node.path,
      productionPath: node.path,
      productionPort: node.port,
      port: request.into === undefined ? undefined : request.port,
    }),
  ]);
  const listed = await observeRepositories(engine, request, stanza, catalogue, cluster);
  const repositories = await lookForTarget(deps, request, stanza, cluster, listed.repositories);
  const setDetail = await readChosenSet(engine, stanza, request, repositories);
  return {
    engine,
    catalogue,
    cluster,
    timeline: listed.timeline,
    repositories,
    setDetail,
    destination,
    disks: await observeFileSystems(placesOf(request, cluster, setDetail)),
    patroni,
    unfinishedRestore: deps.unfinishedRestore,
  };
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
      ? { ...repository, evidence: undefined }
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
  if (!ledger || !chain || archiveId === undefined) return { ...repository, evidence: undefined };
  const source = {
    engine: deps.engine,
    stanza: stanza.name,
    repositoryKey: repository.key,
    archiveId,
    ledger,
    chain,
    localWal: request.into === undefined ? cluster.localWal : undefined,
    path: deps.path,
  };
  try {
    return { ...repository, evidence: await gatherEvidence(repository, request, source, deps.onProgress) };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { ...repository, failure: error, evidence: undefined };
  }
}

async function readChosenSet(
  engine: Engine,
  stanza: Stanza,
  request: RestoreRequest,
  repositories: readonly RepositoryObservation[],
): Promise<SetDetail | undefined> {
  const choice = chooseSet(repositories, request);
  if (!choice) return undefined;
  const { repository, verdict } = choice;
  return readSetDetail(engine, {
    stanza: stanza.name,
    repositoryKey: repository.key,
    label: verdict.set.label,
  });
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

/** The node that lives on this host: a restore is done where the data is. */
function findLocalNode(stanza: Stanza): PostgresNode {
  const node = stanza.nodes.find((one) => one.host === undefined);
  if (node) return node;
  throw new Failure('usage', {
    operation: `restore stanza ${stanza.name}`,
    problem: 'none of its nodes is on this host',
    hint: `Run Holdfast on ${stanza.nodes.map((one) => one.host).join(' or ')}, or leave out host for the node on this machine.`,
  });
}

function majorOf(catalogue: Catalogue): number | undefined {
  const newest = catalogue.databases.toSorted((left, right) => right.databaseId - left.databaseId)[0];
  const major = Number.parseInt(newest?.version ?? '', 10);
  return Number.isNaN(major) ? undefined : major;
}
