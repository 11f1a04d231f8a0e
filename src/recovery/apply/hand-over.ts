import { findServerProcesses } from '../../postgres/postmaster-processes.ts';
import { addFinding, type StepBody } from './restore-context.ts';
import { stopWhateverRuns } from './stop-old-server.ts';

/**
 * Stops the proved server, cleanly: what it was started in is not where it belongs, and only a person (or what he calls)
 * starts it there. A fast shutdown archives what was written last.
 */
export const handOver: StepBody = async (context) => {
  const { plan, restored, limits } = context;
  await context.sessions[Symbol.asyncDispose]();
  if ((await findServerProcesses(restored.node.path)).length > 0) {
    await stopWhateverRuns(restored, limits.stopMs, ({ mode, processes }) =>
      context.progress('hand-over', { message: `${mode} shutdown, ${processes} processes left` }),
    );
  }
  const { start = 'as ever' } = plan.server.elsewhere ?? {};
  addFinding(context, {
    rule: 'server-to-be-started',
    severity: 'advice',
    subject: `stanza ${plan.stanza}`,
    problem: 'the restored server was proved and stopped again, because another container runs it',
    evidence: 'the node has `elsewhere` in holdfast.yaml',
    remedy: `Start it: \`${start}\`.`,
  });
  return { facts: {}, summary: `stopped; start it with: ${start}` };
};
