import { drillChecks, drillTargets } from '../../model/drill.ts';
import type { CommandDefinition } from '../command-definition.ts';
import { detachOption, directOption } from './daemon-options.ts';
import { timelineOption, timezoneOption } from './target-options.ts';

export const drillDefinition: CommandDefinition = {
  name: 'drill',
  summary: 'try a restore: restore a set beside production, check it, measure it, take it away',
  description: [
    'A set is restored into a directory of its own (copies.directory of holdfast.yaml), started, recovered to a moment, checked, and removed again. Production is not touched, and the restored server cannot archive.',
    'Without options a random moment of the repository is taken that was drilled longest ago. The report says what was checked and measured; it is kept in the journal. A drill that passed is written to its set as annotation `holdfast-proven`, where the repository can be written to.',
    'It runs with little memory, behind everything else on processors and disk, and never where it would fill the file system (`copies` in holdfast.yaml). One drill at a time runs on a host. A restore of production stops it.',
    'What is wrong with the backup ends with 2. What only keeps the drill from being done (no room, no way to the repository) is a failure, 64 or above, and says nothing of the backup.',
  ],
  arguments: [],
  options: [
    {
      name: 'target',
      value: 'TARGET',
      description:
        'random: any moment of the windows; latest: all that was archived; oldest: right after the oldest set; each: the set that was drilled longest ago',
      choices: drillTargets,
      otherwise: 'random',
    },
    { name: 'to', value: 'TARGET', description: 'a moment of your own, as `restore --to` takes it' },
    timezoneOption,
    { name: 'repo', value: 'NAME', description: 'restore from this repository', otherwise: 'in turn' },
    { name: 'set', value: 'LABEL', description: 'restore this set', otherwise: 'as the target says' },
    timelineOption,
    {
      name: 'checks',
      value: 'LIST',
      description: `what is checked, with commas between: ${drillChecks.join(', ')}`,
      otherwise: 'all of them',
    },
    { name: 'plan', description: 'print what would be restored and stop' },
    { name: 'keep', description: 'leave the restored server as a clone, to look at it' },
    {
      name: 'ttl',
      value: 'DURATION',
      description: 'with --keep: drop it after this',
      otherwise: '4h',
    },
    {
      name: 'wait',
      value: 'DURATION',
      description: 'how long to wait for the repository when the proof is written to the set',
      otherwise: '5m',
    },
    directOption,
    detachOption,
  ],
  examples: [
    { command: 'holdfast drill', explanation: 'a random moment of the repository whose turn it is' },
    {
      command: 'holdfast drill --repo offsite --target oldest --checks target,read,checksums',
      explanation: 'whether the oldest set of one repository is still good',
    },
    {
      command: "holdfast drill --to 'yesterday 18:00' --timezone Europe/Berlin --keep",
      explanation: 'leaves a running copy for four hours',
    },
  ],
  failures: [
    'not-permitted',
    'daemon-unreachable',
    'engine-missing',
    'engine-busy',
    'repository-unreachable',
    'target-invalid',
    'target-unreachable',
    'preflight-refused',
    'disk-full',
    'nothing-found',
    'file-unusable',
    'drill-failed',
  ],
  findings: {
    warning: 'it passed, but something could not be checked, or its proof could not be written to the set',
    critical: 'it failed: what was restored is not what it should be, or could not be restored',
  },
  privileged: true,
  load: () => import('../commands/drill.ts'),
};
