import type { Finding } from '../../model/finding.ts';
import { checkCluster, refuseElsewhere, warnOfCluster } from '../patroni/check-cluster.ts';
import type { ParameterNeed } from '../restore-plan.ts';
import type { RestoreObservations } from './observations.ts';
import { restoreModeOf, type RestoreRequest } from './restore-request.ts';

/** Why the server, Patroni or an earlier restore stand in the way, and what is worth knowing of them. */
export function checkServer(
  request: RestoreRequest,
  observations: RestoreObservations,
  set: { readonly postgresVersion: string; readonly databaseId: number },
  parameters: readonly ParameterNeed[],
): { readonly refusals: Finding[]; readonly warnings: Finding[] } {
  const inPlace = restoreModeOf(request) !== 'into';
  const patroni = inPlace ? checkPatroni(request, observations, set.databaseId) : undefined;
  const refusals = [
    ...(patroni?.refusals ?? []),
    ...(inPlace ? checkElsewhere(observations) : []),
    ...(inPlace ? checkStandby(observations) : []),
    ...(inPlace ? checkUnfinished(request, observations) : []),
    ...checkVersion(observations, set.postgresVersion),
  ];
  return {
    refusals,
    warnings: [
      ...(patroni?.warnings ?? []),
      ...checkParameters(parameters),
      ...(inPlace ? checkPidFile(observations) : []),
    ],
  };
}

/** A member is restored with its whole cluster, or not at all. */
function checkPatroni(
  request: RestoreRequest,
  { patroni, catalogue, repositories, cluster }: RestoreObservations,
  databaseId: number,
): { readonly refusals: readonly Finding[]; readonly warnings: readonly Finding[] } {
  if (!patroni) return { refusals: [], warnings: [] };
  const keys = new Set(repositories.map(({ key }) => key));
  const database = catalogue.databases.find(
    (one) => keys.has(one.repositoryKey) && one.databaseId === databaseId,
  );
  return {
    refusals: [
      ...checkCluster(patroni, database?.systemIdentifier),
      ...(cluster.server.node.elsewhere === undefined ? [] : [refuseElsewhere(patroni.url)]),
    ],
    warnings: warnOfCluster(patroni, request.backup !== false),
  };
}

/** Nobody here can stop a server in another container, and two in one directory would be the end of it. */
function checkElsewhere({ cluster }: RestoreObservations): Finding[] {
  const { elsewhere } = cluster.state;
  if (elsewhere === undefined) return [];
  const { path, elsewhere: commands } = cluster.server.node;
  const runs = elsewhere.is === 'running';
  const stop = commands === undefined ? 'Stop it where it runs' : `Stop it with \`${commands.stop}\``;
  return [
    {
      rule: runs ? 'server-runs-elsewhere' : 'server-may-run-elsewhere',
      severity: 'critical',
      subject: path,
      problem: runs
        ? 'a server in another container works in the data directory, and nobody here can stop it'
        : 'a server in another container may work in the data directory',
      evidence: elsewhere.evidence,
      remedy: runs
        ? `${stop}, then restore.`
        : `${stop}. If postmaster.pid is still there when no container has the directory any more, a crash left it: remove that file, then restore.`,
    },
  ];
}

/**
 * A standby that is stopped says so with its file; that its control file tells of a recovery alone may be of a recovery
 * to a moment that somebody did by hand. A Patroni cluster is restored wherever its Patroni says, and what an unfinished
 * restore of Holdfast left is refused as that.
 */
function checkStandby({ cluster, patroni, unfinishedRestore }: RestoreObservations): Finding[] {
  const found = (evidence: string, way: string): Finding[] => [
    {
      rule: 'server-is-standby',
      severity: 'critical',
      subject: cluster.server.node.path,
      problem: 'the server on this host is a standby',
      evidence,
      remedy: `Restore on the host of the primary and build the standbys anew, or restore beside this one with --into.${way}`,
    },
  ];
  if (cluster.state.inRecovery === true) return found('pg_is_in_recovery() is true', '');
  const isLeft = patroni !== undefined || unfinishedRestore !== undefined;
  if (cluster.state.inRecovery === false || !cluster.standbySignal || isLeft) return [];
  return found(
    `standby.signal is in its data directory${cluster.control === undefined ? '' : `, and its control file says: ${cluster.control.state}`}`,
    ' Only if the primary is gone for good and this host takes its place, remove standby.signal and restore here.',
  );
}

function checkUnfinished(request: RestoreRequest, { unfinishedRestore }: RestoreObservations): Finding[] {
  if (unfinishedRestore === undefined) return [];
  return [
    {
      rule: 'restore-unfinished',
      severity: 'critical',
      subject: `stanza ${request.stanza}`,
      problem: 'an earlier restore was neither finished nor undone',
      evidence: unfinishedRestore,
      remedy: `Finish it with holdfast restore --resume, or put the old directory back with holdfast undo ${unfinishedRestore}.`,
    },
  ];
}

function checkVersion({ cluster }: RestoreObservations, postgresVersion: string): Finding[] {
  const installed = Number.parseInt(cluster.installed ?? '', 10);
  const needed = Number.parseInt(postgresVersion, 10);
  if (Number.isNaN(installed) || Number.isNaN(needed) || installed === needed) return [];
  return [
    {
      rule: 'postgres-version',
      severity: 'critical',
      subject: cluster.server.binDirectory,
      problem: `the backup is of PostgreSQL ${needed} and the programs found are of ${installed}`,
      evidence: `${cluster.server.binDirectory}/pg_ctl --version`,
      remedy: `Install PostgreSQL ${needed}, or set \`bin\` of the node to its programs.`,
    },
  ];
}

/** A recovering server refuses to go on below the primary's values: hot-standby.html, "administrator's overview". */
function checkParameters(parameters: readonly ParameterNeed[]): Finding[] {
  const low = parameters.filter((one) => one.configured !== undefined && one.configured < one.needed);
  if (low.length === 0) return [];
  return [
    {
      rule: 'parameters-too-low',
      severity: 'warning',
      subject: 'PostgreSQL settings',
      problem: 'settings are lower than when the WAL was written; recovery would stop at them',
      evidence: low.map((one) => `${one.name} ${String(one.configured)} < ${one.needed}`).join(', '),
      remedy: 'The restore starts the server with the higher values until recovery is over.',
    },
  ];
}

function checkPidFile({ cluster }: RestoreObservations): Finding[] {
  if (!cluster.stalePidFile) return [];
  return [
    {
      rule: 'stale-pid-file',
      severity: 'warning',
      subject: `${cluster.server.node.path}/postmaster.pid`,
      problem: 'postmaster.pid was left behind by a server that does not run any more',
      evidence: 'its process does not exist or is not a postmaster of this directory',
      remedy: 'Nothing needs to be done: the file goes aside with the old directory.',
    },
  ];
}
