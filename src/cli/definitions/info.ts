import type { CommandDefinition } from '../command-definition.ts';
import { repositoriesOption } from './repositories-option.ts';

export const infoDefinition: CommandDefinition = {
  name: 'info',
  summary: 'list the backup sets and the WAL of every repository',
  description: [
    'What pgBackRest says of each repository: its sets with time, size and WAL range. It is a claim: that every WAL segment between the first and the last is there is not looked at here.',
  ],
  arguments: [],
  options: [repositoriesOption, { name: 'set', value: 'LABEL', description: 'everything about one set' }],
  examples: [
    { command: 'holdfast info', explanation: 'all sets in all repositories' },
    { command: 'holdfast info --set 20261120-103000F', explanation: 'one set, with its notes' },
  ],
  failures: [
    'not-permitted',
    'engine-missing',
    'repository-unreachable',
    'passphrase-wrong',
    'nothing-found',
  ],
  findings: {
    warning: 'a repository has no backup yet',
    critical: 'a repository cannot be read, or a set has pages with wrong checksums',
  },
  privileged: true,
  load: () => import('../commands/info.ts'),
};
