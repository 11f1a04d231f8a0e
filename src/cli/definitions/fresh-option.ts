import type { OptionDefinition } from '../command-definition.ts';

/** Of commands that show what the daemon has seen. */
export const freshOption: OptionDefinition = {
  name: 'now',
  description: 'look at the repositories now, also when a daemon runs',
  otherwise: 'what the daemon saw last, where one runs; the answer says when that was',
};
