import type { EngineSettingsOf } from './engine-settings-of.ts';

export const pigsty: EngineSettingsOf = {
  name: 'integration-0',
  title: 'integration 0: Pigsty with Supabase',
  source:
    "What Pigsty 4.5 renders, with the integration's bundle sizes. Left out: S3, encryption. It claims block incremental but does not switch it on. For backups Pigsty's number of processes is taken to be that of restores, the faster reading.",
  options: ({ cores }) => ({
    global: {
      'archive-async': 'y',
      'archive-push-queue-max': '4GiB',
      'start-fast': 'y',
      delta: 'y',
      'compress-type': 'zst',
      'repo1-bundle': 'y',
      'repo1-bundle-limit': '20MiB',
      'repo1-bundle-size': '128MiB',
    },
    'global:backup': { 'process-max': String(cores) },
    'global:restore': { 'process-max': String(cores) },
    'global:archive-push': { 'process-max': String(Math.min(Math.ceil(cores / 2), 4)) },
    'global:archive-get': { 'process-max': String(Math.min(Math.ceil(cores / 4), 2)) },
  }),
};
