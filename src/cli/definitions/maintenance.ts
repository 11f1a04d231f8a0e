import type { CommandDefinition } from '../command-definition.ts';
import { directOption } from './daemon-options.ts';

export const maintenanceDefinition: CommandDefinition = {
  name: 'maintenance',
  summary: 'rotate logs and remove what nobody needs any more',
  description: [
    "Rotates pgBackRest's logs, removes logs older than `jobs.keepLogs`, stale files in the spool, and what restores left that Holdfast made itself and that are over. Tells of stop files and of data directories that restores kept: those it never removes.",
    'It may run at any time, and again.',
  ],
  arguments: [],
  options: [{ name: 'dry-run', description: 'only show what would be done' }, directOption],
  examples: [
    { command: 'holdfast maintenance --dry-run', explanation: 'what would be done' },
    { command: 'holdfast maintenance', explanation: 'does it' },
  ],
  failures: ['not-permitted', 'daemon-unreachable', 'engine-missing', 'journal-damaged'],
  findings: {
    warning: 'pgBackRest is stopped, or something could not be cleaned up',
    critical: 'never',
  },
  privileged: true,
  load: () => import('../commands/maintenance.ts'),
};
