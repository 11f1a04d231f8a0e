import { findingPlace, type Finding } from '../../model/finding.ts';
import type { DrillObservation } from '../drill-observation.ts';

/** How many problems are told; all are in the report. */
const mostTold = 5;

/** A drill that failed is what a restore of production would have met, and stays so until one passes. */
export function assessDrills(drills: readonly DrillObservation[]): Finding[] {
  return drills
    .filter(({ passed }) => !passed)
    .map((drill): Finding => {
      const { stanza, repository, id, endedAt, set, problems } = drill;
      const more = problems.length > mostTold ? `; and ${problems.length - mostTold} more` : '';
      const what = set === '' ? '' : `set ${set}: `;
      const where = repository === '' ? '' : ` --repo ${repository}`;
      return {
        rule: 'drill-failed',
        severity: 'critical',
        ...findingPlace(stanza, repository === '' ? undefined : repository),
        problem: 'the last drill failed: a restore of production would have met the same',
        evidence: `${what}${problems.slice(0, mostTold).join('; ')}${more} (run ${id} at ${new Date(endedAt).toISOString()})`,
        remedy: `See holdfast report show ${id}. Take a full backup (holdfast backup --type full --stanza ${stanza}${where}), and drill again: holdfast drill --stanza ${stanza}${where}.`,
      };
    });
}
