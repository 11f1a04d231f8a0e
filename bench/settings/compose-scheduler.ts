import type { EngineSettingsOf } from './engine-settings-of.ts';

export const composeScheduler: EngineSettingsOf = {
  name: 'integration-1',
  title: 'integration 1: Compose with a scheduler',
  source: 'Its guide sets nothing that bears on speed: the defaults.',
  options: () => ({}),
};
