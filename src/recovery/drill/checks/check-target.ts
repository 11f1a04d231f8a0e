import { passed, type RunDrillCheck } from '../drill-check.ts';

/** The restore has proved it before it promoted; without that there would be no copy. */
export const checkTarget: RunDrillCheck = async ({ copy }) => {
  const { proofs, reached } = copy.outcome;
  return passed(proofs.join('; '), { timeline: reached.timeline, newTimeline: reached.newTimeline });
};
