import { findingPlace, type Finding } from '../../model/finding.ts';
import type { CheckObservations, RepositoryArrival } from '../observations.ts';

/** WAL written now must come to every repository, and the engine's own check must agree. */
export function assessArrival(seen: CheckObservations): Finding[] {
  const { arrival, engineCheck } = seen;
  const findings: Finding[] = [];
  if (arrival.tried) {
    findings.push(...arrival.repositories.flatMap((repository) => judge(repository, arrival, seen.stanza)));
  } else if (arrival.expected) {
    findings.push({
      rule: 'archive-not-proven',
      severity: 'critical',
      ...findingPlace(seen.stanza),
      problem: 'it could not be tried whether WAL arrives in the repositories',
      evidence: arrival.reason,
      remedy: 'Remove the cause, then run `holdfast check` again.',
    });
  }
  if (engineCheck.ran && !engineCheck.ok) {
    findings.push({
      rule: 'engine-check-failed',
      severity: 'critical',
      ...findingPlace(seen.stanza),
      problem: 'the check of pgBackRest itself failed',
      evidence: engineCheck.problem,
      remedy: engineCheck.hint ?? 'Run `pgbackrest check` by hand and read its log.',
    });
  }
  return findings;
}

function judge(
  arrival: RepositoryArrival,
  { segment, timeoutMs }: { readonly segment: string; readonly timeoutMs: number },
  stanza: string,
): Finding[] {
  if (arrival.afterMs !== undefined) return [];
  return [
    {
      rule: 'archive-not-arriving',
      severity: 'critical',
      ...findingPlace(stanza, arrival.repository),
      problem: 'WAL that is written now does not arrive',
      evidence: `segment ${segment} was not there ${Math.round(timeoutMs / 1000)} s after it was ended${arrival.problem === undefined ? '' : `; ${arrival.problem}`}`,
      remedy:
        'Read the archive-push log of pgBackRest and the server log. Until this is repaired, WAL piles up in pg_wal and nothing newer can be restored.',
    },
  ];
}
