import { segmentNumberOf } from '../../model/wal.ts';
import { judgeSets, type SetVerdict, type StopPlace } from './judge-sets.ts';
import type { RepositoryObservation } from './observations.ts';
import type { RestoreRequest } from './restore-request.ts';

/** The set and the repository a restore begins with. */
export interface SetChoice {
  readonly repository: RepositoryObservation;
  readonly verdict: SetVerdict;
  /** False when it is only the nearest there is, for a plan that will be refused. */
  readonly reaches: boolean;
}

/**
 * Chooses repository and set: the first repository in order whose WAL reaches the target with one of its sets; for
 * `latest` the one that reaches furthest. When none does, the one that comes nearest, so that a refusal can be shown
 * with everything else that is known.
 *
 * @returns undefined when there is no set at all
 */
export function chooseSet(
  repositories: readonly RepositoryObservation[],
  request: RestoreRequest,
): SetChoice | undefined {
  const choices = repositories.flatMap((repository) => {
    const verdict = bestVerdict(repository, request);
    return verdict ? [{ repository, verdict, reaches: reachesTarget(repository, request) }] : [];
  });
  return choices.toSorted(
    (left, right) => Number(right.reaches) - Number(left.reaches) || compareNearness(left, right, request),
  )[0];
}

/** The best set of a repository; one that cannot be used only when no other is there. */
export function bestVerdict(
  repository: RepositoryObservation,
  request: RestoreRequest,
): SetVerdict | undefined {
  const verdicts = judgeSets(repository, request, stopOf(repository));
  const first = verdicts[0];
  if (first?.kind === 'usable' || !first) return first;
  // Those before the target are nearer than those behind it, of which the oldest is the nearest.
  return (
    verdicts.find((verdict) => verdict.kind === 'cut') ??
    verdicts.findLast((verdict) => verdict.kind === 'late') ??
    first
  );
}

/** Where recovery would stop, as the WAL of this repository says. A time is judged by its stop time, not by this. */
export function stopOf(repository: RepositoryObservation): StopPlace | undefined {
  return repository.evidence?.stop;
}

/** True when a set of this repository and its WAL lead to the target. */
export function reachesTarget(repository: RepositoryObservation, request: RestoreRequest): boolean {
  const { evidence, chain } = repository;
  if (!evidence || !chain || bestVerdict(repository, request)?.kind !== 'usable') return false;
  const { target } = request;
  switch (target.kind) {
    case 'latest':
      // Recovery to the end stops silently at a hole: behind one lies WAL that would be lost (traps: silent failure 2).
      return evidence.stretch.last === repository.stretches.at(-1)?.last;
    case 'immediate':
      return true;
    case 'lsn':
      return (
        segmentNumberOf(target.lsn, chain.segmentSize) < evidence.stretch.last ||
        (evidence.lastRecord !== undefined && evidence.lastRecord >= target.lsn)
      );
    case 'time':
      return (evidence.stop !== undefined || endsWithFlush(repository)) && evidence.elsewhere === undefined;
    case 'xid':
    case 'name':
      return evidence.stop !== undefined;
  }
}

/** True when the WAL after the set reaches to what the running server writes, so that flushing it adds what is needed. */
export function endsWithFlush(repository: RepositoryObservation): boolean {
  return repository.canFlush && repository.evidence?.stretch.last === repository.stretches.at(-1)?.last;
}

/** For `latest` the repository with the longer WAL; otherwise the order in which they are preferred stands. */
function compareNearness(left: SetChoice, right: SetChoice, request: RestoreRequest): number {
  const usable = Number(right.verdict.kind === 'usable') - Number(left.verdict.kind === 'usable');
  if (usable !== 0 || request.target.kind !== 'latest') return usable;
  const end = (choice: SetChoice): bigint => choice.verdict.stretch?.last ?? -1n;
  if (end(left) === end(right)) return 0;
  return end(right) > end(left) ? 1 : -1;
}
