import type { CommandDefinition } from '../command-definition.ts';
import { repositoriesOption } from './repositories-option.ts';

export const retentionDefinition: CommandDefinition = {
  name: 'retention',
  summary: 'show day by day which sets and windows a policy keeps',
  description: [
    "Lets time pass over a repository: backups as holdfast.yaml schedules them, an expire after each, WAL all the time. Says for each day which sets are there, which went and why, and which moments can be restored. What goes is decided by a model of pgBackRest's expire that the tests compare with the real one: docs/retention.md.",
    'It begins with an empty repository, or with --from now with what lies there, pins and WAL included. --policy tries another retention than that of holdfast.yaml; nothing is ever changed or removed.',
  ],
  arguments: [{ name: 'action', description: 'what to do', optional: true, choices: ['simulate'] }],
  options: [
    repositoriesOption,
    { name: 'days', value: 'NUMBER', description: 'how many days, at most 3660', otherwise: '60' },
    {
      name: 'from',
      value: 'WHEN',
      description:
        'begin with what is there `now`, or with an empty repository: `empty`, or a day such as 2027-01-01',
      otherwise: 'empty, today',
    },
    {
      name: 'policy',
      value: 'K=V',
      description:
        'another retention: full=14d, diff=3, archive=full:2, history=30d, minimum=2; `none` takes one away',
      repeatable: true,
      otherwise: 'what holdfast.yaml says',
    },
    {
      name: 'plain',
      description: 'expire as pgBackRest alone does, which knows neither pins nor retention.minimum',
    },
    { name: 'svg', value: 'FILE', description: 'write the picture there', completes: 'file' },
    { name: 'html', value: 'FILE', description: 'write a page there: pictures and days', completes: 'file' },
    { name: 'force', description: 'write over a file that is there' },
  ],
  examples: [
    { command: 'holdfast retention simulate', explanation: 'what holdfast.yaml keeps' },
    {
      command: 'holdfast retention simulate --policy full=7d --from now --days 30',
      explanation: 'what a shorter retention would leave of what is there',
    },
    {
      command: 'holdfast retention simulate --repo offsite --days 365 --html retention.html',
      explanation: 'a year as a picture',
    },
  ],
  failures: [
    'not-permitted',
    'nothing-found',
    'edited-by-hand',
    'file-unusable',
    'disk-full',
    'engine-missing',
    'repository-unreachable',
    'daemon-unreachable',
    'journal-damaged',
  ],
  privileged: (input) => input.value('from') === 'now',
  load: () => import('../commands/retention.ts'),
};
