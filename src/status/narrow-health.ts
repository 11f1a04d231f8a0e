import { judgeHealth } from './assess.ts';
import { describeMessage, type HealthDocument, oldestAge } from './describe-health.ts';

/**
 * The same document of one stanza: what is wrong with others is left out, what is wrong with Holdfast itself is not.
 *
 * @param wanted undefined: everything stays
 */
export function narrowHealth(health: HealthDocument, wanted: string | undefined): HealthDocument {
  if (wanted === undefined) return health;
  const findings = health.findings.filter(({ stanza }) => stanza === null || stanza === wanted);
  const stanzas = health.stanzas.filter(({ name }) => name === wanted);
  const ofStanza = (entry: Readonly<Record<string, unknown>>): boolean => entry['stanza'] === wanted;
  return {
    ...health,
    status: judgeHealth(findings),
    last_backup_age_hours: oldestAge(stanzas),
    messages: findings.map(describeMessage),
    findings,
    stanzas,
    jobs: health.jobs.filter(ofStanza),
    unfinishedRestores: health.unfinishedRestores.filter(ofStanza),
    schedule: health.schedule.filter(ofStanza),
  };
}
