import type { Configuration } from '../../config/configuration.ts';
import { formatElapsed } from '../../model/duration.ts';
import type { Finding } from '../../model/finding.ts';
import type { RepositorySighting } from '../health-observations.ts';
import { assessBackups } from './backups.ts';

/**
 * What the repositories were seen to hold, as long as that may still be believed. A look that failed, or one that is
 * too long ago, makes everything before it unknown.
 */
export function assessSightings(
  configuration: Configuration,
  sightings: readonly RepositorySighting[],
  now: number,
): Finding[] {
  return sightings.flatMap((sighting) => {
    const stanza = configuration.stanzas.find(({ name }) => name === sighting.stanza);
    if (stanza === undefined) return [];
    const unknown = explainUnknown(sighting, now);
    if (unknown === undefined) {
      return assessBackups(stanza, sighting, now).map((finding) => ({
        ...finding,
        subject: `stanza ${stanza.name}, ${finding.subject}`,
        evidence: `${finding.evidence} (seen at ${instant(sighting.observedAt ?? now)})`,
      }));
    }
    return [
      {
        rule: 'repository-unknown',
        severity: 'critical',
        subject: `stanza ${stanza.name}`,
        problem: 'it is not known what is in its repositories now',
        evidence: unknown,
        remedy: `Run holdfast info --stanza ${stanza.name}, and look at the repository and its access.`,
      },
    ];
  });
}

/** Why a sighting counts for nothing. @returns undefined when it may be believed */
export function explainUnknown(sighting: RepositorySighting, now: number): string | undefined {
  const { observedAt, failure, staleAfterMs } = sighting;
  const seen = observedAt === undefined ? 'never seen before' : `last seen at ${instant(observedAt)}`;
  if (failure !== undefined) return `looking at ${instant(failure.at)} failed: ${failure.problem}; ${seen}`;
  if (observedAt === undefined) return 'not looked at yet';
  // A clock that was set back makes a sighting lie in the future: how old it is can then not be told.
  if (now < observedAt) return `${seen}, which is after now: the clock was set back`;
  if (now - observedAt > staleAfterMs) return `${seen}, ${formatElapsed(now - observedAt)} ago`;
  return undefined;
}

function instant(time: number): string {
  return new Date(time).toISOString();
}
