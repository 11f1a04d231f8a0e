import { Failure } from '../../model/failure.ts';
import type { PatroniControl } from '../../postgres/patroni-control.ts';
import { readPatroniCluster, type ClusterMember } from '../../postgres/patroni-cluster.ts';
import type { ClusterPlan } from './cluster-plan.ts';

/** What the steps that go through Patroni work with, in a restore and in its undo. */
export interface ClusterWork {
  readonly plan: ClusterPlan;
  /** The Patroni of this host. */
  readonly control: PatroniControl;
  /** For messages: `restore stanza main`. */
  readonly operation: string;
  readonly limits: ClusterLimits;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly signal: AbortSignal | undefined;
  /** What is waited for, for people. */
  readonly say: (message: string) => void;
  /** A member is waited for that has to be told by hand: said once for each, also where nobody sees progress. */
  readonly askPerson: (member: string, command: string) => void;
}

/** Milliseconds. */
export interface ClusterLimits {
  /** Until Patroni has noticed what was changed in the DCS: a few of its loops. */
  readonly noticeMs: number;
  /** For a restart of PostgreSQL by Patroni. */
  readonly restartMs: number;
  /** Without a sign of life of a replica that is to be built, or a person who is to give the order. */
  readonly replicaMs: number;
  readonly pollMs: number;
}

export const clusterLimits: ClusterLimits = {
  noticeMs: 180_000,
  restartMs: 600_000,
  replicaMs: 900_000,
  pollMs: 500,
};

/** `master` until Patroni 3, `primary` from 4 on. */
export function isPrimaryRole(role: string): boolean {
  return role === 'master' || role === 'primary' || role === 'leader';
}

/** The other members, as the DCS has them now. */
export async function readOthers({ control, plan, signal }: ClusterWork): Promise<readonly ClusterMember[]> {
  const { members } = await readPatroniCluster(control, signal);
  return members.filter(({ name }) => name !== plan.name);
}

/** A replica that streams, or reads the archive, on that timeline. */
export function isOn(member: ClusterMember, timeline: number): boolean {
  return member.timeline === timeline && (member.state === 'running' || member.state === 'streaming');
}

/** It has no data of before any more: whatever happens to its making, it cannot become the leader with them. */
export function isBeingMade({ state }: Pick<ClusterMember, 'state'>): boolean {
  return state.startsWith('creating replica');
}

/** What a person would type for a member that cannot be reached from here. */
export function reinitCommand(plan: Pick<ClusterPlan, 'scope' | 'configFile'>, name: string): string {
  return patronictl(plan, `reinit ${plan.scope} ${name} --force`);
}

export function patronictl({ configFile }: Pick<ClusterPlan, 'configFile'>, words: string): string {
  return `patronictl ${configFile === undefined ? '' : `-c ${configFile} `}${words}`;
}

/**
 * Waits until it is so.
 *
 * @param what is waited for, in words
 * @throws Failure timed-out; whatever `isSo` throws
 */
export async function waitFor(
  work: ClusterWork,
  what: string,
  isSo: () => Promise<boolean>,
  limitMs = work.limits.noticeMs,
): Promise<void> {
  const deadline = work.now() + limitMs;
  while (!(await isSo())) {
    work.signal?.throwIfAborted();
    if (work.now() >= deadline) {
      throw new Failure('timed-out', {
        operation: work.operation,
        place: work.control.url,
        problem: `after ${Math.round(limitMs / 1000)} s still not: ${what}`,
        hint: `Look at \`${patronictl(work.plan, `list ${work.plan.scope}`)}\` and at Patroni's log.`,
      });
    }
    work.say(`waiting: ${what}`);
    await work.sleep(work.limits.pollMs);
  }
}
