import type { CommandDefinition } from '../command-definition.ts';
import { freshOption } from './fresh-option.ts';
import { repositoriesOption } from './repositories-option.ts';

export const windowsDefinition: CommandDefinition = {
  name: 'windows',
  summary: 'draw from when to when each repository can restore to',
  description: [
    'Three windows of each repository. Claimed: from the oldest set to the newest segment, as pgBackRest says. Contiguous: what can really be restored, from each set that has its WAL through segments without a hole, along the timelines of production. Proven: what was restored for trial.',
    'Holes are drawn, and named with the segments that are missing and the times that are lost.',
  ],
  arguments: [],
  options: [repositoriesOption, freshOption],
  examples: [
    { command: 'holdfast windows', explanation: 'all repositories' },
    { command: 'holdfast windows --repo offsite --now', explanation: 'one, looked at now' },
  ],
  failures: ['not-permitted', 'engine-missing', 'daemon-unreachable', 'journal-damaged'],
  findings: {
    warning: 'a set cannot be restored, or it is not known who made a timeline',
    critical:
      'a repository has an open hole or foreign WAL, has nothing to restore from, or could not be seen',
  },
  privileged: true,
  load: () => import('../commands/windows.ts'),
};
