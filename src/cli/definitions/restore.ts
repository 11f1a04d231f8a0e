import type { CommandDefinition } from '../command-definition.ts';
import { directOption } from './daemon-options.ts';
import { repositoryOption, setOption, timelineOption, timezoneOption } from './target-options.ts';

export const restoreDefinition: CommandDefinition = {
  name: 'restore',
  summary: 'bring the cluster back, to the second',
  description: [
    'Chooses the set and the repository, looks at everything that could go wrong, prints the plan, asks, and only then acts. --plan stops after the plan.',
    'The old data directory is moved aside, never deleted, and WAL that was not archived yet is saved first. How to undo it is printed at the end.',
    'Targets: `latest`, `immediate` (as soon as the set is consistent), a time, `xid:NUMBER`, `lsn:16/B374D848`, `name:RESTORE_POINT`.',
    'A time needs its zone: `2026-11-20 10:30:00+01`, `2026-11-20T09:30:00Z`, `10 minutes ago`, or a local time with --timezone.',
    'Under Patroni the whole cluster is restored, on the host of its leader: pause, restore, promotion, a full backup, replicas made anew, end of the pause.',
    '--into restores into another directory, with a port of its own; it never archives and touches nothing of production.',
  ],
  arguments: [],
  options: [
    { name: 'to', value: 'TARGET', description: 'the target, see above' },
    timezoneOption,
    setOption,
    repositoryOption,
    timelineOption,
    {
      name: 'into',
      value: 'DIR',
      description: 'restore into this directory instead',
      completes: 'directory',
    },
    { name: 'port', value: 'PORT', description: 'with --into: the port of the restored server' },
    { name: 'delta', description: 'restore over the old files and copy only what differs' },
    { name: 'plan', description: 'print the plan and stop' },
    {
      name: 'no-backup',
      description: 'of a Patroni cluster: without the full backup before the replicas are made',
    },
    { name: 'resume', value: 'ID', description: 'finish a restore that stopped in the middle' },
    { ...directOption, otherwise: 'a running daemon begins nothing of the stanza until this has ended' },
  ],
  examples: [
    {
      command: "holdfast restore --to '2026-11-20 10:30:00+01' --plan",
      explanation: 'what would happen',
    },
    { command: "holdfast restore --to '10 minutes ago'", explanation: 'asks, then restores in place' },
    {
      command: 'holdfast restore --to latest --into /var/tmp/copy --port 5433 --yes',
      explanation: 'a copy beside the running server',
    },
  ],
  failures: [
    'not-permitted',
    'daemon-unreachable',
    'engine-missing',
    'engine-failed',
    'repository-unreachable',
    'repository-damaged',
    'passphrase-wrong',
    'server-failed',
    'target-invalid',
    'target-unreachable',
    'preflight-refused',
    'disk-full',
    'operation-unfinished',
    'server-running',
    'proof-failed',
    'consent-needed',
    'nothing-found',
    'timed-out',
    'server-unreachable',
  ],
  findings: {
    warning: 'restored, but something should be looked at',
    critical: 'restored, but something is badly wrong',
  },
  privileged: true,
  load: () => import('../commands/restore.ts'),
};
