import type { CommandDefinition } from '../command-definition.ts';

export const adoptDefinition: CommandDefinition = {
  name: 'adopt',
  summary: 'write a holdfast.yaml that does what an existing installation of pgBackRest does',
  description: [
    'Reads pgbackrest.conf with conf.d as the engine would, and crontabs, timers and patroni.yml, and writes a holdfast.yaml that renders to the same behaviour: repositories, encryption, retention and numbering stay, and the next backup continues the chain. What the engine makes of the old and of the new files is compared for every command. Whatever could not be carried over is listed.',
    'Nothing of the existing installation is changed or switched off. `holdfast setup` puts the new files in place later, shows the difference first, and keeps a copy.',
    'Secrets are never printed. Unless told otherwise each goes into a file of its own (mode 0600, for the user that runs pgBackRest) in `secrets` beside holdfast.yaml, which refers to it.',
  ],
  arguments: [],
  options: [
    {
      name: 'conf',
      value: 'FILE',
      description:
        'the pgbackrest.conf to take over; schedules and Patroni are then read only where they are named',
      otherwise: 'what the installed pgbackrest reads, and what is on this host',
      completes: 'file',
    },
    {
      name: 'conf-include',
      value: 'DIR',
      description: 'directory of included files (conf.d)',
      otherwise: 'that of the usual pgbackrest.conf; none for another --conf, as with the engine',
      completes: 'directory',
    },
    {
      name: 'env',
      value: 'FILE',
      description: 'file with variables PGBACKREST_* of the engine',
      repeatable: true,
      completes: 'file',
    },
    {
      name: 'crontab',
      value: 'FILE',
      description: 'crontab that runs pgbackrest',
      repeatable: true,
      completes: 'file',
    },
    {
      name: 'timers',
      value: 'DIR',
      description: 'directory of systemd timers and services',
      completes: 'directory',
    },
    { name: 'patroni', value: 'FILE', description: 'patroni.yml of this host', completes: 'file' },
    {
      name: 'output',
      value: 'FILE',
      description: 'the file to write; `-` prints it and writes nothing',
      otherwise: './holdfast.yaml, for root /etc/holdfast/holdfast.yaml',
      completes: 'file',
    },
    {
      name: 'secrets',
      value: 'WHERE',
      description:
        'where secrets go: `files` (one each), `env` (all in holdfast.env, referred to as variables), `keep` (in holdfast.yaml itself, mode 0600)',
      choices: ['files', 'env', 'keep'],
      otherwise: 'files',
    },
    {
      name: 'engine',
      value: 'VERSION',
      description: 'the version of pgBackRest that the files are for',
      otherwise: 'the installed one',
    },
    { name: 'force', description: 'replace files that are there; a numbered copy of each is kept' },
  ],
  examples: [
    { command: 'sudo holdfast adopt', explanation: 'this host' },
    {
      command:
        'holdfast adopt --conf db1/pgbackrest.conf --conf-include db1/conf.d --crontab db1/crontab --output -',
      explanation: 'files from elsewhere, only to see what would be written',
    },
  ],
  failures: [
    'engine-missing',
    'engine-configuration',
    'edited-by-hand',
    'file-unusable',
    'not-permitted',
    'disk-full',
    'nothing-found',
  ],
  findings: {
    warning: 'something that had an effect was not carried over; the list says what',
    critical: 'not used',
  },
  privileged: false,
  load: () => import('../commands/adopt.ts'),
};
