import type { CommandDefinition } from '../command-definition.ts';

export const runbookDefinition: CommandDefinition = {
  name: 'runbook',
  summary: 'write what to do in an emergency, with the exact commands of this installation',
  description: [
    'Every kind of recovery that this configuration can need: when to use it, what is lost, how long it takes, and each command with the real paths, ports, users and repository numbers, in two columns: with Holdfast, and with pgBackRest alone. Then how to see that it worked, and how to go back.',
    'As root or as the user of pgBackRest it looks at the server, and into the journal for how long restores and drills took. Anybody else gets what the file says alone.',
    'The page (HTML) is one file that names nothing outside of itself, made to be printed. Keep a copy where it can be read when this host cannot: `holdfast kit create` packs it.',
  ],
  arguments: [],
  options: [
    { name: 'host', value: 'HOST', description: 'the host to write for', otherwise: 'this host' },
    {
      name: 'format',
      value: 'FORMAT',
      description: 'what is printed, or written to a file',
      choices: ['md', 'html'],
      otherwise: 'md, or what the name of the file says',
    },
    {
      name: 'out',
      value: 'PATH',
      description: 'write to this file (.md, .html or .json), or all three into this directory',
      otherwise: 'it is printed',
      completes: 'file',
    },
    { name: 'force', description: 'overwrite files that were changed by hand; a copy of each is kept' },
  ],
  examples: [
    {
      command: 'sudo holdfast runbook --out /srv/runbook',
      explanation: 'runbook.md, runbook.html and runbook.json',
    },
    { command: 'sudo holdfast runbook --out runbook.html', explanation: 'only the page, to print it' },
    { command: 'holdfast runbook --host db2', explanation: 'for another host, by the file alone' },
  ],
  failures: ['not-permitted', 'disk-full', 'edited-by-hand', 'file-unusable'],
  privileged: false,
  load: () => import('../commands/runbook.ts'),
};
