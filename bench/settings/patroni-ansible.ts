import type { EngineSettingsOf } from './engine-settings-of.ts';

export const patroniAnsible: EngineSettingsOf = {
  name: 'integration-3',
  title: 'integration 3: Patroni with Ansible and Consul',
  source: 'Its pgbackrest.conf template. Left out: S3, encryption, backup from the standby.',
  options: () => ({
    global: {
      'process-max': '4',
      'archive-async': 'y',
      'archive-push-queue-max': '4GiB',
      'compress-type': 'zst',
      'compress-level': '3',
      'log-level-file': 'detail',
    },
  }),
};
