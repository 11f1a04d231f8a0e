import { findingPlace, type Finding } from '../../model/finding.ts';
import type { CheckObservations } from '../observations.ts';

/** Milliseconds by which clocks may differ before times in plans and targets mislead. */
const toleranceMs = 2000;
/** Stores stamp whole seconds, and a slow upload is stamped at its end or its beginning. */
const repositoryToleranceMs = 30_000;

/** Restore targets are times: the clocks of database, host and repositories must agree. */
export function assessClock(seen: CheckObservations): Finding[] {
  return [...assessDatabaseClock(seen), ...assessRepositoryClocks(seen)];
}

function assessDatabaseClock({ clock, stanza, server }: CheckObservations): Finding[] {
  const place = findingPlace(stanza);
  if (clock === undefined) {
    if (server?.accepting !== true) return [];
    return [
      {
        rule: 'clock-unknown',
        severity: 'warning',
        ...place,
        problem: 'the clock of the database could not be read',
        evidence: 'clock_timestamp() gave no answer',
        remedy: 'Run the check again.',
      },
    ];
  }
  const findings: Finding[] = [];
  const off = Math.max(clock.before - clock.database, clock.database - clock.after, 0);
  if (off > toleranceMs) {
    findings.push({
      rule: 'clock-differs',
      severity: 'warning',
      ...place,
      problem: 'the clocks of the database and of this host differ',
      evidence: `database ${new Date(clock.database).toISOString()}, host ${new Date(clock.after).toISOString()}`,
      remedy: 'Synchronize both with NTP (chrony, systemd-timesyncd).',
    });
  }
  if (offsetOf(clock.databaseZone, clock.after) === offsetOf(clock.hostZone, clock.after)) return findings;
  return [
    ...findings,
    {
      rule: 'timezone-differs',
      severity: 'advice',
      ...place,
      problem: 'the database and this host show times in different zones',
      evidence: `database ${clock.databaseZone}, host ${clock.hostZone}`,
      remedy: 'Always write restore targets with an offset; Holdfast insists on one.',
    },
  ];
}

function assessRepositoryClocks({ arrival, stanza }: CheckObservations): Finding[] {
  if (!arrival.tried) return [];
  return arrival.repositories.flatMap(({ repository, writtenAt, afterMs }): Finding[] => {
    if (writtenAt === undefined || afterMs === undefined) return [];
    const earliest = arrival.switchedAt - repositoryToleranceMs;
    const latest = arrival.switchedAt + afterMs + repositoryToleranceMs;
    if (writtenAt * 1000 >= earliest && writtenAt * 1000 <= latest) return [];
    return [
      {
        rule: 'repository-clock-differs',
        severity: 'warning',
        ...findingPlace(stanza, repository),
        problem: 'the clocks of this host and of the repository differ',
        evidence: `a file that was written at ${new Date(arrival.switchedAt).toISOString()} says ${new Date(writtenAt * 1000).toISOString()}`,
        remedy: 'Synchronize both with NTP. Object stores refuse requests whose time is off.',
      },
    ];
  });
}

/** `GMT+01:00` at an instant; an unknown zone is compared by its name. */
function offsetOf(zone: string, instant: number): string {
  try {
    const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(
      instant,
    );
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
  } catch {
    // PostgreSQL also has zones that are no IANA names, such as <+01>-01.
    return zone;
  }
}
