import type { CommandDefinition } from '../command-definition.ts';

export const kitDefinition: CommandDefinition = {
  name: 'kit',
  summary: 'make, open and check the break-glass kit: what is needed when everything else is gone',
  description: [
    '`create` packs the configuration, that of pgBackRest for every host, the runbook, where the repositories are, fingerprints of their passphrases, versions and the public keys of reports into one encrypted file. Secrets are not in it, unless --with-secrets says so. Instructions for opening it without Holdfast, with tar and openssl, are in it and beside it.',
    '`open` checks it and writes what is in it into a new directory.',
    '`check` opens it in memory and lets the real pgBackRest read every encrypted repository with nothing but what is in the kit and the passphrases of the safe, which --escrow names: run it on another host. Nothing is written.',
    'The passphrase of the kit comes from --passphrase-file, from the variable HOLDFAST_KIT_PASSPHRASE, or is asked for on the terminal.',
  ],
  arguments: [
    { name: 'action', description: 'what to do', optional: false, choices: ['create', 'open', 'check'] },
    { name: 'kit', description: 'open, check: the kit', optional: true, completes: 'file' },
  ],
  options: [
    {
      name: 'out',
      value: 'PATH',
      description: 'create: the new file. open: the new directory',
      completes: 'file',
    },
    {
      name: 'passphrase-file',
      value: 'FILE',
      description: 'file whose first line is the passphrase of the kit',
      completes: 'file',
    },
    {
      name: 'escrow',
      value: 'NAME=FILE',
      description:
        'check: a file with an escrowed secret: NAME is a repository, STANZA/REPOSITORY, or the key in holdfast.yaml',
      repeatable: true,
    },
    { name: 'with-secrets', description: 'create: put the secrets of the repositories into the kit too' },
  ],
  examples: [
    {
      command: 'sudo holdfast kit create --out /mnt/stick/holdfast-kit.tar',
      explanation: 'asks for a passphrase; holdfast-kit.tar.txt says how it is opened',
    },
    {
      command: 'holdfast kit check holdfast-kit.tar --escrow offsite=/mnt/safe/offsite.passphrase',
      explanation: 'on another host: does the passphrase in the safe open the repository?',
    },
    { command: 'holdfast kit open holdfast-kit.tar --out /root/kit', explanation: 'what is in it' },
  ],
  failures: [
    'not-permitted',
    'passphrase-wrong',
    'disk-full',
    'edited-by-hand',
    'file-unusable',
    'consent-needed',
    'engine-unsupported',
  ],
  findings: {
    warning: 'create: a fingerprint could not be had. check: something could not be proven',
    critical: 'check: an escrowed passphrase is not the right one',
  },
  privileged: (input) => input.argument('action') === 'create',
  load: () => import('../commands/kit.ts'),
};
