import type { OptionDefinition } from '../command-definition.ts';

/** Of commands whose work a running daemon does. */
export const directOption: OptionDefinition = {
  name: 'direct',
  description: 'work without the daemon, also when one runs',
  otherwise: 'the daemon does the work where one runs, and this command shows it',
};

/** Of commands whose work may go on without anybody looking. */
export const detachOption: OptionDefinition = {
  name: 'detach',
  description: 'only hand the work to the daemon, and do not wait',
};
