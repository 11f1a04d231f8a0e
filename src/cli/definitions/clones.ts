import type { CommandDefinition } from '../command-definition.ts';

export const clonesDefinition: CommandDefinition = {
  name: 'clones',
  summary: 'the copies beside production that there are',
  description: [
    'Clones, and the copies that drills and searches are working with: what each was restored to, until when it stays, and how to connect. Whether its server answers is asked now.',
    'Copies whose time is over, and what killed commands left behind, are dropped first.',
  ],
  arguments: [],
  options: [{ name: 'all', description: 'dropped ones, too' }],
  examples: [{ command: 'holdfast clones', explanation: 'with a connection string for each' }],
  failures: ['not-permitted', 'journal-damaged'],
  privileged: true,
  load: () => import('../commands/clones.ts'),
};
