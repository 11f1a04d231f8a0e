import type { CommandDefinition } from '../command-definition.ts';
import { directOption } from './daemon-options.ts';

export const checkDefinition: CommandDefinition = {
  name: 'check',
  summary: 'prove that WAL written now arrives in every repository',
  description: [
    'Switches the WAL segment and waits until it is in every repository, then looks at settings, versions, permissions, free space and clocks, and says what it saw.',
  ],
  arguments: [],
  options: [
    {
      name: 'timeout',
      value: 'DURATION',
      description: 'how long to wait for the segment, as 90s or 5m',
      otherwise: 'archive_timeout and a minute',
    },
    directOption,
  ],
  examples: [{ command: 'holdfast check', explanation: 'exit code 0 only when everything is right' }],
  failures: ['not-permitted', 'daemon-unreachable', 'engine-missing', 'server-unreachable'],
  findings: { warning: 'something should be looked at', critical: 'data would be lost' },
  privileged: true,
  load: () => import('../commands/check.ts'),
};
