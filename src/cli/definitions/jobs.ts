import type { CommandDefinition } from '../command-definition.ts';

export const jobsDefinition: CommandDefinition = {
  name: 'jobs',
  summary: 'show what the daemon runs, what waits and how the last runs ended',
  description: [
    'Running jobs with how far they are, then what waits in the order in which it will begin, then the latest runs of the journal.',
  ],
  arguments: [],
  options: [
    {
      name: 'cancel',
      value: 'JOB',
      description: 'stop a running job gracefully or take a waiting one out: its run or its number',
    },
  ],
  examples: [
    { command: 'holdfast jobs', explanation: 'what goes on' },
    {
      command: 'holdfast jobs --cancel backup-20261120T103000Z-3f2a',
      explanation: 'stops that backup; the next one of the same type takes it up',
    },
  ],
  failures: ['not-permitted', 'daemon-unreachable', 'nothing-found', 'journal-damaged'],
  privileged: true,
  load: () => import('../commands/jobs.ts'),
};
