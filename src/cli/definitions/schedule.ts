import type { CommandDefinition } from '../command-definition.ts';

export const scheduleDefinition: CommandDefinition = {
  name: 'schedule',
  summary: 'show what runs next, and why something did not run',
  description: [
    'The next times of each line of the schedules with their jitter, blackouts and what replaces what, then how each line ran last and what was left out lately. Which member a run belongs to and whether the repository needs it is judged when it begins.',
    'It works with and without a daemon; without one nothing of it will run.',
  ],
  arguments: [],
  options: [
    { name: 'count', value: 'NUMBER', description: 'how many times of each line', otherwise: '2' },
    {
      name: 'line',
      value: 'JOB',
      description: 'only these: a job such as full, or a line as `holdfast schedule` writes it',
      repeatable: true,
      otherwise: 'all of them',
    },
    { name: 'skipped', description: 'list the last 100 that were left out, not 5' },
  ],
  examples: [
    { command: 'holdfast schedule', explanation: 'what comes next' },
    {
      command: 'holdfast schedule --line incr --skipped',
      explanation: 'why incremental backups did not run',
    },
  ],
  failures: ['not-permitted', 'journal-damaged', 'daemon-unreachable', 'nothing-found'],
  privileged: true,
  load: () => import('../commands/schedule.ts'),
};
