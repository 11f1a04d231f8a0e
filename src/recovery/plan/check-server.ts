import type { Finding } from '../../model/finding.ts';
import type { ParameterNeed } from '../restore-plan.ts';
import type { RestoreObservations } from './observations.ts';
import { restoreModeOf, type RestoreRequest } from './restore-request.ts';

/** Why the server, Patroni or an earlier restore stand in the way, and what is worth knowing of them. */
export function checkServer(
  request: RestoreRequest,
  observations: RestoreObservations,
  postgresVersion: string,
  parameters: readonly ParameterNeed[],
): { readonly refusals: Finding[]; readonly warnings: Finding[] } {
  const inPlace = restoreModeOf(request) !== 'into';
  const refusals = [
    ...(inPlace ? checkPatroni(observations) : []),
    ...(inPlace ? checkElsewhere(observations) : []),
    ...(inPlace ? checkStandby(observations) : []),
    ...(inPlace ? checkUnfinished(request, observations) : []),
    ...checkVersion(observations, postgresVersion),
  ];
  return {
    refusals,
    warnings: [...checkParameters(parameters), ...(inPlace ? checkPidFile(observations) : [])],
  };
}

/**
 * Patroni would start the old cluster again, or follow the old leader: a member cannot be taken back by itself. The
 * order is that of Patroni's own tools for a whole cluster.
 */
function checkPatroni({ patroni }: RestoreObservations): Finding[] {
  if (!patroni) return [];
  const seen =
    patroni.role === undefined
      ? `${patroni.url} did not answer (${patroni.problem ?? 'no reason'}), but the stanza is configured as managed`
      : `${patroni.url} answers as ${patroni.role} of ${patroni.members} members`;
  return [
    {
      rule: 'managed-by-patroni',
      severity: 'critical',
      subject: patroni.url,
      problem:
        'Patroni manages this cluster; recovering a whole Patroni cluster in place comes with a later release',
      evidence: seen,
      remedy:
        'Restore beside it with --into. To take the whole cluster back by hand: patronictl pause; stop Patroni on the replicas, then on the leader; keep or move the old data directories; patronictl remove CLUSTER; restore on one node with archiving off and prove it; delete patroni.dynamic.json; start Patroni there, then reinit the replicas; take a full backup.',
    },
  ];
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

function checkStandby({ cluster }: RestoreObservations): Finding[] {
  if (cluster.state.inRecovery !== true) return [];
  return [
    {
      rule: 'server-is-standby',
      severity: 'critical',
      subject: cluster.server.node.path,
      problem: 'the server on this host is a standby',
      evidence: 'pg_is_in_recovery() is true',
      remedy:
        'Restore on the host of the primary and build the standbys anew, or restore beside this one with --into.',
    },
  ];
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
      remedy: `Install PostgreSQL ${needed}, or set binDirectory of the node to its programs.`,
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
