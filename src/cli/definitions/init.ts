import { integrationNames } from '../../adopt/environment/integration.ts';
import { providerNames } from '../../config/providers.ts';
import type { CommandDefinition } from '../command-definition.ts';

export const initDefinition: CommandDefinition = {
  name: 'init',
  summary: 'write a holdfast.yaml: from a few answers, or from the variables that there are',
  description: [
    'On a terminal it looks for clusters and asks what only you can know: which cluster, where the backups go, whether they are encrypted, for how many days. Without a terminal --path and --repository (or --type) say it.',
    '--from-env takes the variables of an existing installation as they are, and says what became of each and why. Which installation it is, the names of the variables tell.',
    'Secrets go into a file .env beside holdfast.yaml, mode 0600, and nowhere else; Holdfast reads them there. The secrets of a store come from the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY, where nobody can be asked.',
    'Where the provider of the database makes the backups (a host name of Neon, Supabase, Amazon RDS and so on, SETUP_BACKUP=false, repository type none) nothing is written, and what can be done is said.',
  ],
  arguments: [],
  options: [
    {
      name: 'from-env',
      value: 'FILE',
      description: 'an .env file, or an Ansible vault that is not encrypted; - for standard input',
      completes: 'file',
    },
    {
      name: 'integration',
      value: 'NAME',
      description: 'whose variables they are',
      choices: integrationNames,
      otherwise: 'the names of the variables tell',
    },
    {
      name: 'output',
      value: 'DIR',
      description: 'where to write holdfast.yaml and .env',
      otherwise: '/etc/holdfast as root, and the working directory otherwise',
      completes: 'directory',
    },
    {
      name: 'path',
      value: 'DIR',
      description: 'the data directory of the cluster',
      otherwise: 'the one that is found, or asked for',
      completes: 'directory',
    },
    { name: 'port', value: 'PORT', description: 'the port of the server', otherwise: 'found, or 5432' },
    {
      name: 'type',
      value: 'TYPE',
      description: 'what the backups go into',
      choices: ['posix', 's3', 'azure', 'gcs', 'sftp'],
      otherwise: 'posix, a directory',
    },
    {
      name: 'repository',
      value: 'PATH',
      description: 'the directory of the repository, or its path in the store',
      otherwise: '/pgbackrest in a store',
    },
    { name: 'provider', value: 'NAME', description: 's3: who runs the store', choices: providerNames },
    { name: 'bucket', value: 'NAME', description: 's3, gcs: the bucket; azure: the container' },
    { name: 'region', value: 'NAME', description: 's3: the region of the bucket' },
    {
      name: 'endpoint',
      value: 'HOST',
      description: 's3: the host of the store, where the provider does not tell',
    },
    { name: 'account', value: 'ID', description: 's3 of provider r2: the account' },
    { name: 'server', value: 'HOST', description: 'sftp: the server' },
    { name: 'user', value: 'NAME', description: 'sftp: the user there' },
    {
      name: 'key-file',
      value: 'FILE',
      description: 'gcs: the service account key; sftp: the private key',
      completes: 'file',
    },
    {
      name: 'days',
      value: 'NUMBER',
      description: 'for how many days every moment must be restorable',
      otherwise: '14',
    },
    { name: 'encrypt', description: 'encrypt a repository that is a directory too' },
    { name: 'no-encryption', description: 'do not encrypt a repository in a store' },
    {
      name: 'force',
      description: 'rename files that are in the way to NAME.1, NAME.2, …; nothing is overwritten',
    },
  ],
  examples: [
    { command: 'sudo holdfast init', explanation: 'asks, and writes /etc/holdfast/holdfast.yaml' },
    {
      command: 'holdfast init --from-env .env --output ./holdfast',
      explanation: 'takes an existing installation over',
    },
    {
      command: 'holdfast init --path /var/lib/postgresql/15/main --repository /var/lib/pgbackrest',
      explanation: 'without questions',
    },
  ],
  failures: [
    'not-permitted',
    'disk-full',
    'edited-by-hand',
    'file-unusable',
    'nothing-found',
    'engine-configuration',
  ],
  findings: {
    warning: 'nothing was written: backups are switched off, or the provider of the database makes them',
    critical: 'not used',
  },
  privileged: false,
  load: () => import('../commands/init.ts'),
};
