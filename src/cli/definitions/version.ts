import type { CommandDefinition } from '../command-definition.ts';

export const versionDefinition: CommandDefinition = {
  name: 'version',
  summary: 'print the version of Holdfast',
  description: [
    'Also the version of Node.js that runs it and the range of pgBackRest versions it is tested with.',
  ],
  arguments: [],
  options: [],
  examples: [{ command: 'holdfast version --json', explanation: 'for scripts' }],
  failures: [],
  privileged: false,
  load: () => import('../commands/version.ts'),
};
