import type { Configuration } from '../config/configuration.ts';
import { type Finding, isPresent, type KnownFinding, type Severity } from '../model/finding.ts';
import type { Observations, RunObservation } from './health-observations.ts';
import type { CheckObservations } from './observations.ts';
import { assessArchives } from './rules/archives.ts';
import { assessArchiving } from './rules/archiving.ts';
import { assessArrival } from './rules/arrival.ts';
import { assessBackups } from './rules/backups.ts';
import { assessCertificates } from './rules/certificates.ts';
import { assessChecked } from './rules/checked.ts';
import { assessClock } from './rules/clock.ts';
import { assessDaemon, assessNoDaemon } from './rules/daemon.ts';
import { assessDeliveries } from './rules/deliveries.ts';
import { assessDrills } from './rules/drills.ts';
import { assessFiles } from './rules/files.ts';
import { assessFreeSpace } from './rules/free-space.ts';
import { assessForecasts } from './rules/forecasts.ts';
import { assessLeftCopies } from './rules/left-copies.ts';
import { assessObjectives } from './rules/objectives.ts';
import { assessPosition } from './rules/position.ts';
import { assessPrimaries } from './rules/primaries.ts';
import { assessLines, assessRuns } from './rules/runs.ts';
import { assessServer } from './rules/server.ts';
import { assessSightings } from './rules/sightings.ts';
import { assessVerified } from './rules/verified.ts';
import { assessVersions } from './rules/versions.ts';

const order: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, advice: 2 };

/**
 * Decides what is wrong. Pure, and the only place that decides: commands, `/health`, metrics and messages show its
 * result. What could not be seen is a finding too.
 *
 * @param now epoch milliseconds
 * @returns the worst first
 */
export function assess(configuration: Configuration, seen: Observations, now: number): Finding[] {
  const findings = [
    ...(seen.daemon === undefined ? [] : assessDaemon(seen.daemon)),
    ...(seen.withoutDaemon === undefined ? [] : assessNoDaemon(seen.withoutDaemon)),
    ...(seen.checks ?? []).flatMap((check) => assessCheck(configuration, check, now)),
    ...assessSightings(configuration, seen.sightings ?? [], now),
    ...assessRuns(withoutDamage(seen), seen.unfinished ?? []),
    ...assessVerified(seen.verified ?? []),
    ...assessDrills(seen.drills ?? []),
    ...assessLines(seen.lines ?? []),
    ...assessLeftCopies(seen.leftCopies ?? []),
    ...assessCertificates(seen.certificates ?? [], now),
    ...assessDeliveries(seen.channels ?? [], now),
    ...assessPrimaries(configuration, seen.primaries ?? [], now),
    ...assessArchives(configuration, seen.archives ?? [], now),
    ...assessPosition(configuration, seen.primaries ?? [], seen.archives ?? [], now),
    ...assessObjectives(configuration, withNothing(seen), now),
    ...assessForecasts(configuration, withNothing(seen), now),
  ];
  return [...findings, ...assessChecked(seen.checked ?? [], findings)].toSorted(compareSeverity);
}

/** A verify that found damage has a finding of its own. */
function withoutDamage({ lastRuns = [], verified = [] }: Observations): readonly RunObservation[] {
  const told = new Set(verified.filter(({ damage }) => damage.length > 0).map(({ run }) => run));
  return lastRuns.filter(({ id }) => !told.has(id));
}

/** Looks that were not made have seen nothing. */
function withNothing(seen: Observations) {
  const { primaries = [], archives = [], sightings = [], restores, drills } = seen;
  return { primaries, archives, sightings, restores, drills };
}

function assessCheck(configuration: Configuration, seen: CheckObservations, now: number): Finding[] {
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
    ...assessBackups(stanza, seen.repositories, now),
    ...assessClock(seen),
  ];
}

/** The worst first. */
export function compareSeverity(left: Pick<Finding, 'severity'>, right: Pick<Finding, 'severity'>): number {
  return order[left.severity] - order[right.severity];
}

/** One word for all findings. Unknown is not good news, and not known to be bad. */
export const healthStatuses = ['healthy', 'warning', 'unknown', 'critical'] as const;
export type HealthStatus = (typeof healthStatuses)[number];

/**
 * What is there now decides: not what is only held open because it comes and goes.
 *
 * @param findings of `assess`, or known ones
 */
export function judgeHealth(
  known: readonly (Pick<Finding, 'rule' | 'severity'> & Pick<KnownFinding, 'isAway'>)[],
): HealthStatus {
  const findings = known.filter(isPresent);
  const critical = findings.filter(({ severity }) => severity === 'critical');
  if (critical.some(({ rule }) => !rule.endsWith('-unknown'))) return 'critical';
  if (critical.length > 0) return 'unknown';
  return findings.some(({ severity }) => severity === 'warning') ? 'warning' : 'healthy';
}
