import type { CommandDefinition } from '../command-definition.ts';
import { directOption } from './daemon-options.ts';

export const notifyDefinition: CommandDefinition = {
  name: 'notify',
  summary: 'show how alerts reach people, and try it',
  description: [
    'Without an action: every channel of `notify` in holdfast.yaml with what waits for it, when something was delivered last, and why it fails if it does; then the latest messages.',
    '`test` sends a message that says that it is a test through each channel, or through those that are named, once, and tells what each receiver answered. Nothing is queued or tried again. Where a daemon runs it sends, since it has the environment that secrets are looked up in.',
    '`failure --unit UNIT` tells every channel that takes critical news that a unit of systemd has failed: for OnFailure of the units that `holdfast render systemd` writes. It is said once; nothing says later that it is over.',
  ],
  arguments: [
    { name: 'action', description: 'what to do', optional: true, choices: ['test', 'failure'] },
    { name: 'channel', description: 'test: only these channels', optional: true, repeatable: true },
  ],
  options: [directOption, { name: 'unit', value: 'UNIT', description: 'failure: the unit that has failed' }],
  examples: [
    { command: 'holdfast notify', explanation: 'whether alerts arrive' },
    { command: 'holdfast notify test', explanation: 'sends a test through every channel' },
    { command: 'holdfast notify test ops --json', explanation: 'through one, for a script' },
  ],
  failures: ['not-permitted', 'nothing-found', 'daemon-unreachable', 'journal-damaged'],
  findings: {
    warning: 'some channels cannot be reached',
    critical: 'no channel can be reached',
  },
  privileged: true,
  load: () => import('../commands/notify.ts'),
};
