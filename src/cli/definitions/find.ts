import type { CommandDefinition } from '../command-definition.ts';
import { timelineOption, timezoneOption } from './target-options.ts';

export const findMomentDefinition: CommandDefinition = {
  name: 'find',
  summary: 'the transaction after which something was not true any more',
  description: [
    'Restores a copy beside production, lets it replay from --between on, stands still behind chosen commits and asks --probe there, until two commits next to each other are found: after the first the probe is true, after the second it is not. Prints both with time, transaction and position, and the commands that restore, clone or rescue what was there.',
    'The probe is SQL that gives one boolean: true while all is good. It runs in the copy, never in production. What an error or NULL counts as is said with --on-error.',
    'Where the copy stops is planned by what looks, replay and restores were measured to take. Nothing of it is left afterwards, unless --keep asks for a clone.',
  ],
  arguments: [],
  options: [
    { name: 'probe', value: 'SQL', description: 'true while all is good' },
    {
      name: 'between',
      value: 'TARGET',
      description: 'a moment when it was good, as a target of `restore`: a time with its zone, `2 hours ago`',
    },
    {
      name: 'and',
      value: 'TARGET',
      description: 'a later moment when it was not',
      otherwise: 'the end of the WAL',
    },
    {
      name: 'database',
      value: 'NAME',
      description: 'the database to ask in',
      otherwise: 'the one of the node in holdfast.yaml, which is postgres unless it says otherwise',
    },
    {
      name: 'on-error',
      value: 'WHAT',
      description: 'what an SQL error or NULL counts as, such as a table that is not there',
      choices: ['good', 'bad', 'stop'],
      otherwise: 'stop: the search ends',
    },
    {
      name: 'probe-timeout',
      value: 'DURATION',
      description: 'how long the probe may take',
      otherwise: '10m',
    },
    {
      name: 'keep',
      value: 'WHICH',
      description: 'make a clone of the state after the last good commit, or after the first bad one',
      choices: ['good', 'bad'],
      otherwise: 'nothing is kept',
    },
    timezoneOption,
    {
      name: 'repo',
      value: 'NAME',
      description: 'search in this repository',
      otherwise: 'the best one for the beginning',
    },
    timelineOption,
  ],
  examples: [
    {
      command:
        "holdfast find --probe 'SELECT count(*) > 1000 FROM orders' --database shop --between '3 hours ago'",
      explanation: 'which transaction deleted them',
    },
    {
      command:
        "holdfast find --probe \"SELECT to_regclass('orders') IS NOT NULL\" --database shop --between '2026-11-20 09:00:00+01' --and '2026-11-20 12:00:00+01' --keep good",
      explanation: 'when the table was dropped, and a clone of the moment before',
    },
  ],
  failures: [
    'not-permitted',
    'engine-missing',
    'engine-failed',
    'repository-unreachable',
    'repository-damaged',
    'passphrase-wrong',
    'server-failed',
    'target-invalid',
    'target-unreachable',
    'preflight-refused',
    'disk-full',
    'file-unusable',
    'proof-failed',
    'timed-out',
    'nothing-found',
  ],
  findings: {
    warning: 'the probe is still true at the end, or what was found needs a second look',
    critical: 'not used',
  },
  privileged: true,
  load: () => import('../commands/find.ts'),
};
