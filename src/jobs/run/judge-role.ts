import type { Stanza } from '../../config/configuration.ts';
import { type Failure, isFailure } from '../../model/failure.ts';
import type { RunsOn } from '../../model/schedule.ts';
import type { PostgresNode } from '../../model/stanza.ts';
import { locateServer } from '../../postgres/locate-server.ts';
import { readPatroniNode } from '../../postgres/patroni.ts';
import { queryRow } from '../../postgres/query.ts';
import type { JobDeps } from '../job-deps.ts';
import { usualPlace } from '../../config/schedule-lines.ts';

/** What this host is at this moment. `none`: no server of the stanza is on it. `other`: neither (it starts, it is down). */
export type ObservedRole = 'leader' | 'replica' | 'none' | 'other' | 'unknown';

export interface RoleJudgement {
  readonly runs: boolean;
  /** In words, without a stop. */
  readonly reason: string;
  /** Undefined when nobody was asked, because any host will do. */
  readonly observed: ObservedRole | undefined;
  /** Why the role is unknown: not knowing is a failure and no reason to skip quietly. */
  readonly failure?: Failure | undefined;
}

export type JudgeRoleDependencies = Pick<JobDeps, 'path' | 'currentUid'> & {
  readonly signal?: AbortSignal | undefined;
};

/**
 * Judges whether this host is the one that a job runs on, now: the answer holds for the moment only, so it is asked for
 * again once the lease is held. With Patroni its REST API is believed, because only it knows of the leader's lock;
 * without it, the local server. What is unknown is taken for nothing.
 *
 * @param on undefined: what is usual for the stanza (`usualPlace`)
 * @throws Failure interrupted
 */
export async function judgeRole(
  stanza: Stanza,
  on: RunsOn | undefined,
  deps: JudgeRoleDependencies,
): Promise<RoleJudgement> {
  const wanted = on ?? usualPlace(stanza);
  if (wanted === 'any')
    return { runs: true, reason: 'it runs on whichever host is first', observed: undefined };
  try {
    const { observed, detail } = await observeRole(stanza, deps);
    const runs = observed === wanted || observed === 'none';
    return { runs, reason: describe(wanted, runs, detail), observed };
  } catch (error) {
    if (!isFailure(error) || error.kind === 'interrupted') throw error;
    const reason = `it runs on the ${wanted}, and what this host is could not be learned: ${error.problem}`;
    return { runs: false, reason, observed: 'unknown', failure: error };
  }
}

function describe(wanted: RunsOn, runs: boolean, detail: string): string {
  return runs ? detail : `it runs on the ${wanted}, and ${detail}`;
}

interface Observation {
  readonly observed: Exclude<ObservedRole, 'unknown'>;
  readonly detail: string;
}

async function observeRole(stanza: Stanza, deps: JudgeRoleDependencies): Promise<Observation> {
  const local = stanza.nodes.find(({ host }) => host === undefined);
  if (local === undefined)
    return { observed: 'none', detail: 'this host is no member of the cluster and works for all of it' };
  return stanza.patroni === undefined
    ? observeServer(local, deps)
    : observePatroni(stanza.patroni, deps.signal);
}

/** A replica counts while its server runs, whatever its tags: those are about failover and load, not about backups. */
async function observePatroni(
  access: NonNullable<Stanza['patroni']>,
  signal: AbortSignal | undefined,
): Promise<Observation> {
  const { role, state, isLeader } = await readPatroniNode(access, signal);
  const detail = `Patroni says that this node is ${role} and ${state}`;
  if (isLeader) return { observed: 'leader', detail };
  const runs = state === 'running' || state === 'streaming';
  if (role === 'replica' && runs) return { observed: 'replica', detail };
  return {
    observed: 'other',
    detail: `${detail}${isPrimary(role) ? ' without holding the lock of the leader' : ''}`,
  };
}

function isPrimary(role: string): boolean {
  return role === 'master' || role === 'primary';
}

async function observeServer(node: PostgresNode, deps: JudgeRoleDependencies): Promise<Observation> {
  const server = await locateServer(node, deps);
  const sql = 'SELECT pg_is_in_recovery() AS recovery';
  const options = { timeoutMs: 5000, signal: deps.signal };
  const { recovery } = await queryRow<{ recovery: boolean }>(server, sql, options);
  return recovery
    ? { observed: 'replica', detail: `the server in ${node.path} is a standby` }
    : { observed: 'leader', detail: `the server in ${node.path} is a primary` };
}
