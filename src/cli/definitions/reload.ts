import type { CommandDefinition } from '../command-definition.ts';

export const reloadDefinition: CommandDefinition = {
  name: 'reload',
  summary: 'have the daemon read its configuration again',
  description: [
    'Jobs that run go on with the old one. A file with errors is refused, and the daemon goes on as before. The state directory, the user that runs pgBackRest and the address for HTTP need a restart.',
  ],
  arguments: [],
  options: [],
  examples: [{ command: 'holdfast reload', explanation: 'exit code 0 when the new configuration is in use' }],
  failures: ['not-permitted', 'daemon-unreachable', 'engine-missing', 'engine-unsupported'],
  privileged: true,
  load: () => import('../commands/reload.ts'),
};
