import type { Configuration } from '../../config/configuration.ts';
import { hardening } from './hardening.ts';
import { afterNetwork, alertTemplate, holdfastCommand, identity } from './service-parts.ts';
import { writeUnit } from './unit-text.ts';

/** Of `holdfast serve --stop-timeout`, and as much again for what comes after. Seconds. */
const [stopSeconds, reserveSeconds] = [60, 60];

/** The service of the daemon, which judges roles by itself and keeps the schedules. */
export function daemonService(configuration: Configuration): string {
  const { drain } = configuration.deploy.systemd;
  const drained = drain === undefined ? [] : ['--drain', `${drain}s`];
  return writeUnit([
    {
      name: 'Unit',
      entries: [
        ['Description', 'Holdfast: schedules, health and metrics of PostgreSQL backups'],
        ...afterNetwork,
        ['StartLimitIntervalSec', '10min'],
        ['StartLimitBurst', '20'],
        { comment: 'Told when systemd gives up on it: a daemon that is dead tells nothing itself.' },
        ['OnFailure', `${alertTemplate}%n.service`],
      ],
    },
    {
      name: 'Service',
      entries: [
        ['Type', 'notify'],
        {
          comment:
            'Node has no datagram sockets of Unix: systemd-notify, a child, carries readiness and signs of life.',
        },
        ['NotifyAccess', 'all'],
        ...identity(configuration),
        ['ExecStart', holdfastCommand(configuration, ['serve', ...drained])],
        ['ExecReload', holdfastCommand(configuration, ['reload'])],
        ['WatchdogSec', '3min'],
        ['Restart', 'always'],
        ['RestartSec', '5s'],
        ['TimeoutStartSec', '2min'],
        { comment: 'Two stages: running jobs are stopped gracefully, then killed; systemd waits for both.' },
        ['TimeoutStopSec', `${(drain ?? 0) + stopSeconds + reserveSeconds}s`],
        { comment: 'A pgBackRest that runs outlives a daemon that dies; the next daemon waits for it.' },
        ['KillMode', 'process'],
        ['OOMPolicy', 'continue'],
        ...hardening(configuration),
      ],
    },
    { name: 'Install', entries: [['WantedBy', 'multi-user.target']] },
  ]);
}
