import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { formatLsn } from '../../model/wal.ts';
import { promoteServer as promote } from '../../postgres/promote.ts';
import { runStatements } from '../../postgres/query.ts';
import { readControlData } from '../../postgres/read-control-data.ts';
import { parentOf } from './prove-target.ts';
import { resetStatements } from './prepare-server.ts';
import type { RestoreContext, StepBody } from './restore-context.ts';

/**
 * Ends recovery and takes the settings away that were for recovery only. The new timeline must be a child of the
 * plan's one, by the history file that the server wrote itself.
 */
export const promoteRestoredServer: StepBody = async (context, step) => {
  const { plan, restored, limits } = context;
  step.note({ promoting: true });
  await context.checkpoint('promote: noted');
  const { timeline } = await promote(restored, { timeoutMs: limits.promoteMs });
  await context.checkpoint('promote: promoted');
  const parent = await parentOf(restored.node.path, timeline);
  if (parent === undefined) throw wrong(context, `timeline ${timeline} has no history file`);
  if (parent.timeline !== plan.target.timeline) {
    throw wrong(
      context,
      `timeline ${timeline} came from timeline ${parent.timeline}, not from ${plan.target.timeline}`,
    );
  }
  const { previous } = context.factsOf('prepare-server');
  let checkpointed = false;
  if (plan.mode !== 'into') {
    // It is production's own from now on, also after an undo: what it archived stays in the repositories.
    const { journal, now } = context.deps;
    const control = await readControlData(restored);
    checkpointed = control.timeline === timeline;
    const made = {
      timeline,
      parent: parent.timeline,
      beginLsn: parent.switchLsn,
      source: 'restore',
    } as const;
    journal.timelines.note(plan.stanza, control.systemIdentifier, [made], now());
    const autoConf = await readFile(join(restored.node.path, 'postgresql.auto.conf'), 'utf8');
    const before = (previous ?? {}) as Readonly<Record<string, string | null>>;
    const statements = resetStatements(before, autoConf);
    await runStatements(restored, statements, { database: 'postgres', repeatable: true });
  }
  return {
    facts: {
      newTimeline: timeline,
      parentTimeline: parent.timeline,
      switchLsn: parent.switchLsn,
      checkpointed,
    },
    summary: `timeline ${timeline}, branched off timeline ${parent.timeline} at ${formatLsn(parent.switchLsn)}`,
  };
};

function wrong(context: RestoreContext, problem: string): Failure {
  const { plan } = context;
  return new Failure('proof-failed', {
    operation: `promote the restored server of stanza ${plan.stanza}`,
    place: plan.directories.data,
    problem,
    hint: `Do not use this server before that is explained. \`holdfast undo ${plan.id}\` puts the old cluster back.`,
  });
}
