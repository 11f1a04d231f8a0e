import { plainCommand } from '../../engine/engine-arguments.ts';
import { quoteForShell } from '../../model/quote-for-shell.ts';
import { restoreArguments } from '../../engine/restore.ts';
import { restoreRequestOf } from '../apply/restore-request.ts';
import { clusterOf, stepsAfter, stepsBefore, undoAround } from '../patroni/cluster-steps.ts';
import type { RestorePlan, RestoreStep } from '../restore-plan.ts';
import type { RestoreObservations } from './observations.ts';
import {
  asOwner,
  localStartCommand,
  localStopCommand,
  plainStartCommand,
  plainStopCommand,
} from '../plain-server-commands.ts';

/** A plan before its steps are written down. */
export type PlanWithoutSteps = Omit<RestorePlan, 'steps' | 'undo'>;

/** The steps of the restore in order, each with what a person could type instead. */
export function planSteps(plan: PlanWithoutSteps, observations: RestoreObservations): RestoreStep[] {
  const { running, accepting, inRecovery } = plan.server;
  const keepsOld = plan.mode !== 'into';
  const cluster = clusterOf(plan);
  const canFlush = keepsOld && accepting === true && inRecovery !== true;
  return [
    ...(cluster === undefined ? [] : stepsBefore(cluster)),
    ...(canFlush ? [flushStep(plan)] : []),
    ...(keepsOld && running ? [stopStep(plan)] : []),
    ...(keepsOld && observations.cluster.directory !== 'missing' ? [salvageStep(plan), asideStep(plan)] : []),
    restoreStep(plan, observations),
    prepareStep(plan),
    {
      name: 'start-server',
      title: `start the server on port ${plan.server.port}`,
      commands: [localStartCommand(plan)],
    },
    recoverStep(plan),
    {
      name: 'prove-target',
      title: 'prove that the target and the timeline were reached',
      commands: [
        psql(plan, 'SELECT pg_is_in_recovery(), pg_last_wal_replay_lsn(), pg_last_xact_replay_timestamp()'),
      ],
    },
    promoteStep(plan),
    {
      name: 'prove-write',
      title: 'prove that the server can write',
      commands: [psql(plan, 'CREATE TABLE holdfast_proof (); DROP TABLE holdfast_proof')],
    },
    ...(keepsOld && plan.server.elsewhere !== undefined ? [handOverStep(plan, plan.server.elsewhere)] : []),
    ...(cluster === undefined ? [] : stepsAfter(cluster, plan.stanza)),
  ];
}

/** What takes the restore back. */
export function planUndoCommands(plan: PlanWithoutSteps): string[] {
  const { data, aside, tablespaces = [] } = plan.directories;
  const stop = plainStopCommand(plan);
  if (plan.mode === 'into') return [stop, `# then remove ${data} yourself when it is not needed any more`];
  if (aside === undefined) return [stop];
  const failed = `${data}.restored-${plan.id}`;
  const back = [
    stop,
    `mv ${quoteForShell(data)} ${quoteForShell(failed)}`,
    ...tablespaces.flatMap(({ path, aside: old }) => [
      `mv ${quoteForShell(path)} ${quoteForShell(`${path}.restored-${plan.id}`)}`,
      `mv ${quoteForShell(old)} ${quoteForShell(path)}`,
    ]),
    `mv ${quoteForShell(aside)} ${quoteForShell(data)}`,
    plainStartCommand(plan),
  ];
  const cluster = clusterOf(plan);
  const all = cluster === undefined ? back : undoAround(cluster, back);
  return [`holdfast undo ${plan.id}`, '# or by hand:', ...all];
}

function flushStep(plan: PlanWithoutSteps): RestoreStep {
  return {
    name: 'flush-wal',
    title: 'end a transaction and archive the last WAL',
    commands: [psql(plan, 'SELECT pg_current_xact_id()'), psql(plan, 'SELECT pg_switch_wal()')],
  };
}

function stopStep(plan: PlanWithoutSteps): RestoreStep {
  return { name: 'stop-server', title: 'stop the server', commands: [plainStopCommand(plan)] };
}

function salvageStep(plan: PlanWithoutSteps): RestoreStep {
  const { data, salvage = '' } = plan.directories;
  const count = plan.wal.localOnly.length;
  const names = count === 0 ? 'what was not archived' : `${count} segments that are not in the archive`;
  return {
    name: 'salvage-wal',
    title: `copy ${names} to ${salvage}`,
    commands: [
      asOwner(plan, `mkdir -p ${quoteForShell(salvage)}`),
      asOwner(plan, `cp -a ${quoteForShell(`${data}/pg_wal`)}/. ${quoteForShell(salvage)}/`),
    ],
  };
}

function asideStep(plan: PlanWithoutSteps): RestoreStep {
  const { data, aside = '', tablespaces = [] } = plan.directories;
  if (plan.mode === 'delta') {
    const copy = `cp -a --reflink=auto ${quoteForShell(data)} ${quoteForShell(aside)}`;
    return { name: 'move-aside', title: `copy the old data directory to ${aside}`, commands: [copy] };
  }
  return {
    name: 'move-aside',
    title: `move the old data directory to ${aside}`,
    commands: [
      `mv ${quoteForShell(data)} ${quoteForShell(aside)}`,
      ...tablespaces.map((one) => `mv ${quoteForShell(one.path)} ${quoteForShell(one.aside)}`),
    ],
  };
}

function restoreStep(plan: PlanWithoutSteps, { engine }: RestoreObservations): RestoreStep {
  const request = restoreRequestOf({ ...plan, steps: [], undo: [] }, plan.mode === 'delta');
  const common = { stanza: plan.stanza, repositoryKey: plan.repository.key, pgPath: request.pgPath };
  return {
    name: 'restore-files',
    title: `restore backup set ${plan.set.label} from repository ${plan.repository.name}`,
    commands: [plainCommand(engine, restoreArguments(engine, request), common)],
  };
}

function prepareStep(plan: PlanWithoutSteps): RestoreStep {
  const { data, salvage } = plan.directories;
  // Without a target PostgreSQL would promote at the first segment it does not find; a standby waits to be told.
  const waits =
    plan.target.type === 'default'
      ? [
          asOwner(
            plan,
            `mv ${quoteForShell(`${data}/recovery.signal`)} ${quoteForShell(`${data}/standby.signal`)}`,
          ),
        ]
      : [];
  if (plan.mode === 'into') {
    const title = `give it settings of its own: port ${plan.server.port}, archiving off`;
    return { name: 'prepare-server', title, commands: waits };
  }
  const copies = plan.wal.localOnly.map((name) =>
    asOwner(plan, `cp ${quoteForShell(`${salvage ?? ''}/${name}`)} ${quoteForShell(`${data}/pg_wal/`)}`),
  );
  return {
    name: 'prepare-server',
    title: 'hand the salvaged WAL to recovery',
    commands: [...copies, ...waits],
  };
}

function recoverStep(plan: PlanWithoutSteps): RestoreStep {
  return { name: 'recover', title: `recover to ${plan.target.description} and wait there`, commands: [] };
}

function promoteStep(plan: PlanWithoutSteps): RestoreStep {
  const commands = [psql(plan, 'SELECT pg_promote()')];
  return { name: 'promote', title: 'open it for writing on a new timeline', commands };
}

/** What is started here ends with this container. */
function handOverStep(plan: PlanWithoutSteps, { start }: { readonly start: string }): RestoreStep {
  return {
    name: 'hand-over',
    title: 'stop the server, for its own container to start it',
    commands: [localStopCommand(plan), start],
  };
}

function psql(plan: PlanWithoutSteps, sql: string): string {
  const { socketDirectory, port } = plan.server;
  return asOwner(
    plan,
    `psql -h ${quoteForShell(socketDirectory)} -p ${port} -d postgres -c ${quoteForShell(sql)}`,
  );
}
