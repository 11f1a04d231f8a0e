import type { Configuration } from '../../config/configuration.ts';
import { writtenPaths } from '../deployment/written-paths.ts';
import { unitPaths, type UnitEntry } from './unit-text.ts';

/**
 * What a unit of Holdfast may not do (systemd.exec(5)). Left out on purpose:
 *
 * - MemoryDenyWriteExecute: Node compiles while it runs, and would not start.
 * - PrivateTmp: everybody who runs pgBackRest must see the same lock path, which lies in /tmp unless it is moved, and
 *   servers may have their socket there.
 * - PrivateUsers and ProtectProc=noaccess: owners of files and the server's process are looked at.
 * - PrivateNetwork: repositories and other nodes are elsewhere.
 */
export function hardening(configuration: Configuration): readonly UnitEntry[] {
  const written = writtenPaths(configuration).map((path) => `-${path}`);
  return [
    ['NoNewPrivileges', 'yes'],
    ['CapabilityBoundingSet', ''],
    ['AmbientCapabilities', ''],
    ['ProtectSystem', 'strict'],
    ['PrivateMounts', 'yes'],
    {
      comment:
        'From holdfast.yaml: repositories, logs, locks, spool, state and copies. Nothing else is written to.',
    },
    ['ReadWritePaths', unitPaths(written)],
    ['ProtectHome', homeProtection(configuration)],
    ['PrivateDevices', 'yes'],
    ['ProtectClock', 'yes'],
    ['ProtectHostname', 'yes'],
    ['ProtectKernelLogs', 'yes'],
    ['ProtectKernelModules', 'yes'],
    ['ProtectKernelTunables', 'yes'],
    ['ProtectControlGroups', 'yes'],
    ['ProtectProc', 'invisible'],
    ['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6'],
    ['RestrictNamespaces', 'yes'],
    ['RestrictRealtime', 'yes'],
    ['RestrictSUIDSGID', 'yes'],
    ['LockPersonality', 'yes'],
    ['RemoveIPC', 'no'],
    ['SystemCallArchitectures', 'native'],
    ['SystemCallFilter', '@system-service'],
    ['SystemCallFilter', '~@privileged @resources'],
    { comment: 'Files keep their owner; drills and backups give way to others on processors and disks.' },
    ['SystemCallFilter', '@chown ioprio_set setpriority sched_setscheduler'],
    ['SystemCallErrorNumber', 'EPERM'],
    ['UMask', '0027'],
  ];
}

/** Homes stay hidden unless something that the file names lies in one. */
function homeProtection(configuration: Configuration): string {
  const { file, stanzas, engine, copies, stateDirectory, deploy } = configuration;
  const { program, config = file } = deploy.systemd;
  const repositories = stanzas.flatMap((stanza) => stanza.repositories.map(({ path }) => path));
  const nodes = stanzas.flatMap(({ nodes: all }) => all.map(({ path }) => path));
  const named = [
    program,
    config,
    engine.logDirectory,
    stateDirectory,
    copies.directory,
    ...repositories,
    ...nodes,
  ];
  return named.some((path) => /^\/(?:home|root|run\/user)\//.test(path)) ? 'read-only' : 'yes';
}
