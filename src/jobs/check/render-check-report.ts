import { formatByteSize } from '../../model/byte-size.ts';
import { formatElapsed } from '../../model/duration.ts';
import { findingsExitCode, type Finding } from '../../model/finding.ts';
import type { CheckObservations } from '../../status/observations.ts';
import type { CheckReport } from './check-stanza.ts';

const verdicts = ['ok', 'warnings', 'critical'] as const;

/** A report for people: the verdict, what was seen, and every finding with its evidence and remedy. */
export function renderCheckReport(report: CheckReport): string {
  const { findings, observations } = report;
  const verdict = verdicts[findingsExitCode(findings)];
  return [
    `check of stanza ${report.stanza}: ${verdict}`,
    '',
    ...renderArrival(observations),
    ...renderSeen(observations, report.checkedAt),
    ...(findings.length === 0 ? [] : ['', ...findings.flatMap(renderFinding)]),
  ].join('\n');
}

function renderArrival({ arrival, engineCheck }: CheckObservations): string[] {
  const own = arrival.tried
    ? arrival.repositories.map(({ repository, afterMs, checksum }) =>
        afterMs === undefined
          ? `  WAL            ${arrival.segment} did not arrive in ${repository} within ${formatElapsed(arrival.timeoutMs)}`
          : `  WAL            ${arrival.segment} arrived in ${repository} after ${formatElapsed(afterMs)} (sha1 ${checksum ?? 'unknown'})`,
      )
    : [`  WAL            not tried: ${arrival.reason}`];
  const engine = engineCheck.ran ? (engineCheck.ok ? 'ok' : 'failed') : `not run: ${engineCheck.reason}`;
  return [...own, `  engine check   ${engine}`];
}

function renderSeen(seen: CheckObservations, now: number): string[] {
  const { server } = seen;
  return [
    `  versions       pgBackRest ${seen.engine.version.text}${server === undefined ? '' : `, PostgreSQL ${server.major}`}`,
    ...(server === undefined ? [] : [`  server         ${describeServer(server)}`]),
    ...seen.repositories.map(({ name, sets, cipher }) => {
      const last = sets.toSorted((left, right) => left.stopTime - right.stopTime).at(-1);
      const age =
        last === undefined
          ? 'no backup'
          : `last backup ${last.label}, ${formatElapsed(now - last.stopTime * 1000)} ago`;
      return `  repository     ${name}: ${age}, cipher ${cipher ?? 'unknown'}`;
    }),
    ...seen.fileSystems.map(
      ({ path, availableBytes, totalBytes }) =>
        `  free space     ${path}: ${formatByteSize(availableBytes)} of ${formatByteSize(totalBytes)}`,
    ),
    ...(seen.clock === undefined
      ? []
      : [
          `  clocks         database ${new Date(seen.clock.database).toISOString()} (${seen.clock.databaseZone}), host ${new Date(seen.clock.after).toISOString()} (${seen.clock.hostZone})`,
        ]),
  ];
}

function describeServer(server: NonNullable<CheckObservations['server']>): string {
  if (!server.running) return 'does not run';
  if (!server.accepting) return 'runs and does not answer';
  const role = server.inRecovery === undefined ? 'role unknown' : server.inRecovery ? 'standby' : 'primary';
  const settings = Object.entries(server.settings ?? {}).filter(
    ([name]) => name !== 'archive_command' && name !== 'archive_library',
  );
  return [role, ...settings.map(([name, { value }]) => `${name} ${value}`)].join(', ');
}

/** One finding in three lines. */
export function renderFinding(finding: Finding): string[] {
  return [
    `  ${finding.severity.toUpperCase()}  ${finding.subject}: ${finding.problem} [${finding.rule}]`,
    `      seen: ${finding.evidence}`,
    `      do:   ${finding.remedy}`,
  ];
}
