import type { CommandDefinition } from '../command-definition.ts';

export const reportDefinition: CommandDefinition = {
  name: 'report',
  summary: 'show, verify and compare the signed reports of drills',
  description: [
    'Each drill leaves a report: a document (JSON) and a page (HTML) below `reports` in the state directory, both signed. Without an action they are listed, the newest first.',
    '`show ID` prints one, or writes its page to a file. `verify` computes signatures, hashes and the chain of reports again; with FILE (or a directory) and --key it needs neither holdfast.yaml nor any right on this host, so that an auditor can do it elsewhere. `trends` follows what drills measured, repository by repository.',
    '`key` shows the keys that sign and signed; with --rotate another one signs from now on, and the old public ones stay.',
  ],
  arguments: [
    {
      name: 'action',
      description: 'what to do',
      optional: true,
      choices: ['list', 'show', 'verify', 'trends', 'key'],
    },
    {
      name: 'subject',
      description: 'show: the id of a drill. verify: ids, files or directories',
      optional: true,
      repeatable: true,
    },
  ],
  options: [
    {
      name: 'html',
      value: 'FILE',
      description: 'show: write the page there, and its signature beside it',
      completes: 'file',
    },
    { name: 'all', description: 'verify: every report of this host, and that none is missing' },
    {
      name: 'key',
      value: 'FILE',
      description: 'verify: the public key (PEM)',
      otherwise: 'all keys of this host',
      completes: 'file',
    },
    { name: 'rotate', description: 'key: make another one, which signs from now on' },
    {
      name: 'limit',
      value: 'NUMBER',
      description: 'list and trends: how many drills, the newest',
      otherwise: '20',
    },
  ],
  examples: [
    { command: 'holdfast report', explanation: 'the latest drills' },
    {
      command: 'holdfast report show drill-20261120T050000Z-3f2a --html drill.html',
      explanation: 'a page to look at, to print, to hand on',
    },
    { command: 'holdfast report verify --all', explanation: 'nothing was changed, nothing is missing' },
    {
      command: 'holdfast report verify drill.json --key report-1.pub',
      explanation: 'on any host',
    },
    { command: 'holdfast report trends', explanation: 'whether restores get slower' },
    { command: 'holdfast report key --rotate', explanation: 'another key signs' },
  ],
  failures: [
    'not-permitted',
    'consent-needed',
    'nothing-found',
    'file-unusable',
    'disk-full',
    'edited-by-hand',
    'operation-unfinished',
    'journal-damaged',
  ],
  findings: {
    warning: 'not used',
    critical: 'verify: a report was changed, is not signed by the key, or is missing',
  },
  privileged: (input) => input.argument('action') !== 'verify' || input.value('key') === undefined,
  load: () => import('../commands/report.ts'),
};
