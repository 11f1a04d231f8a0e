import { renderFinding } from '../../jobs/check/render-check-report.ts';
import { documentAction } from '../../jobs/maintenance/apply-maintenance.ts';
import { planMaintenance } from '../../jobs/maintenance/plan-maintenance.ts';
import { Failure } from '../../model/failure.ts';
import { type Finding, findingsExitCode } from '../../model/finding.ts';
import type { CommandModule } from '../command-definition.ts';
import { createJobDeps } from '../create-job-deps.ts';
import { requestJob } from '../request-job.ts';
import { runJobs, type JobsObserver } from '../run-jobs.ts';

/** What is shown of a run, planned or done. */
interface MaintenanceDocument {
  readonly actions: readonly Readonly<Record<string, unknown>>[];
  readonly findings: readonly Finding[];
}

/** `holdfast maintenance`. */
export const run: CommandModule['run'] = async (input, context) => {
  const stanza = await context.stanza();
  if (input.flag('dry-run')) {
    const { signal, onSpawn } = context;
    const plan = await planMaintenance(stanza, await createJobDeps(context), { signal, onSpawn });
    const actions = plan.actions.map((action) => documentAction({ action }));
    return present(stanza.name, true, { actions, findings: plan.findings }, undefined);
  }
  const actor = await context.actor();
  const { cause, terminal } = context;
  const request = requestJob({
    kind: 'maintenance',
    stanza: stanza.name,
    repository: undefined,
    actor,
    cause,
  });
  const observer: JobsObserver = {
    onEvent: (_job, event) => {
      if (event.kind === 'note') terminal.printNote(`holdfast: ${event.text}`);
    },
    onOutcome: () => {},
  };
  const route = { direct: input.flag('direct') };
  const [outcome] = await runJobs(stanza, [request], context, observer, route);
  if (outcome?.result === 'ok')
    return present(stanza.name, false, outcome.facts as unknown as MaintenanceDocument, outcome.runId);
  if (outcome !== undefined && outcome.result !== 'skipped') throw outcome.failure;
  throw new Failure('interrupted', {
    operation: `maintain stanza ${stanza.name}`,
    problem: outcome?.detail ?? 'stopped before it was begun',
  });
};

function present(
  stanza: string,
  dryRun: boolean,
  { actions, findings }: MaintenanceDocument,
  runId: string | undefined,
): Awaited<ReturnType<CommandModule['run']>> {
  const lines = [
    ...actions.map((action) => describe(action, dryRun)),
    ...(actions.length === 0 ? ['nothing to clean up'] : []),
    ...findings.flatMap(renderFinding),
  ];
  return {
    data: { stanza, dryRun, ...(runId === undefined ? {} : { run: runId }), actions, findings },
    text: `${lines.join('\n')}\n`,
    exitCode: findingsExitCode(findings),
  };
}

const verbs: Readonly<Record<string, readonly [string, string]>> = {
  'rotate-log': ['would rotate', 'rotated'],
  'remove-file': ['would remove', 'removed'],
  'remove-directory': ['would remove', 'removed'],
  'remove-pin': ['would remove the pin of', 'removed the pin of'],
};

function describe(action: Readonly<Record<string, unknown>>, dryRun: boolean): string {
  const { kind, place, to, why, result, problem } = action;
  const [would, did] = verbs[String(kind)] ?? ['', ''];
  const about = to === undefined ? `: ${String(why)}` : ` to ${String(to)}`;
  if (dryRun) return `${would} ${String(place)}${about}`;
  if (result === 'failed') return `failed: ${String(place)}: ${String(problem)}`;
  return result === 'changed' ? `left ${String(place)}: it has changed` : `${did} ${String(place)}${about}`;
}
