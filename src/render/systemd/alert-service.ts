import type { Configuration } from '../../config/configuration.ts';
import { hardening } from './hardening.ts';
import { holdfastWords, identity } from './service-parts.ts';
import { unitCommand, writeUnit } from './unit-text.ts';

/** Tells every channel of `notify` that a unit has failed: `OnFailure=holdfast-alert@%n.service`. */
export function alertService(configuration: Configuration): string {
  const command = unitCommand(holdfastWords(configuration, ['notify', 'failure', '--direct', '--unit']));
  return writeUnit([
    {
      name: 'Unit',
      entries: [
        ['Description', 'Tell the channels of Holdfast that %i has failed'],
        ['Wants', 'network-online.target'],
        ['After', 'network-online.target'],
      ],
    },
    {
      name: 'Service',
      entries: [
        ['Type', 'oneshot'],
        ...identity(configuration),
        ['ExecStart', `${command} %i`],
        ['TimeoutStartSec', '2min'],
        ...hardening(configuration),
      ],
    },
  ]);
}
