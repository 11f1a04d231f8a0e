import { runKinds } from '../../store/journal.ts';
import type { CommandDefinition } from '../command-definition.ts';

export const journalDefinition: CommandDefinition = {
  name: 'journal',
  summary: 'show what ran, when, by whom and how it ended; check that nobody changed it',
  description: [
    'Without an ID the latest runs, newest first; with one that run and its steps. A run that goes on shows how far it is and when it last gave a sign of life: `silent` without one for a minute, `killed` when its process is dead.',
    'Every action that changes something is in the audit trail too, whose entries are chained by hashes. --verify computes the chain again, holds it against what backups have noted of it in the repositories, and looks through the whole file: docs/journal.md.',
  ],
  arguments: [{ name: 'id', description: 'a run, or the beginning or end of its id', optional: true }],
  options: [
    { name: 'limit', value: 'NUMBER', description: 'how many to list', otherwise: '20' },
    { name: 'kind', value: 'KIND', description: 'only runs of this kind', choices: runKinds },
    {
      name: 'result',
      value: 'RESULT',
      description: 'only runs that ended so',
      choices: ['running', 'ok', 'failed', 'interrupted'],
    },
    {
      name: 'since',
      value: 'TIME',
      description:
        "only runs begun, or incidents open, since then: '24h', '7d', '2026-11-20', '2026-11-20 10:30:00+01:00' (UTC without a zone)",
    },
    { name: 'audit', description: 'list the audit trail instead of runs' },
    {
      name: 'incidents',
      description: 'list lost WAL instead of runs: what cannot be restored, and what was done about it',
    },
    { name: 'log', description: 'print what the engine wrote in the run ID' },
    { name: 'follow', description: 'with --log: go on printing until the run has ended' },
    { name: 'verify', description: 'look for damage and tampering' },
    {
      name: 'rebuild',
      description:
        'heal a damaged journal (its files are kept beside it), and add the backups that only the repositories know',
    },
  ],
  examples: [
    { command: 'holdfast journal', explanation: 'the latest runs' },
    { command: 'holdfast journal backup-20261120T103000Z-3f2a', explanation: 'one run with its steps' },
    {
      command: 'holdfast journal --kind backup --result failed --since 7d',
      explanation: 'backups that failed this week',
    },
    { command: 'holdfast journal 3f2a --log --follow', explanation: 'what pgBackRest writes, while it does' },
    { command: 'holdfast journal --verify', explanation: 'prove that nothing was changed or removed' },
  ],
  failures: ['not-permitted', 'journal-damaged', 'nothing-found', 'file-unusable', 'disk-full'],
  findings: {
    warning: 'something was lost with a damaged journal, or a repository could not be read',
    critical: 'the journal is damaged, or was tampered with',
  },
  privileged: true,
  load: () => import('../commands/journal.ts'),
};
