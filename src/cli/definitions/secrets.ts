import type { CommandDefinition } from '../command-definition.ts';

export const secretsDefinition: CommandDefinition = {
  name: 'secrets',
  summary: 'make a passphrase, check all secrets, or plan how a repository gets another passphrase',
  description: [
    '`generate` writes a passphrase of 48 random bytes into a new file of mode 0600 that belongs to the user of pgBackRest, and prints its fingerprint. It is never printed itself, and no file is ever overwritten.',
    '`check` looks up every secret of holdfast.yaml, judges files and passphrases, shows fingerprints, and lets pgBackRest open each encrypted repository with the passphrase that the file names now. What could not be tried is said to be unproven. Nothing is changed.',
    '`rotate-plan` prints how a repository gets another passphrase. pgBackRest cannot change one: a second repository takes over while the first runs out. The plan has the changes of holdfast.yaml and the dates; nothing of it is done. It also encrypts a repository that is not.',
  ],
  arguments: [
    {
      name: 'action',
      description: 'what to do',
      optional: false,
      choices: ['generate', 'check', 'rotate-plan'],
    },
  ],
  options: [
    {
      name: 'repository',
      value: 'NAME',
      description: 'the repository that it is for',
      otherwise: 'the only one that there can be',
    },
    {
      name: 'output',
      value: 'FILE',
      description: 'generate: the new file',
      otherwise: 'the one that the repository names in holdfast.yaml',
      completes: 'file',
    },
  ],
  examples: [
    {
      command: 'sudo holdfast secrets generate --output /etc/holdfast/offsite.passphrase',
      explanation: 'for a new repository: passphrase: file:/etc/holdfast/offsite.passphrase',
    },
    {
      command: 'sudo holdfast secrets check',
      explanation: 'whether every secret is there and opens what it must',
    },
    {
      command: 'holdfast secrets rotate-plan --repository offsite --json',
      explanation: 'the plan as data',
    },
  ],
  failures: [
    'not-permitted',
    'disk-full',
    'edited-by-hand',
    'file-unusable',
    'engine-unsupported',
    'nothing-found',
  ],
  findings: {
    warning: 'check: something should be looked at, or could not be proven',
    critical:
      'check: a secret is missing, readable by others, easily guessed, or does not open its repository',
  },
  privileged: false,
  load: () => import('../commands/secrets.ts'),
};
