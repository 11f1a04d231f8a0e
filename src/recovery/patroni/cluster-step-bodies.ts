import { Failure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import { removeMarker } from '../apply/restore-marker.ts';
import { addFinding, type RestoreContext, type StepBody } from '../apply/restore-context.ts';
import type { RestoreStepName } from '../restore-plan.ts';
import { clusterOf, type ClusterStepName } from './cluster-steps.ts';
import { clusterLimits, reinitCommand, waitFor, type ClusterWork } from './cluster-work.ts';
import { isPauseWritten } from './keep-member-files.ts';
import { followReplicas } from './follow-replicas.ts';
import { endPause, pauseCluster } from './pause-cluster.ts';
import { rebuildReplicas } from './rebuild-replicas.ts';
import { refuseUnlessPaused, takeOver } from './take-over.ts';

/*
 * The order, and why. Patroni is paused and not stopped: it can be told everything over its REST API from one host, and a
 * paused Patroni leaves a server alone that is down, is being recovered, or is a primary without the leader's lock. The
 * entries in the DCS stay: the system identifier is the same, the history is written anew by the leader, and the rest
 * belongs to members that are made anew. The backup comes before the replicas, because one that pgBackRest makes begins
 * with the newest set, and a set from behind the target can never follow the new timeline. The pause ends when no member
 * has data of before any more: until then one of them, being ahead, could win an election.
 */

export const clusterStepBodies: Readonly<Record<ClusterStepName, StepBody>> = {
  'pause-patroni': async (context) => {
    const work = workOf(context, 'pause-patroni');
    const byHand = await pauseCluster(work);
    const { data } = context.plan.directories;
    await waitFor(work, `Patroni has written it into ${data}`, () => isPauseWritten(data));
    for (const [name, problem] of Object.entries(byHand)) tellByHand(context, name, problem);
    const names = Object.keys(byHand);
    return {
      facts: { byHand },
      summary: `every member knows${names.length === 0 ? '' : `; ${names.join(', ')} will have to be told by hand`}`,
    };
  },

  'take-over': async (context) => {
    const timeline = newTimelineOf(context);
    // Connections would keep nothing alive, but they would not survive the restart either.
    await context.sessions[Symbol.asyncDispose]();
    const { isInHistory } = await takeOver(workOf(context, 'take-over'), timeline);
    const { name } = planOf(context);
    const history = isInHistory ? `, whose history has timeline ${timeline}` : '';
    return { facts: { isInHistory }, summary: `${name} is the leader of the cluster${history}` };
  },

  'full-backup': async (context) => {
    const { backUp } = context.deps;
    if (backUp === undefined) throw new Error('a plan with a backup needs deps.backUp');
    const { summary, facts } = await backUp((message) => context.progress('full-backup', { message }));
    return { facts, summary };
  },

  'rebuild-replicas': async (context) => {
    const byHand = new Set(Object.keys(context.factsOf('pause-patroni')['byHand'] ?? {}));
    const work = workOf(context, 'rebuild-replicas');
    const members = await rebuildReplicas(work, newTimelineOf(context), byHand);
    return { facts: { members }, summary: describeMembers(members) };
  },

  'end-pause': async (context) => {
    await endPause(workOf(context, 'end-pause'));
    return { facts: {}, summary: 'Patroni manages the cluster again' };
  },

  'follow-replicas': async (context) => {
    const timeline = newTimelineOf(context);
    const names = await followReplicas(workOf(context, 'follow-replicas'), timeline);
    await removeMarker(context.plan);
    const summary =
      names.length === 0 ? 'it has no other members' : `${names.join(', ')} follow timeline ${timeline}`;
    return { facts: { replicas: names }, summary };
  },
};

/** Steps on this server that Patroni must not see as a reason to do something. */
const pausedSteps: ReadonlySet<RestoreStepName> = new Set([
  'stop-server',
  'move-aside',
  'restore-files',
  'prepare-server',
  'start-server',
  'promote',
]);

/** Before a step of a whole cluster. @throws Failure proof-failed when Patroni is not paused, or another one leads */
export async function checkPause(context: RestoreContext, step: RestoreStepName): Promise<void> {
  if (clusterOf(context.plan) !== undefined && pausedSteps.has(step))
    await refuseUnlessPaused(workOf(context, step));
}

function workOf(context: RestoreContext, step: RestoreStepName): ClusterWork {
  const { deps, plan } = context;
  return {
    plan: planOf(context),
    control: deps.patroni ?? noPatroni(plan.stanza),
    operation: `restore stanza ${plan.stanza}: ${step}`,
    limits: { ...clusterLimits, ...deps.clusterLimits },
    now: deps.now,
    sleep: deps.sleep,
    signal: deps.signal,
    say: (message) => context.progress(step, { message }),
    askPerson: (name, command) => deps.emit?.({ type: 'finding', finding: waitsFor(name, command) }),
  };
}

/** The restore was planned with a Patroni that the configuration does not name any more. @throws Failure usage */
export function noPatroni(stanza: string): never {
  throw new Failure('usage', {
    operation: `restore stanza ${stanza}`,
    problem: 'the restore was begun under Patroni, and the configuration does not name it any more',
    hint: `Put stanzas.${stanza}.patroni back into holdfast.yaml.`,
  });
}

function planOf({ plan }: RestoreContext): NonNullable<ReturnType<typeof clusterOf>> {
  const cluster = clusterOf(plan);
  if (cluster === undefined) throw new Error('a step of Patroni in a plan without Patroni');
  return cluster;
}

function newTimelineOf(context: RestoreContext): number {
  return Number(context.factsOf('promote')['newTimeline']);
}

function tellByHand(context: RestoreContext, name: string, problem: string): void {
  addFinding(context, {
    rule: 'patroni-member-by-hand',
    severity: 'warning',
    subject: name,
    problem: 'it takes no order from this host and has to be built anew by hand',
    evidence: problem,
    remedy: `When the restore waits for it: ${reinitCommand(planOf(context), name)}`,
  });
}

function waitsFor(name: string, command: string): Finding {
  return {
    rule: 'patroni-member-by-hand',
    severity: 'warning',
    subject: name,
    problem: `${name} is waited for: it takes no order from this host`,
    evidence: 'its data are those of before',
    remedy: `Do it now, on its host: ${command}`,
  };
}

/** `n2 made anew, n3 followed by itself`. */
export function describeMembers(members: Readonly<Record<string, string>>): string {
  const parts = Object.entries(members).map(([name, what]) => `${name} ${what}`);
  return parts.length === 0 ? 'there are no replicas' : parts.join(', ');
}
