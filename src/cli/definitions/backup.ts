import type { CommandDefinition } from '../command-definition.ts';
import { detachOption, directOption } from './daemon-options.ts';
import { lineOption } from './line-option.ts';

export const backupDefinition: CommandDefinition = {
  name: 'backup',
  summary: 'back the cluster up into every repository',
  description: [
    'pgBackRest writes one repository per run: Holdfast makes one run after the other, in the order of the file. When one fails the others still get their backup, and the command ends with a failure that names it.',
    'A diff or incr needs a full backup in the same repository. Where there is none a full one is taken, and this is said before it starts.',
    'One Holdfast at a time changes a repository of a stanza, whichever host it runs on: a lock on the primary server sees to that. What the retention no longer keeps is expired afterwards.',
    'pgBackRest goes on when Holdfast itself is killed; the next command waits for it and says what became of it.',
    'With --line a timer begins it: it is not taken where this host is not the member that the line runs on, or where the repository has a set that was made for that time or since; it waits for the lease for hours, and what it does not get in the end is a failure. It needs no daemon and asks none.',
    'A backup counts only when it is in the repository afterwards and no page had a wrong checksum.',
  ],
  arguments: [],
  options: [
    {
      name: 'type',
      value: 'TYPE',
      description: 'full, diff (since the last full) or incr (since the last backup)',
      choices: ['full', 'diff', 'incr'],
      otherwise: 'incr',
    },
    {
      name: 'repo',
      value: 'NAME',
      description: 'only into this repository',
      repeatable: true,
      otherwise: 'all of them',
    },
    {
      name: 'annotation',
      value: 'KEY=VALUE',
      description: 'a note kept with the set',
      repeatable: true,
      otherwise: 'who took it, where, why and in which run',
    },
    {
      name: 'wait',
      value: 'DURATION',
      description: 'how long to wait while another host works on the same repository',
      otherwise: '10s; with --line 6h',
    },
    lineOption,
    directOption,
    detachOption,
  ],
  examples: [
    { command: 'holdfast backup', explanation: 'an incremental backup into every repository' },
    {
      command: 'holdfast backup --type full --repo offsite --annotation why="before the upgrade"',
      explanation: 'a full backup into one repository, with a note',
    },
  ],
  failures: [
    'not-permitted',
    'daemon-unreachable',
    'engine-missing',
    'engine-busy',
    'repository-unreachable',
    'stanza-missing',
    'server-unreachable',
    'archive-failed',
    'disk-full',
    'backup-incomplete',
    'lease-held',
    'lease-lost',
    'nothing-found',
  ],
  privileged: true,
  load: () => import('../commands/backup.ts'),
};
