import { dirname } from 'node:path';
import { Failure, isFailure } from '../model/failure.ts';
import type { PatroniAccess, PostgresNode } from '../model/stanza.ts';
import { runAsFor } from '../process/os-user.ts';
import type { RunAs } from '../process/run-command.ts';
import type { KeptSessions } from './kept-sessions.ts';
import type { LeaseServer } from './lease.ts';
import { locateServer } from './locate-server.ts';
import { readPatroniMembers } from './patroni.ts';
import { findPsql } from './program-directories.ts';
import { queryRow, type Connectable } from './query.ts';

/** The servers of a stanza. */
export interface ClusterNodes {
  readonly name: string;
  readonly nodes: readonly PostgresNode[];
  readonly patroni: PatroniAccess | undefined;
}

export interface FindPrimaryDependencies {
  /** PATH. */
  readonly path: string;
  readonly currentUid: number;
  /** Whose `.pgpass` and certificates open connections to other hosts. */
  readonly engineUser: RunAs;
  /** Where there are some, questions go over connections that are kept, also those that are asked of what is found. */
  readonly sessions?: KeptSessions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A server that was the primary when it was asked, and the way to it. */
export interface Primary extends LeaseServer {
  /** For messages: a socket directory or `host:port`. */
  readonly place: string;
  readonly isLocal: boolean;
  /** Host of the node as others reach it; undefined: this host. */
  readonly host: string | undefined;
  /** Where it is on this host; undefined for one of another host. */
  readonly dataDirectory: string | undefined;
}

const askMs = 5000;

/**
 * Finds the primary: a node of this host through its socket, then the member that Patroni calls leader, then the nodes
 * with a host, these over TCP. Each is asked itself; nobody is believed to be the primary because somebody says so.
 *
 * @throws Failure server-unreachable with everything that was tried; interrupted
 */
export async function findPrimary(cluster: ClusterNodes, deps: FindPrimaryDependencies): Promise<Primary> {
  const tried: string[] = [];
  for await (const candidate of candidates(cluster, deps, tried)) {
    try {
      const inRecovery = await isInRecovery(candidate, deps.signal);
      if (!inRecovery) return candidate;
      tried.push(`${candidate.place}: it is a standby`);
    } catch (error) {
      if (!isFailure(error) || error.kind === 'interrupted') throw error;
      tried.push(`${candidate.place}: ${error.problem}`);
    }
  }
  throw new Failure('server-unreachable', {
    operation: `find the primary of stanza ${cluster.name}`,
    problem: tried.length === 0 ? 'the stanza names no server' : tried.join('; '),
    hint: 'The lease is taken on the primary, also by the host of a standby. Name the primary as a node with its `host`, or give `patroni.url`, and let this host in: a line in pg_hba.conf, and the password in .pgpass of the user that runs pgBackRest (docs/lease.md).',
    details: { tried },
  });
}

async function isInRecovery(
  { server, user }: LeaseServer,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const sql = 'SELECT pg_is_in_recovery() AS recovery';
  return (await queryRow<{ recovery: boolean }>(server, sql, { user, timeoutMs: askMs, signal })).recovery;
}

/** In the order of asking; the later ones are looked for only when they are needed. */
async function* candidates(
  cluster: ClusterNodes,
  deps: FindPrimaryDependencies,
  tried: string[],
): AsyncGenerator<Primary> {
  const seen = new Set<string>();
  const fresh = (place: string): boolean => !seen.has(place) && seen.add(place) !== undefined;
  for (const node of cluster.nodes.filter(({ host }) => host === undefined)) {
    const local = await noting(tried, node.path, () => locateServer(node, deps));
    if (local === undefined) continue;
    yield {
      server: { ...local, sessions: deps.sessions },
      place: `${local.socketDirectory}, port ${node.port}`,
      isLocal: true,
      host: undefined,
      dataDirectory: node.path,
    };
  }
  const { patroni } = cluster;
  if (patroni !== undefined) {
    const members = await noting(tried, patroni.url, () => readPatroniMembers(patroni, deps.signal));
    const leader = members?.find(({ role }) => role === 'leader' || role === 'master');
    if (members !== undefined && leader?.host === undefined) tried.push(`${patroni.url}: it knows no leader`);
    if (leader?.host !== undefined && fresh(`${leader.host}:${leader.port ?? 5432}`))
      yield await connectTo(leader.host, leader.port ?? 5432, cluster, deps);
  }
  for (const { host, port } of cluster.nodes) {
    if (host !== undefined && fresh(`${host}:${port}`)) yield await connectTo(host, port, cluster, deps);
  }
}

/** @returns undefined when it failed, which is then among what was tried */
async function noting<Result>(
  tried: string[],
  place: string,
  action: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await action();
  } catch (error) {
    if (!isFailure(error) || error.kind === 'interrupted') throw error;
    tried.push(`${place}: ${error.problem}`);
    return undefined;
  }
}

/**
 * The way to a server of another host. psql runs as the user of the engine, and connects as the role that the engine
 * would; passwords come from that user's `.pgpass` only.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgpass.html
 */
async function connectTo(
  host: string,
  port: number,
  cluster: ClusterNodes,
  deps: FindPrimaryDependencies,
): Promise<Primary> {
  const node = cluster.nodes.find((one) => one.host === host && one.port === port) ?? cluster.nodes[0];
  const psql = (await findPsql(node?.binDirectory, deps.path)) ?? '/usr/bin/psql';
  const server: Connectable = {
    psql,
    binDirectory: dirname(psql),
    owner: deps.engineUser,
    runAs: runAsFor(deps.engineUser, deps.currentUid),
    // libpq takes a host where it takes a directory.
    socketDirectory: host,
    node: { port, database: node?.database ?? 'postgres' },
    sessions: deps.sessions,
  };
  return {
    server,
    user: node?.databaseUser,
    place: `${host}:${port}`,
    isLocal: false,
    host,
    dataDirectory: undefined,
  };
}
