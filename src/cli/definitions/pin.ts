import type { CommandDefinition } from '../command-definition.ts';

export const pinDefinition: CommandDefinition = {
  name: 'pin',
  summary: 'keep a set whatever the retention says',
  description: [
    'Without a LABEL the pins there are. With one, that set and all that it is built on stay until the given time, together with the WAL that makes it consistent: it can be restored to its own end. WAL after it goes with the retention.',
    "The pin is an annotation of the set in the repository, so that every host sees it. It binds Holdfast's expire; pgBackRest knows nothing of it, so a plain `pgbackrest expire`, or a backup outside of Holdfast that expires by itself, removes the set all the same.",
  ],
  arguments: [{ name: 'label', description: 'the set', optional: true }],
  options: [
    {
      name: 'until',
      value: 'TIME',
      description:
        'how long: a time with its zone (2027-01-01T00:00:00Z), a duration from now (90d), or forever',
    },
    { name: 'because', value: 'TEXT', description: 'why, for those who find it later' },
    {
      name: 'repo',
      value: 'NAME',
      description: 'only in this repository',
      repeatable: true,
      otherwise: 'all that have the set',
    },
  ],
  examples: [
    {
      command: 'holdfast pin 20261120-103000F --until 90d --because "before the upgrade"',
      explanation: 'keeps the set for 90 days',
    },
    { command: 'holdfast pin', explanation: 'which sets are pinned' },
    { command: 'holdfast unpin 20261120-103000F', explanation: 'lets the retention have it' },
  ],
  failures: ['not-permitted', 'engine-missing', 'engine-busy', 'nothing-found', 'lease-held'],
  privileged: true,
  load: () => import('../commands/pin.ts'),
};
