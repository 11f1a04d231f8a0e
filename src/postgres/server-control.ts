import { readFile, stat } from 'node:fs/promises';
import { runCommand } from '../process/run-command.ts';
import type { DebianCluster } from './debian-clusters.ts';
import type { ServerControl } from './server.ts';

/**
 * Decides how a server is started and stopped.
 *
 * systemd counts only where it is the init system (sd_booted(3): /run/systemd/system exists) and we are root, because
 * nobody else may start units. A running postmaster's cgroup then names its unit; only a unit called after PostgreSQL
 * is believed: a server started by hand out of another service is in that service's cgroup.
 */
export async function findServerControl(request: {
  readonly major: number;
  readonly dataDirectory: string;
  readonly debianCluster: DebianCluster | undefined;
  readonly postmasterPid: number | undefined;
  readonly currentUid: number;
}): Promise<ServerControl> {
  const unit = (await isSystemdBooted()) && request.currentUid === 0 ? await findUnit(request) : undefined;
  if (unit !== undefined) return { kind: 'systemd', unit };
  const cluster = request.debianCluster;
  return cluster === undefined
    ? { kind: 'pg_ctl' }
    : { kind: 'pg_ctlcluster', version: cluster.version, cluster: cluster.name };
}

/** The unit in the text of /proc/PID/cgroup, when it is one of PostgreSQL's. */
export function readPostgresUnit(cgroup: string): string | undefined {
  return /\/((?:postgres(?:ql)?|pgsql)[^/\s]*\.service)\s*$/m.exec(cgroup)?.[1];
}

async function findUnit(request: {
  readonly major: number;
  readonly dataDirectory: string;
  readonly debianCluster: DebianCluster | undefined;
  readonly postmasterPid: number | undefined;
}): Promise<string | undefined> {
  if (request.postmasterPid !== undefined) {
    return readPostgresUnit(await readFile(`/proc/${request.postmasterPid}/cgroup`, 'utf8').catch(() => ''));
  }
  const cluster = request.debianCluster;
  if (cluster !== undefined) {
    const unit = `postgresql@${cluster.version}-${cluster.name}.service`;
    return (await showUnit(unit)).includes('LoadState=loaded') ? unit : undefined;
  }
  for (const unit of [`postgresql-${request.major}.service`, 'postgresql.service']) {
    const shown = await showUnit(unit);
    if (hasDataDirectory(shown, request.dataDirectory)) return unit;
  }
  return undefined;
}

/** True when the unit's environment says `PGDATA=` this directory. */
function hasDataDirectory(shown: string, dataDirectory: string): boolean {
  const values = [...shown.matchAll(/\bPGDATA=([^\s"]*)/g)].map((match) => match[1]?.replace(/\/$/, ''));
  return values.includes(dataDirectory);
}

async function showUnit(unit: string): Promise<string> {
  const result = await runCommand({
    command: '/usr/bin/systemctl',
    args: ['show', '--property=LoadState', '--property=Environment', unit],
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
    timeoutMs: 10_000,
  });
  return result.stdout;
}

async function isSystemdBooted(): Promise<boolean> {
  try {
    return (await stat('/run/systemd/system')).isDirectory();
  } catch {
    return false;
  }
}
