import type { OptionDefinition } from '../command-definition.ts';

/** Of commands that look at repositories. */
export const repositoriesOption: OptionDefinition = {
  name: 'repo',
  value: 'NAME',
  description: 'only this repository',
  repeatable: true,
  otherwise: 'all of them',
};
