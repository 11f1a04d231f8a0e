import { composeScheduler } from './compose-scheduler.ts';
import { engineDefaults } from './engine-defaults.ts';
import type { EngineSettingsOf } from './engine-settings-of.ts';
import { kubernetesComposeVm } from './kubernetes-compose-vm.ts';
import { patroniAnsible } from './patroni-ansible.ts';
import { pigsty } from './pigsty.ts';
import { setupService } from './setup-service.ts';

/** Everything that Holdfast's own choice is compared with. */
export const otherSettings: readonly EngineSettingsOf[] = [
  engineDefaults,
  pigsty,
  composeScheduler,
  kubernetesComposeVm,
  patroniAnsible,
  setupService,
];
