import type { CommandDefinition } from '../command-definition.ts';

export const unpinDefinition: CommandDefinition = {
  name: 'unpin',
  summary: 'leave a pinned set to the retention again',
  description: ['Removes the pin; nothing is expired by this. The next expire may remove the set.'],
  arguments: [{ name: 'label', description: 'the set', optional: false }],
  options: [
    {
      name: 'repo',
      value: 'NAME',
      description: 'only in this repository',
      repeatable: true,
      otherwise: 'all in which it is pinned',
    },
  ],
  examples: [{ command: 'holdfast unpin 20261120-103000F', explanation: 'in every repository' }],
  failures: ['not-permitted', 'engine-missing', 'engine-busy', 'nothing-found', 'lease-held'],
  privileged: true,
  load: () => import('../commands/unpin.ts'),
};
