import { Failure, isFailure } from '../../model/failure.ts';
import { queryRows, quoteIdentifier, runStatements } from '../../postgres/query.ts';
import { historyFileName } from '../../model/wal.ts';
import { archiveOf, isArchived } from './archive-listing.ts';
import { addFinding, type RestoreContext, type StepBody } from './restore-context.ts';
import { clusterOf } from '../patroni/cluster-steps.ts';
import { removeMarker } from './restore-marker.ts';

/**
 * Proves that the server takes writes and keeps them: a row is committed in a schema of our own, its WAL is flushed,
 * another connection reads it, and the schema is dropped again. `synchronous_commit = local` because a standby that
 * production waits for may be gone. In place, the history of the new timeline must reach the repository too: it is the
 * first thing that the promoted server archives.
 *
 * The checkpoint is for the next backup: a promotion returns before its own checkpoint is written, which takes its time,
 * and until then the control file names the old timeline, which the engine refuses with error 58. It is only asked for.
 */
export const proveWrite: StepBody = async (context, step) => {
  const { plan, restored } = context;
  const schema = `holdfast_proof_${plan.id.replaceAll(/\W/g, '_').toLowerCase()}`.slice(0, 63);
  const name = quoteIdentifier(schema);
  step.note({ schema });
  const checkpoint = requestCheckpoint(context);
  // Both are awaited below, with the rest.
  checkpoint.catch(() => {});
  const arrived = plan.mode === 'into' ? Promise.resolve(false) : isHistoryArchived(context);
  arrived.catch(() => {});
  // A proof that was interrupted may have left its schema.
  const drop = `DROP SCHEMA IF EXISTS ${name} CASCADE`;
  await runStatements(restored, [
    'SET synchronous_commit = local',
    drop,
    `CREATE SCHEMA ${name}`,
    `CREATE TABLE ${name}.proof (restore text PRIMARY KEY)`,
    `INSERT INTO ${name}.proof VALUES ('written')`,
  ]);
  await context.checkpoint('prove-write: written');
  const rows = await queryRows<{ restore: string; mode: string }>(
    restored,
    `SELECT restore, current_setting('archive_mode') AS mode FROM ${name}.proof`,
  );
  const [row] = rows;
  if (row === undefined || rows.length !== 1 || row.restore !== 'written')
    throw notWritten(context, rows.length);
  const [archiving] = await Promise.all([
    plan.mode === 'into' ? undefined : proveArchiving(context, row.mode, arrived),
    runStatements(restored, ['SET synchronous_commit = local', drop], { repeatable: true }),
    checkpoint,
  ]);
  // A whole cluster is not restored before its replicas follow.
  if (clusterOf(plan) === undefined) await removeMarker(plan);
  return {
    facts: { schema, written: true, archiving },
    summary: `a committed row was read back${archiving === undefined ? '' : `; ${archiving}`}`,
  };
};

/**
 * Not needed where recovery ended with a checkpoint of its own, as it does behind a pause (`PerformRecoveryXLogAction` in
 * xlog.c): the control file has the new timeline then.
 *
 * The request stays with the checkpointer when the statement that made it is cancelled (checkpointer.c).
 */
async function requestCheckpoint({ plan, restored, factsOf }: RestoreContext): Promise<void> {
  if (plan.mode === 'into' || factsOf('promote')['checkpointed'] === true) return;
  try {
    await runStatements(restored, ['CHECKPOINT'], { timeoutMs: 20 });
  } catch (error) {
    if (!isFailure(error, 'timed-out')) throw error;
  }
}

/** Not a failure: the data is back and can be used, but the next disaster would find nothing. */
async function proveArchiving(
  context: RestoreContext,
  mode: string,
  arrived: Promise<boolean>,
): Promise<string> {
  const { plan, limits } = context;
  if (mode === 'off') {
    addFinding(context, {
      rule: 'archiving-off',
      severity: 'critical',
      subject: `stanza ${plan.stanza}`,
      problem: 'the restored server does not archive its WAL',
      evidence: 'archive_mode is off',
      remedy: `Run \`holdfast setup ${plan.stanza}\`, then take a full backup.`,
    });
    return 'archive_mode is off';
  }
  const history = newHistory(context);
  if (!(await arrived) && !(await waitUntilArchived(context))) {
    addFinding(context, {
      rule: 'archive-not-arriving',
      severity: 'critical',
      subject: `stanza ${plan.stanza}`,
      problem: `the new timeline does not reach repository ${plan.repository.name}`,
      evidence: `${history} is not there after ${Math.round(limits.archiveMs / 1000)} s`,
      remedy: 'Run `holdfast check` and read the server log; the data itself is restored.',
    });
    return `${history} has not reached the archive yet`;
  }
  if (clusterOf(plan)?.backup === true) return `${history} of the new timeline is archived`;
  addFinding(context, {
    rule: 'backup-advisable',
    severity: 'advice',
    subject: `stanza ${plan.stanza}`,
    problem: 'the cluster is on a new timeline, and all backups are of the one before',
    evidence: `${history} is archived`,
    remedy: `Take a full backup: \`holdfast backup --type full --stanza ${plan.stanza}\`.`,
  });
  return `${history} of the new timeline is archived`;
}

function newHistory(context: RestoreContext): string {
  return historyFileName(Number(context.factsOf('promote')['newTimeline']));
}

function isHistoryArchived(context: RestoreContext): Promise<boolean> {
  return isArchived(archiveOf(context.deps.engine, context.plan), newHistory(context));
}

async function waitUntilArchived(context: RestoreContext): Promise<boolean> {
  const { deps, plan, limits } = context;
  const deadline = deps.now() + limits.archiveMs;
  while (!(await isHistoryArchived(context))) {
    if (deps.now() >= deadline) return false;
    deps.signal?.throwIfAborted();
    context.progress('prove-write', {
      message: `waiting for ${newHistory(context)} in repository ${plan.repository.name}`,
    });
    await deps.sleep(limits.slowPollMs);
  }
  return true;
}

function notWritten(context: RestoreContext, count: number): Failure {
  return new Failure('proof-failed', {
    operation: `prove that stanza ${context.plan.stanza} can be written`,
    place: context.plan.directories.data,
    problem: `a row was committed, and another connection found ${count}`,
    hint: `Read the server log. \`holdfast undo ${context.plan.id}\` puts the old cluster back.`,
  });
}
