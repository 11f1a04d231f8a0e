import type { EngineSettingsOf } from './engine-settings-of.ts';

export const kubernetesComposeVm: EngineSettingsOf = {
  name: 'integration-2',
  title: 'integration 2: Kubernetes, Compose and VM',
  source: 'Its pgbackrest.conf: two processes, gzip (the default), a debug log.',
  options: () => ({ global: { 'process-max': '2', 'log-level-file': 'debug' } }),
};
