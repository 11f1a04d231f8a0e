import type { CommandDefinition } from '../command-definition.ts';
import { directOption } from './daemon-options.ts';

export const expireDefinition: CommandDefinition = {
  name: 'expire',
  summary: 'remove the sets and WAL that the retention no longer keeps',
  description: [
    'Shows what would go and asks. pgBackRest also expires after each backup: this is for a retention that was made shorter.',
  ],
  arguments: [],
  options: [
    {
      name: 'repo',
      value: 'NAME',
      description: 'only in this repository',
      repeatable: true,
      otherwise: 'all of them',
    },
    { name: 'dry-run', description: 'only show what would go' },
    directOption,
  ],
  examples: [
    { command: 'holdfast expire --dry-run', explanation: 'what would go' },
    { command: 'holdfast expire --repo local --yes', explanation: 'removes it without asking' },
  ],
  failures: [
    'not-permitted',
    'daemon-unreachable',
    'engine-missing',
    'engine-busy',
    'repository-unreachable',
    'consent-needed',
  ],
  privileged: true,
  load: () => import('../commands/expire.ts'),
};
