import type { EngineSettingsOf } from './engine-settings-of.ts';

export const setupService: EngineSettingsOf = {
  name: 'integration-4',
  title: 'integration 4: setup service, several clouds',
  source: 'Its guide names LZ4 and nothing else that bears on speed.',
  options: () => ({ global: { 'compress-type': 'lz4' } }),
};
