import type { Configuration } from '../config/configuration.ts';
import type { Finding, Severity } from '../model/finding.ts';
import type { CheckObservations } from './observations.ts';
import { assessArchiving } from './rules/archiving.ts';
import { assessArrival } from './rules/arrival.ts';
import { assessBackups } from './rules/backups.ts';
import { assessClock } from './rules/clock.ts';
import { assessFiles } from './rules/files.ts';
import { assessFreeSpace } from './rules/free-space.ts';
import { assessServer } from './rules/server.ts';
import { assessVersions } from './rules/versions.ts';

const order: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, advice: 2 };

/**
 * Decides what is wrong. Pure, and the only place that decides: what could not be seen is a finding too.
 *
 * @param now epoch milliseconds
 * @returns the worst first
 */
export function assess(configuration: Configuration, seen: CheckObservations, now: number): Finding[] {
  const stanza = configuration.stanzas.find(({ name }) => name === seen.stanza);
  if (stanza === undefined)
    throw new Error(`observations of a stanza that is not configured: ${seen.stanza}`);
  return [
    ...assessArrival(seen),
    ...assessServer(seen),
    ...assessArchiving(seen),
    ...assessVersions(seen),
    ...assessFiles(configuration, seen),
    ...assessFreeSpace(seen),
    ...assessBackups(stanza, seen, now),
    ...assessClock(seen),
  ].toSorted((left, right) => order[left.severity] - order[right.severity]);
}
