import type { BackupSet } from '../../model/backup-set.ts';
import type { Repository } from '../../model/repository.ts';
import type { RestorePlan } from '../restore-plan.ts';
import { egressCost } from './egress-cost.ts';
import { estimateRestore } from './estimate-restore.ts';
import type { RestoreSample } from './restore-sample.ts';

/** What a plan says of time and money. */
export type PlanEstimate = Pick<RestorePlan, 'estimate' | 'egress' | 'alternatives'>;

export interface EstimateRequest {
  /** The one that was chosen. */
  readonly repository: string;
  readonly repositories: readonly Repository[];
  /** The set that a restore from each would begin with, by the repository's key; the chosen one's is the chosen set. */
  readonly sets: ReadonlyMap<number, Pick<BackupSet, 'size' | 'repositorySize'>>;
  readonly segments: number;
  /** Bytes of WAL as stored in the chosen repository. */
  readonly storedWalBytes: number;
  readonly samples: readonly RestoreSample[];
}

/** Time and price of the restore as it is planned, and of the same from the other repositories. */
export function planEstimate(request: EstimateRequest): PlanEstimate {
  const of = (repository: Repository): PlanEstimate => {
    const set = request.sets.get(repository.key);
    if (set === undefined) return {};
    const work = { repository: repository.name, bytes: set.size, segments: request.segments };
    return {
      estimate: estimateRestore(work, request.samples),
      egress: egressCost(repository, set.repositorySize + request.storedWalBytes),
    };
  };
  const chosen = request.repositories.find(({ name }) => name === request.repository);
  const others = request.repositories.filter(
    ({ name, key }) => name !== request.repository && request.sets.has(key),
  );
  return {
    ...(chosen === undefined ? {} : of(chosen)),
    alternatives: others.map((repository) => {
      const { estimate, egress } = of(repository);
      return { repository: repository.name, seconds: estimate?.seconds, egress };
    }),
  };
}
