import type { CommandDefinition } from '../command-definition.ts';
import { freshOption } from './fresh-option.ts';

export const timelinesDefinition: CommandDefinition = {
  name: 'timelines',
  summary: 'list the timelines in the WAL archives, and whether production made them',
  description: [
    'Each timeline of which something is in an archive: production (it, or an ancestor), former (production was on it once), accepted (by a person), foreign (production never was on it), unknown (nothing tells).',
    "With --accept a person says that a timeline may be there; the audit trail keeps who and why. It removes nothing and moves nothing: restores go on naming production's timeline.",
  ],
  arguments: [],
  options: [
    {
      name: 'repo',
      value: 'NAME',
      description: 'only in this repository',
      repeatable: true,
      otherwise: 'all of them',
    },
    freshOption,
    { name: 'accept', value: 'TIMELINE', description: 'this timeline may be in the archives of the stanza' },
    { name: 'because', value: 'TEXT', description: 'why, for those who find it later; needed with --accept' },
  ],
  examples: [
    { command: 'holdfast timelines', explanation: 'all timelines in all repositories' },
    {
      command: 'holdfast timelines --accept 3 --because "restored by hand in May, never used"',
      explanation: 'ends the finding of timeline 3',
    },
  ],
  failures: [
    'not-permitted',
    'engine-missing',
    'daemon-unreachable',
    'journal-damaged',
    'nothing-found',
    'server-unreachable',
  ],
  findings: {
    warning: 'it is not known who made a timeline',
    critical: 'an archive has WAL that production never wrote, or could not be seen',
  },
  privileged: true,
  load: () => import('../commands/timelines.ts'),
};
