import type { Configuration } from '../../config/configuration.ts';
import { findingPlace, type Finding } from '../../model/finding.ts';
import type { RepositorySighting } from '../health-observations.ts';
import { explainUnknown } from '../sighting.ts';
import { assessBackups } from './backups.ts';
import { instant } from '../../model/instant.ts';

/**
 * What the repositories were seen to hold, as long as that may still be believed. A look that failed, or one that is
 * too long ago, makes everything before it unknown.
 */
export function assessSightings(
  configuration: Configuration,
  sightings: readonly RepositorySighting[],
  now: number,
): Finding[] {
  return sightings.flatMap(({ stanza: name, catalogue }) => {
    const stanza = configuration.stanzas.find((candidate) => candidate.name === name);
    if (stanza === undefined) return [];
    const unknown = explainUnknown(catalogue, now);
    if (unknown === undefined) {
      return assessBackups(stanza, catalogue.value?.repositories ?? [], now).map((finding) => ({
        ...finding,
        evidence: `${finding.evidence} (seen at ${instant(catalogue.observedAt ?? now)})`,
      }));
    }
    return [
      {
        rule: 'repository-unknown',
        severity: 'critical',
        ...findingPlace(name),
        problem: 'it is not known what is in its repositories now',
        evidence: unknown,
        remedy: `Run holdfast info --stanza ${name}, and look at the repository and its access.`,
      },
    ];
  });
}
