import { failed, notDone, passed, type RunDrillCheck } from '../drill-check.ts';

/**
 * A committed row was read back by another connection after the promotion: the restore's last step. A restore whose plan
 * ends before it, because its copy stands still at the target, proves nothing of the kind.
 */
export const checkWrite: RunDrillCheck = async ({ copy }) => {
  if (!copy.plan.steps.some(({ name }) => name === 'prove-write'))
    return notDone('the copy stands still at its target and takes no writes');
  const step = copy.outcome.steps.find(({ name }) => name === 'prove-write');
  return step === undefined ? failed('nothing was written') : passed(step.summary);
};
