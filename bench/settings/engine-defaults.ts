import type { EngineSettingsOf } from './engine-settings-of.ts';

export const engineDefaults: EngineSettingsOf = {
  name: 'defaults',
  title: "pgBackRest's own defaults",
  source: 'No option set: gzip level 6, one process, every WAL segment for itself.',
  options: () => ({}),
};
