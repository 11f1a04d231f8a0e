import type { CommandDefinition } from '../command-definition.ts';
import { directOption } from './daemon-options.ts';

export const undoDefinition: CommandDefinition = {
  name: 'undo',
  summary: 'put back the data directory that a restore moved aside',
  description: [
    'Shows what would be done and asks. The restored directory is moved aside in its turn: nothing is deleted.',
  ],
  arguments: [{ name: 'id', description: 'the restore to undo; without it the last one', optional: true }],
  options: [
    { name: 'plan', description: 'print what would be done and stop' },
    { ...directOption, otherwise: 'a running daemon begins nothing of the stanza until this has ended' },
  ],
  examples: [{ command: 'holdfast undo', explanation: 'undoes the last restore, after asking' }],
  failures: [
    'not-permitted',
    'daemon-unreachable',
    'server-failed',
    'undo-impossible',
    'consent-needed',
    'nothing-found',
  ],
  privileged: true,
  load: () => import('../commands/undo.ts'),
};
