import type { Configuration, EngineSettings } from '../../config/configuration.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import { defaultConfigFile } from '../../engine/engine-arguments.ts';
import { unitCommand, unitPaths, writeUnit, type UnitEntry } from '../systemd/unit-text.ts';
import { neededPlaces } from './directories.ts';

/** Where the unit goes. */
export const serverUnitPath = '/etc/systemd/system/pgbackrest-server.service';

/** Since this minor version `pgbackrest server` tells systemd when it listens (sd_notify). */
const notifiesSince = 59;

/**
 * The unit of `pgbackrest server`. It reads certificates anew at a reload, and who is connected stays connected.
 *
 * Not taken: PrivateTmp (locks lie in /tmp/pgbackrest and all of pgBackRest on a host must share them), RemoveIPC (it
 * would remove the shared memory of PostgreSQL, which runs as the same user).
 */
export function serverUnit(
  configuration: Configuration,
  host: string | undefined,
  version: EngineVersion,
): string {
  const { engine } = configuration;
  const notifies = version.minor >= notifiesSince;
  return writeUnit([
    {
      name: 'Unit',
      entries: [
        ['Description', "pgBackRest's TLS server, for hosts that archive, back up and restore"],
        ['Documentation', 'https://pgbackrest.org/user-guide.html#repo-host'],
        ['Wants', 'network-online.target'],
        ['After', 'network-online.target systemd-tmpfiles-setup.service'],
        ['StartLimitIntervalSec', '0'],
      ],
    },
    {
      name: 'Service',
      entries: [
        ['Type', notifies ? 'notify' : 'exec'],
        ['NotifyAccess', notifies ? 'main' : undefined],
        ['User', engine.user],
        ['ExecStart', unitCommand(serverWords(engine))],
        { comment: 'Certificates are read again, and who is connected stays so.' },
        ['ExecReload', '/bin/kill -HUP $MAINPID'],
        ['Restart', 'always'],
        ['RestartSec', '5'],
        { comment: 'Children that send WAL or a backup get the time to end.' },
        ['TimeoutStopSec', '60'],
        ['UMask', '0027'],
        ...confinement(neededPlaces(configuration, host).map(({ path }) => path)),
      ],
    },
    { name: 'Install', entries: [['WantedBy', 'multi-user.target']] },
  ]);
}

/** systemd.exec(5). */
function confinement(writable: readonly string[]): readonly UnitEntry[] {
  return [
    { comment: 'It opens connections, reads data and writes its repository: nothing else.' },
    ['ProtectSystem', 'strict'],
    ['ReadWritePaths', unitPaths(writable)],
    ['ProtectHome', 'read-only'],
    ['PrivateDevices', 'yes'],
    ['NoNewPrivileges', 'yes'],
    ['CapabilityBoundingSet', ''],
    ['AmbientCapabilities', ''],
    ['ProtectKernelTunables', 'yes'],
    ['ProtectKernelModules', 'yes'],
    ['ProtectKernelLogs', 'yes'],
    ['ProtectControlGroups', 'yes'],
    ['ProtectClock', 'yes'],
    ['ProtectHostname', 'yes'],
    ['ProtectProc', 'invisible'],
    ['ProcSubset', 'pid'],
    ['RestrictAddressFamilies', 'AF_INET AF_INET6 AF_UNIX'],
    ['RestrictNamespaces', 'yes'],
    ['RestrictRealtime', 'yes'],
    ['RestrictSUIDSGID', 'yes'],
    ['LockPersonality', 'yes'],
    ['MemoryDenyWriteExecute', 'yes'],
    ['SystemCallArchitectures', 'native'],
    ['SystemCallFilter', '@system-service'],
    ['SystemCallFilter', '~@privileged'],
    ['SystemCallErrorNumber', 'EPERM'],
    ['KeyringMode', 'private'],
  ];
}

function serverWords({ binary, configFile, includeDirectory }: EngineSettings): readonly string[] {
  const program = binary.startsWith('/') ? binary : `/usr/bin/${binary}`;
  const own = [`--config=${configFile}`, `--config-include-path=${includeDirectory}`];
  return [program, ...(configFile === defaultConfigFile ? [] : own), 'server'];
}
