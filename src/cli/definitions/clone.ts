import type { CommandDefinition } from '../command-definition.ts';
import { repositoryOption, setOption, timelineOption, timezoneOption } from './target-options.ts';

export const cloneDefinition: CommandDefinition = {
  name: 'clone',
  summary: 'a running copy of the cluster at a moment, beside production; or drop one',
  description: [
    'Restores into a directory of its own (copies.directory of holdfast.yaml), starts a server there, and prints how to connect. The copy can be written to. It never archives, replicates with nobody, and can be reached through its socket by its owner only, unless --listen says otherwise.',
    'Targets are those of `restore`: `latest`, `immediate`, a time with its zone, `10 minutes ago`, `xid:NUMBER`, `lsn:16/B374D848`, `name:RESTORE_POINT`.',
    '`clone drop NAME` stops the copy and removes all of it. With --ttl it is dropped when that time is over: by a running `holdfast serve`, or by the next `holdfast clone` or `holdfast clones`.',
  ],
  arguments: [
    {
      name: 'action',
      description: 'drop: take a copy away; nothing: make one',
      optional: true,
      choices: ['drop'],
    },
    { name: 'copy', description: 'with drop: the name or id of the copy', optional: true },
  ],
  options: [
    { name: 'to', value: 'TARGET', description: 'the moment, see above' },
    timezoneOption,
    { name: 'name', value: 'NAME', description: 'a name of your own', otherwise: 'only an id' },
    {
      name: 'ttl',
      value: 'DURATION',
      description: 'drop it after this: 4h, 2d',
      otherwise: 'it stays until it is dropped',
    },
    { name: 'port', value: 'PORT', description: 'its port', otherwise: 'a free one' },
    {
      name: 'listen',
      value: 'ADDRESS',
      description:
        'reached over the network there too, with roles and passwords of production; not encrypted',
      repeatable: true,
      otherwise: 'only its socket',
    },
    {
      name: 'allow',
      value: 'NETWORK',
      description: 'with --listen: from where, as 10.0.0.0/8',
      repeatable: true,
      otherwise: 'networks of this host (samenet)',
    },
    {
      name: 'database',
      value: 'NAME',
      description:
        'restore the data of this database only, with postgres and the templates; all others are dropped',
      repeatable: true,
      otherwise: 'all databases',
    },
    setOption,
    repositoryOption,
    timelineOption,
    { name: 'plan', description: 'print the plan and stop' },
  ],
  examples: [
    {
      command: "holdfast clone --to '10 minutes ago' --name before --ttl 4h",
      explanation: 'a copy to look things up in; gone after four hours',
    },
    {
      command: 'holdfast clone --to latest --database shop',
      explanation: 'only this database, which takes less disk',
    },
    {
      command: 'holdfast clone --to latest --listen 10.0.0.5 --allow 10.0.0.0/24 --ttl 1d',
      explanation: 'a day for colleagues, who log in as they do in production',
    },
    { command: 'holdfast clone drop before', explanation: 'gone now' },
  ],
  failures: [
    'not-permitted',
    'engine-missing',
    'engine-failed',
    'repository-unreachable',
    'repository-damaged',
    'passphrase-wrong',
    'server-failed',
    'server-running',
    'target-invalid',
    'target-unreachable',
    'preflight-refused',
    'disk-full',
    'file-unusable',
    'proof-failed',
    'nothing-found',
  ],
  findings: {
    warning: 'the copy is there, but something should be looked at',
    critical: 'the copy is there, but something is badly wrong',
  },
  privileged: true,
  load: () => import('../commands/clone.ts'),
};
