import { findingPlace, type Finding } from '../../model/finding.ts';
import type { CheckObservations } from '../observations.ts';

/** The server answers, protects its pages, and does not disturb the engine by its environment. */
export function assessServer(seen: CheckObservations): Finding[] {
  const { server } = seen;
  const place = findingPlace(seen.stanza);
  if (server === undefined) return [];
  const findings: Finding[] = [];
  if (!server.running || !server.accepting || server.settings === undefined) {
    findings.push({
      rule: 'server-not-answering',
      severity: 'critical',
      ...place,
      problem: server.running ? 'the server does not answer' : 'the server does not run',
      evidence:
        server.problem ??
        (server.running ? 'it lets nobody in' : 'no postmaster works in the data directory'),
      remedy: 'Start the server, or wait until its recovery lets clients in.',
    });
  }
  if (server.dataChecksums !== true) {
    findings.push({
      rule: server.dataChecksums === undefined ? 'page-checksums-unknown' : 'page-checksums-off',
      severity: server.dataChecksums === undefined ? 'warning' : 'advice',
      ...place,
      problem:
        server.dataChecksums === undefined
          ? 'it is not known whether pages have checksums'
          : 'pages have no checksums, so damaged pages go into backups unseen',
      evidence: 'pg_controldata: Data page checksum version',
      remedy: 'Stop the server cleanly, run pg_checksums --enable, and take a new full backup.',
    });
  }
  return [...findings, ...assessEnvironment(seen)];
}

/** The engine takes every PGBACKREST_* variable for an option, and the file loses against it (trap C8). */
function assessEnvironment({ stanza, server }: CheckObservations): Finding[] {
  if (server === undefined || !server.running) return [];
  const { strayVariables } = server;
  if (strayVariables?.length === 0) return [];
  const known = strayVariables !== undefined;
  return [
    {
      rule: known ? 'stray-environment' : 'environment-unknown',
      severity: 'warning',
      ...findingPlace(stanza),
      problem: known
        ? 'the server runs with variables that override the configuration of archive-push'
        : 'the environment of the server could not be read',
      evidence: known
        ? `in the environment of the postmaster: ${strayVariables.join(', ')}`
        : '/proc/PID/environ is not readable',
      remedy: known
        ? 'Take them out of the service (unit file, /etc/postgresql/*/environment, container) and restart the server.'
        : 'Run the check as root or as the owner of the server.',
    },
  ];
}
