import type { OptionDefinition } from '../command-definition.ts';

/** Of commands that restore to a moment, whatever becomes of what they restore. */
export const timezoneOption: OptionDefinition = {
  name: 'timezone',
  value: 'ZONE',
  description: 'the zone of a time that has none: Europe/Berlin, UTC, +01:00',
};

export const setOption: OptionDefinition = {
  name: 'set',
  value: 'LABEL',
  description: 'start from this set',
  otherwise: 'the best one for the target',
};

export const repositoryOption: OptionDefinition = {
  name: 'repo',
  value: 'NAME',
  description: 'take it from this repository',
  otherwise: 'the best one for the target',
};

export const timelineOption: OptionDefinition = {
  name: 'timeline',
  value: 'NUMBER',
  description: 'follow this timeline',
  otherwise: 'the one of the cluster',
};
