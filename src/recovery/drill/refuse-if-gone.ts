import { Failure, isFailure } from '../../model/failure.ts';
import type { CopyDependencies } from '../copy/copy-deps.ts';
import { type CopyPlan, planCopy } from '../copy/make-copy.ts';
import { planFailure } from '../plan/plan-failure.ts';

/**
 * After a restore that failed: whether what it was planned with is still in the repository. An expire of another host
 * may have taken the set or its WAL meanwhile, and then the drill says nothing of the backup.
 *
 * @param failure of the restore
 * @throws Failure nothing-found when set or WAL are gone; and as planCopy: then nothing is known of the backup either
 */
export async function refuseIfGone(
  { request, plan }: CopyPlan,
  failure: unknown,
  deps: CopyDependencies,
): Promise<void> {
  if (plan.refusals.length > 0) return;
  const same = { ...request, setLabel: plan.set.label, repositoryName: plan.repository.name };
  const problem = await describeGone(same, deps);
  if (problem === undefined) return;
  throw new Failure('nothing-found', {
    operation: `drill set ${plan.set.label} of stanza ${plan.stanza}`,
    place: `repository ${plan.repository.name}`,
    problem: `what it was restored from was removed meanwhile: ${problem}`,
    hint: 'Nothing is said of the backup. Was it an expire? Then run the drill again; otherwise look at `holdfast windows`.',
    cause: failure,
  });
}

async function describeGone(
  request: CopyPlan['request'],
  deps: CopyDependencies,
): Promise<string | undefined> {
  try {
    const { plan } = await planCopy(request, deps);
    if (plan.wal.missing.length > 0) return `${plan.wal.missing.length} WAL segments of it are missing`;
    if (plan.refusals.length === 0) return undefined;
    const isTarget = isFailure(planFailure(plan), 'target-unreachable');
    return plan.refusals.find(({ rule }) => isTarget || rule === 'no-usable-set')?.problem;
  } catch (error) {
    if (isFailure(error, 'target-unreachable')) return 'the set is not there any more';
    throw error;
  }
}
