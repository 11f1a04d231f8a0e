import type { CommandDefinition } from '../command-definition.ts';
import { detachOption, directOption } from './daemon-options.ts';
import { repositoriesOption } from './repositories-option.ts';

export const verifyDefinition: CommandDefinition = {
  name: 'verify',
  summary: 'read everything in the repositories and say what is damaged or missing',
  description: [
    'Has pgBackRest compare every stored file with its checksum, and judges the answer: pgBackRest itself ends with 0 whatever it finds. Besides, the WAL that each set needs is looked for, and holes in the WAL that the retention keeps. It changes nothing, takes no lock, and may run beside a backup.',
    'It proves that the files are as they were written, not that a server starts from them.',
  ],
  arguments: [],
  options: [
    repositoriesOption,
    {
      name: 'set',
      value: 'LABEL',
      description:
        'only this set and what it is built on (pgBackRest before 2.55 reads everything all the same)',
    },
    directOption,
    detachOption,
  ],
  examples: [
    { command: 'holdfast verify', explanation: 'every repository, one after the other' },
    { command: 'holdfast verify --repo offsite --set 20261120-103000F', explanation: 'one set' },
  ],
  failures: [
    'not-permitted',
    'daemon-unreachable',
    'engine-missing',
    'repository-unreachable',
    'passphrase-wrong',
    'nothing-found',
  ],
  findings: {
    warning: 'something is damaged that is there twice',
    critical: 'a set or WAL is damaged or missing: some restores would fail',
  },
  privileged: true,
  load: () => import('../commands/verify.ts'),
};
