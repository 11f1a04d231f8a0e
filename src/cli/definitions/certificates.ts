import type { CommandDefinition } from '../command-definition.ts';

export const certificatesDefinition: CommandDefinition = {
  name: 'certificates',
  summary: "make, rotate, install and check the certificates of pgBackRest's TLS between hosts",
  description: [
    '`create` makes a private certificate authority, where there is none, and a certificate for each host of holdfast.yaml that is reached over TLS (or of --host): hosts/NAME/host.crt, host.key (mode 0600) and ca.crt below --directory. What is there stays as it is.',
    '`install` puts such a folder into the places that holdfast.yaml names on this host, after it has checked that the files belong together and are for this host. The files belong to the user of pgBackRest. A running `pgbackrest server` reads them after `systemctl reload pgbackrest-server`.',
    '`rotate` gives hosts new keys and certificates by the same authority: nobody else has to be told. `rotate --authority` puts a new authority beside the old one, and every ca.crt then holds both; install them on every host, `rotate`, install again, then `retire` takes the old one away.',
    '`list` shows what was made, with its ends. `check` judges what this host uses, as `holdfast status` and the daemon do.',
    'Keys are never printed and never an argument of a program. openssl must be installed where certificates are made.',
  ],
  arguments: [
    {
      name: 'action',
      description: 'what to do',
      optional: false,
      choices: ['create', 'rotate', 'retire', 'list', 'install', 'check'],
    },
    {
      name: 'folder',
      description: 'install: the folder hosts/NAME that this host was sent',
      optional: true,
      completes: 'file',
    },
  ],
  options: [
    {
      name: 'directory',
      value: 'DIR',
      description: 'where the authority and the certificates are kept; keep it off the hosts that use them',
      otherwise: '/etc/holdfast/certificates',
      completes: 'directory',
    },
    {
      name: 'host',
      value: 'NAME',
      description: 'create, rotate: this host only; install: the name that the certificate must be for',
      otherwise: 'create: every host of holdfast.yaml that is reached over TLS; rotate: every host',
      repeatable: true,
    },
    {
      name: 'days',
      value: 'DAYS',
      description: 'create, rotate: how long a certificate of a host is valid',
      otherwise: '365',
    },
    { name: 'authority', description: 'rotate: begin with a new authority' },
  ],
  examples: [
    {
      command: 'sudo holdfast certificates create',
      explanation: 'everything that the hosts of holdfast.yaml need',
    },
    {
      command: 'sudo holdfast certificates install ./repo.example.com --host repo.example.com',
      explanation: 'on that host, with what it was sent',
    },
    {
      command: 'sudo holdfast certificates rotate --host pg1.example.com',
      explanation: 'a new key and certificate for one host',
    },
  ],
  failures: [
    'not-permitted',
    'disk-full',
    'file-unusable',
    'nothing-found',
    'preflight-refused',
    'consent-needed',
  ],
  findings: {
    warning: 'list, check: something ends within 30 days, or could not be looked at',
    critical: 'list, check: something ends within 7 days, has ended, or cannot be used',
  },
  privileged: false,
  load: () => import('../commands/certificates.ts'),
};
