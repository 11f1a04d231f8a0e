import { join } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { scratchSocketDirectory } from '../../postgres/scratch-config.ts';
import type { ParameterNeed, RestorePlan, TablespaceMapping, WalNeed } from '../restore-plan.ts';
import { planCluster, type ClusterPlan } from '../patroni/cluster-plan.ts';
import { checkPlace } from './check-place.ts';
import { checkRepository, describeUnreadable } from './check-repository.ts';
import { checkServer } from './check-server.ts';
import { chooseSet, type SetChoice } from './choose-set.ts';
import { planEstimate, type PlanEstimate } from '../estimate/plan-estimate.ts';
import { explainChoice } from './explain-choice.ts';
import { guessSet } from './guess-set.ts';
import type { RestoreObservations } from './observations.ts';
import { planDisk } from './plan-disk.ts';
import { planSteps, planUndoCommands, type PlanWithoutSteps } from './plan-steps.ts';
import { planWal } from './plan-wal.ts';
import { refuseTarget } from './refuse-target.ts';
import { resolveTarget } from './resolve-target.ts';
import { restoreModeOf, type RestoreRequest } from './restore-request.ts';

/**
 * Makes the plan of a restore. Pure: everything it knows was observed before.
 *
 * @param context.id of the operation, unique: names of what is moved aside contain it
 * @throws Failure target-unreachable when there is no backup set at all to plan with; repository-unreachable when that
 *   is because none of the repositories could be read
 */
export function planRestore(
  request: RestoreRequest,
  observations: RestoreObservations,
  context: { readonly now: Date; readonly id: string },
): RestorePlan {
  const choice = chooseSet(observations.repositories, request);
  if (!choice) throw nothingToRestore(request, observations);
  const draft = draftPlan(request, observations, choice, context);
  const plan = { ...draft, ...judgePlan(request, observations, choice, draft, context.now) };
  return { ...plan, steps: planSteps(plan, observations), undo: planUndoCommands(plan) };
}

type Draft = Omit<PlanWithoutSteps, 'refusals' | 'warnings' | 'nearest'>;

function draftPlan(
  request: RestoreRequest,
  observations: RestoreObservations,
  choice: SetChoice,
  { now, id }: { readonly now: Date; readonly id: string },
): Draft {
  const { cluster, destination } = observations;
  const { set } = choice.verdict;
  const mode = restoreModeOf(request);
  const data = request.into ?? cluster.server.node.path;
  const inPlace = mode !== 'into';
  const port = (inPlace ? undefined : destination?.port) ?? cluster.server.node.port;
  const database = observations.catalogue.databases.find(
    (one) => one.repositoryKey === choice.repository.key && one.databaseId === set.databaseId,
  );
  const version = database?.version ?? String(cluster.server.major);
  const tablespaces = mapTablespaces(request, observations);
  const wal = planWal(request, observations, choice);
  return {
    planVersion: 1,
    id,
    createdAt: now.toISOString(),
    stanza: request.stanza,
    mode,
    target: resolveTarget(request, observations, choice),
    repository: { name: choice.repository.name, key: choice.repository.key },
    set: {
      label: set.label,
      type: set.type,
      stopTime: set.stopTime,
      archiveStart: set.archiveStart ?? '',
      archiveStop: set.archiveStop ?? '',
      archiveId: `${version}-${set.databaseId}`,
    },
    reasons: explainChoice(request, observations, choice),
    wal,
    bytes: { cluster: set.size, download: set.repositorySize + wal.storedBytes },
    ...estimateOf(request, observations, choice, wal),
    disk: planDisk(request, observations, set, tablespaces),
    versions: {
      engine: observations.engine.version.text,
      postgres: version,
      installed: cluster.installed,
    },
    parameters: listParameters(observations),
    tablespaces,
    links: mapLinks(request, observations),
    ...(request.databases === undefined ? {} : { databases: request.databases }),
    linkAll: mode === 'delta' && cluster.links.length > 0,
    server: {
      running: inPlace && cluster.state.running,
      pid: inPlace ? cluster.state.pid : undefined,
      accepting: inPlace && cluster.state.accepting,
      inRecovery: inPlace ? cluster.state.inRecovery : undefined,
      control: inPlace ? cluster.server.control.kind : 'pg_ctl',
      unit: inPlace && cluster.server.control.kind === 'systemd' ? cluster.server.control.unit : undefined,
      binDirectory: cluster.server.binDirectory,
      port,
      socketDirectory: inPlace ? cluster.server.socketDirectory : scratchSocketDirectory(data, port),
      configFile: inPlace ? cluster.server.configFile : undefined,
      ...(cluster.server.node.elsewhere === undefined ? {} : { elsewhere: cluster.server.node.elsewhere }),
    },
    patroni: observations.patroni && {
      url: observations.patroni.url,
      role: observations.patroni.role,
      problem: observations.patroni.problem,
      ...clusterPart(request, observations),
    },
    directories: {
      data,
      aside: inPlace && cluster.directory !== 'missing' ? `${data}.before-${id}` : undefined,
      salvage: inPlace ? join(request.configuration.stateDirectory, 'salvage', id) : undefined,
      engine: inPlace ? undefined : join(request.configuration.stateDirectory, 'copies', id),
      tablespaces: mode === 'in-place' ? listTablespacesAside(observations, version, id) : [],
    },
    ...(isElsewhere(request) ? { productionElsewhere: true } : {}),
    owner: {
      name: cluster.server.owner.name,
      uid: cluster.server.owner.uid,
      gid: cluster.server.owner.gid,
      home: cluster.server.owner.home,
    },
  };
}

function clusterPart(
  request: RestoreRequest,
  { patroni }: RestoreObservations,
): { readonly cluster?: ClusterPlan } {
  const cluster = planCluster(patroni?.cluster, { backup: request.backup !== false });
  return cluster === undefined ? {} : { cluster };
}

/** By the sets that restores from the other repositories would begin with, and the same WAL. */
function estimateOf(
  request: RestoreRequest,
  { catalogue, samples }: RestoreObservations,
  { repository, verdict }: SetChoice,
  wal: WalNeed,
): PlanEstimate {
  const stanza = request.configuration.stanzas.find(({ name }) => name === request.stanza);
  const repositories = stanza?.repositories ?? [];
  const likely = repositories.flatMap((one) => {
    const set = one.key === repository.key ? verdict.set : guessSet(catalogue, [one], request);
    return set === undefined ? [] : [[one.key, set] as const];
  });
  return planEstimate({
    repository: repository.name,
    repositories,
    sets: new Map(likely),
    segments: wal.segmentCount,
    storedWalBytes: wal.storedBytes,
    samples,
  });
}

function isElsewhere({ configuration, stanza, into }: RestoreRequest): boolean {
  const nodes = configuration.stanzas.find(({ name }) => name === stanza)?.nodes ?? [];
  return into !== undefined && nodes.length > 0 && nodes.every(({ host }) => host !== undefined);
}

function judgePlan(
  request: RestoreRequest,
  observations: RestoreObservations,
  choice: SetChoice,
  draft: Draft,
  now: Date,
): Pick<RestorePlan, 'refusals' | 'warnings' | 'nearest'> {
  const target = refuseTarget(request, choice, BigInt(now.getTime()) * 1000n);
  const repository = checkRepository(request, observations, choice);
  const of = {
    postgresVersion: draft.versions.postgres,
    databaseId: choice.verdict.set.databaseId,
  };
  const server = checkServer(request, observations, of, draft.parameters);
  return {
    refusals: [
      ...(target ? [target.finding] : []),
      ...repository.refusals,
      ...server.refusals,
      ...checkPlace(request, observations, draft.disk),
    ],
    warnings: [...repository.warnings, ...server.warnings],
    nearest: target?.nearest ?? [],
  };
}

/** In place every tablespace keeps its path; beside production none may, or the two would share files. */
function mapTablespaces(
  request: RestoreRequest,
  { setDetail, cluster }: RestoreObservations,
): TablespaceMapping[] {
  return (setDetail?.tablespaces ?? []).map((tablespace) => ({
    oid: tablespace.oid,
    name: tablespace.name,
    from: tablespace.path,
    to:
      request.into === undefined
        ? (cluster.tablespaces.find((one) => one.oid === tablespace.oid)?.path ?? tablespace.path)
        : join(`${request.into}-tablespaces`, tablespace.oid),
  }));
}

function mapLinks(
  request: RestoreRequest,
  { setDetail, cluster }: RestoreObservations,
): RestorePlan['links'] {
  const inPlace = request.into === undefined;
  const links = new Map(
    (setDetail?.links ?? []).map((link) => [link.path.replace(/^pg_data\//, ''), link.destination]),
  );
  if (inPlace) for (const link of cluster.links) links.set(link.path, link.destination);
  // Without --link-all the engine makes directories of links, so nothing is written to where they lead.
  const treatment = request.delta
    ? 'kept: files are restored through it, after a copy of what it leads to'
    : 'restored as a directory inside the data directory';
  const old = request.delta ? '' : '; what it leads to stays as it is';
  return [...links].map(([path, destination]) => ({
    path,
    destination,
    treatment: inPlace ? `${treatment}${old}` : treatment,
  }));
}

/** The directory that PostgreSQL has in each tablespace of the old cluster: PG_MAJOR_CATALOGVERSION. */
function listTablespacesAside(
  { cluster }: RestoreObservations,
  version: string,
  id: string,
): { path: string; aside: string }[] {
  const catalog = cluster.control?.catalogVersion;
  if (catalog === undefined) return [];
  return cluster.tablespaces.map((tablespace) => {
    const path = join(tablespace.path, `PG_${Number.parseInt(version, 10)}_${catalog}`);
    return { path, aside: `${path}.holdfast-${id}` };
  });
}

function listParameters({ cluster }: RestoreObservations): ParameterNeed[] {
  return Object.entries(cluster.control?.parameters ?? {}).map(([name, needed]) => ({
    name,
    needed,
    configured: cluster.configured[name],
  }));
}

function nothingToRestore(request: RestoreRequest, observations: RestoreObservations): Failure {
  const seen = observations.repositories.map(
    (one) => `${one.name}: ${describeUnreadable(one) ?? 'no such backup set'}`,
  );
  const failure = observations.repositories.find((one) => one.failure)?.failure;
  return new Failure(failure?.kind ?? 'target-unreachable', {
    operation: `restore stanza ${request.stanza}`,
    place: request.configuration.file,
    problem:
      request.setLabel === undefined
        ? `there is no backup set to restore from (${seen.join('; ')})`
        : `backup set ${request.setLabel} is in none of the repositories (${seen.join('; ')})`,
    hint:
      failure?.hint ??
      `See what there is with holdfast info ${request.stanza}; a first backup is taken with holdfast backup.`,
    details: { repositories: seen },
    cause: failure,
  });
}
