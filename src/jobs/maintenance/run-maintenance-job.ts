import { isFailure } from '../../model/failure.ts';
import type { Finding } from '../../model/finding.ts';
import type { JobWork, JobWorkContext } from '../job-work.ts';
import { changePin } from '../pins/change-pin.ts';
import { applyMaintenance, documentAction, type DoneAction } from './apply-maintenance.ts';
import { placeOf } from './maintenance-plan.ts';
import { planMaintenance } from './plan-maintenance.ts';

/** Maintains one stanza on this host. Needs no lease but for pins, for which it does not wait. */
export const runMaintenanceJob: JobWork = async (context) => {
  const { stanza, deps, signal, onSpawn } = context;
  const plan = await planMaintenance(stanza, deps, { signal, onSpawn });
  const done = await applyMaintenance(plan.actions, {
    signal,
    removePin: ({ repository, label }) => removePin(context, repository, label),
  });
  const findings = [...plan.findings, ...done.flatMap(findingOfFailure)];
  const warnings = findings.filter((finding) => finding.severity !== 'advice');
  return {
    facts: { actions: done.map(documentAction), findings },
    warnings: warnings.map((finding) => finding.problem),
  };
};

/** @throws Failure as changePin */
async function removePin(
  { stanza, deps, request, signal, emit, onSpawn }: JobWorkContext,
  repository: { readonly name: string; readonly key: number },
  label: string,
): Promise<void> {
  const options = { signal, emit, onSpawn };
  const { actor, cause } = request;
  const change = { repository, label, pin: undefined };
  try {
    await changePin(change, { stanza, deps, options, actor, cause, waitMs: 0 });
  } catch (error) {
    // A lost lease ends the pin's own run; this job was not told to stop.
    if (isFailure(error, 'interrupted') && !signal.aborted) return;
    throw error;
  }
}

function findingOfFailure({ action, result, problem }: DoneAction): readonly Finding[] {
  if (result !== 'failed') return [];
  const isPin = action.kind === 'remove-pin';
  return [
    {
      rule: 'not-maintained',
      severity: isPin ? 'advice' : 'warning',
      subject: placeOf(action),
      problem: isPin
        ? 'a pin that is over could not be removed; it binds nobody'
        : 'it could not be cleaned up',
      evidence: problem ?? '',
      remedy: isPin
        ? 'Nothing has to be done: it is tried again.'
        : 'Look at the owner and the mode of the directory.',
    },
  ];
}
