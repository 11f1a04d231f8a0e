import type { CommandDefinition } from '../command-definition.ts';

export const completionDefinition: CommandDefinition = {
  name: 'completion',
  summary: 'print the completion script for a shell',
  description: ['Commands, options and fixed values complete; nothing is run and no file is read for it.'],
  arguments: [{ name: 'shell', description: 'the shell', optional: false, choices: ['bash', 'zsh', 'fish'] }],
  options: [],
  examples: [
    {
      command: 'holdfast completion bash > /etc/bash_completion.d/holdfast',
      explanation: 'for every user of bash',
    },
    {
      command: 'holdfast completion fish > ~/.config/fish/completions/holdfast.fish',
      explanation: 'for one user of fish',
    },
  ],
  failures: [],
  privileged: false,
  load: () => import('../commands/completion.ts'),
};
