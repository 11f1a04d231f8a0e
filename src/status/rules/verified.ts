import { findingPlace, type Finding } from '../../model/finding.ts';
import type { VerifiedObservation } from '../health-observations.ts';

/** How many damages are told; all are in the journal. */
const mostTold = 5;

/**
 * What the last verify found: pgBackRest itself ends with 0 on a damaged backup (pgbackrest/pgbackrest issue 2502), so
 * that nothing else would say it.
 */
export function assessVerified(verified: readonly VerifiedObservation[]): Finding[] {
  return verified
    .filter(({ damage }) => damage.length > 0)
    .map((seen): Finding => {
      const { stanza, repository, run, endedAt, damage, sets } = seen;
      const more = damage.length > mostTold ? `; and ${damage.length - mostTold} more` : '';
      const counts = sets
        .filter(({ filesChecked, filesValid }) => filesValid < filesChecked)
        .map(
          ({ label, filesChecked, filesValid }) =>
            `; ${label}: ${filesValid} of ${filesChecked} files are valid`,
        );
      return {
        rule: 'verify-found-damage',
        severity: 'critical',
        ...findingPlace(stanza, repository),
        problem: 'what is stored is damaged: a restore from it would fail or give wrong data',
        evidence: `${damage.slice(0, mostTold).join('; ')}${more}${counts.join('')} (run ${run} at ${new Date(endedAt).toISOString()})`,
        remedy: `Take a full backup now: holdfast backup --type full --stanza ${stanza} --repo ${repository}. Find out what happened to the storage, then verify again.`,
      };
    });
}
