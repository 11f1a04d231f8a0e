import { Failure } from '../../model/failure.ts';
import type { RestorePlan } from '../restore-plan.ts';

/**
 * The failure of a refused plan. One that is refused only for its target, which has others near it that work, is
 * target-unreachable and its hint holds them ready to be typed; everything else is preflight-refused.
 */
export function planFailure(plan: RestorePlan): Failure {
  const { refusals, nearest = [] } = plan;
  const [first, ...more] = refusals;
  const onlyTarget = nearest.length > 0 && more.length === 0;
  const problem = refusals.map((finding) => `${finding.problem} (${finding.evidence})`).join('; ');
  const hints = [
    ...(onlyTarget ? [] : refusals.map((finding) => finding.remedy)),
    ...nearest.map((target) => `Nearest: \`holdfast restore ${target.options}\`: ${target.description}.`),
  ];
  return new Failure(onlyTarget ? 'target-unreachable' : 'preflight-refused', {
    operation: `restore stanza ${plan.stanza}`,
    place: first?.subject === `stanza ${plan.stanza}` ? undefined : first?.subject,
    problem: `${problem}; nothing was changed`,
    hint: hints.join('\n'),
    details: { refusals, nearest, plan },
  });
}
