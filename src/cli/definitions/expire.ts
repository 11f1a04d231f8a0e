import type { CommandDefinition } from '../command-definition.ts';
import { directOption } from './daemon-options.ts';
import { lineOption } from './line-option.ts';

export const expireDefinition: CommandDefinition = {
  name: 'expire',
  summary: 'remove the sets and WAL that the retention no longer keeps',
  description: [
    "Shows what would go and asks. What goes is for pgBackRest's retention to say; what stays all the same is said with its reason: pinned sets (`holdfast pin`), the set that was proven last, the last complete full set (or `retention.minimum` of them), and all that these are built on, each with the WAL that makes it consistent.",
    'Backups that Holdfast takes expire nothing by themselves: an expire follows each of them. This command is for a retention that was made shorter, and for looking.',
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
    lineOption,
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
    'lease-held',
    'nothing-found',
  ],
  privileged: true,
  load: () => import('../commands/expire.ts'),
};
