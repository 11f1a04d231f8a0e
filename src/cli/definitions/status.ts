import type { CommandDefinition } from '../command-definition.ts';
import { directOption } from './daemon-options.ts';

export const statusDefinition: CommandDefinition = {
  name: 'status',
  summary: 'say how everything is: what can be restored, what is wrong, since when',
  description: [
    'Asks the running daemon, which looks at sets, WAL and primaries by itself; without one it looks now, once.',
    'With --plugin it is a monitoring plugin (Nagios, Icinga, Consul): one line with performance data first, and exit code 3 for unknown. Without it unknown is critical. Unknown is never ok.',
  ],
  arguments: [],
  options: [
    { name: 'plugin', description: 'print what monitoring plugins print' },
    { name: 'history', description: 'show findings of the past with begin and end' },
    {
      name: 'limit',
      value: 'COUNT',
      description: 'with --history: at most that many',
      otherwise: '50',
    },
    directOption,
  ],
  examples: [
    { command: 'holdfast status', explanation: 'exit code 0 only when everything was seen to be right' },
    { command: 'holdfast status --stanza main --plugin', explanation: 'for a monitoring system' },
    { command: 'holdfast status --history', explanation: 'what was wrong, from when to when' },
  ],
  failures: ['usage', 'not-permitted', 'daemon-unreachable', 'engine-missing', 'journal-damaged'],
  findings: {
    warning: 'something should be looked at',
    critical: 'a restore would fail or lose data, or nobody knows',
  },
  privileged: true,
  load: () => import('../commands/status.ts'),
};
