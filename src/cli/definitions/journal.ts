import type { CommandDefinition } from '../command-definition.ts';

export const journalDefinition: CommandDefinition = {
  name: 'journal',
  summary: 'show what ran, when, by whom and how it ended',
  description: ['Without an ID the latest runs, newest first; with one that run and its steps.'],
  arguments: [{ name: 'id', description: 'a run', optional: true }],
  options: [{ name: 'limit', value: 'NUMBER', description: 'how many runs to list', otherwise: '20' }],
  examples: [
    { command: 'holdfast journal', explanation: 'the latest runs' },
    { command: 'holdfast journal backup-20261120T103000Z-3f2a', explanation: 'one run with its steps' },
  ],
  failures: ['not-permitted', 'journal-damaged', 'nothing-found'],
  privileged: true,
  load: () => import('../commands/journal.ts'),
};
