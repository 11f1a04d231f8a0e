import type { CommandDefinition } from '../command-definition.ts';

export const configDefinition: CommandDefinition = {
  name: 'config',
  summary: 'print the configuration as Holdfast understands it, or what is wrong with it',
  description: [
    'Reads holdfast.yaml, fills in every default and prints the result. Secrets are masked.',
    'Every problem is reported at once, each with file, line and column, what was expected and what to do.',
  ],
  arguments: [],
  options: [{ name: 'check', description: 'print only the problems' }],
  examples: [
    { command: 'holdfast config', explanation: 'the resolved configuration' },
    {
      command: 'holdfast config --check -c new.yaml',
      explanation: 'whether a new file is right, before it is used',
    },
  ],
  failures: [],
  findings: { warning: 'the file can be used, but has warnings', critical: 'not used' },
  privileged: false,
  load: () => import('../commands/config.ts'),
};
