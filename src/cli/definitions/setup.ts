import type { CommandDefinition } from '../command-definition.ts';
import { directOption } from './daemon-options.ts';

export const setupDefinition: CommandDefinition = {
  name: 'setup',
  summary: 'make this host do what holdfast.yaml says',
  description: [
    'Directories, pgbackrest.conf, the settings of PostgreSQL for archiving, the stanza in every repository, a check and the first full backup.',
    'What would be done is printed first. Whatever is already right is left alone: it can be run again at any time.',
    'Settings that need a restart of PostgreSQL are changed, but the restart is made only with --restart.',
  ],
  arguments: [],
  options: [
    { name: 'plan', description: 'print what would be done and stop' },
    { name: 'restart', description: 'restart PostgreSQL where a setting needs it' },
    {
      name: 'replace-archive-command',
      description:
        'replace an archive_command or archive_library that is not ours: what it archives to gets no more WAL',
    },
    {
      name: 'stanza-upgrade',
      description:
        'let the stanza learn of another database: after pg_upgrade or a new initdb of this cluster',
    },
    {
      name: 'force',
      description: 'overwrite generated files that were changed by hand; a copy of each is kept',
    },
    { name: 'no-backup', description: 'do not take the first full backup' },
    { ...directOption, otherwise: 'a running daemon begins nothing of the stanza until this has ended' },
  ],
  examples: [
    { command: 'holdfast setup', explanation: 'shows the plan and asks' },
    {
      command: 'holdfast setup --restart --yes',
      explanation: 'unattended, with a restart where one is needed',
    },
  ],
  failures: [
    'secret-unavailable',
    'not-permitted',
    'daemon-unreachable',
    'engine-missing',
    'repository-unreachable',
    'server-unreachable',
    'server-settings',
    'server-running',
    'archive-failed',
    'edited-by-hand',
    'consent-needed',
    'backup-incomplete',
  ],
  findings: { warning: 'something is left that needs consent or another hand', critical: 'not used' },
  privileged: true,
  load: () => import('../commands/setup.ts'),
};
