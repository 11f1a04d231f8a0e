import { failed, passed, type RunDrillCheck } from '../drill-check.ts';

/** A committed row was read back by another connection after the promotion: the restore's last step. */
export const checkWrite: RunDrillCheck = async ({ copy }) => {
  const step = copy.outcome.steps.find(({ name }) => name === 'prove-write');
  return step === undefined ? failed('nothing was written') : passed(step.summary);
};
