import { renderTargets } from '../../model/render-target.ts';
import type { CommandDefinition } from '../command-definition.ts';

export const renderDefinition: CommandDefinition = {
  name: 'render',
  summary: 'write the files of a deployment that holdfast.yaml describes',
  description: [
    ...renderTargets.map(({ name, summary }) => `\`${name}\`: ${summary}.`),
    'The files are printed; --out writes them below a directory instead.',
    'Secrets are in a file of their own (mode 0600). Printed on the terminal they are masked.',
    'A file that was changed by hand after Holdfast wrote it is never overwritten: the difference is shown.',
  ],
  arguments: [
    {
      name: 'target',
      description: 'what to render',
      optional: false,
      choices: renderTargets.map(({ name }) => name),
    },
  ],
  options: [
    { name: 'host', value: 'HOST', description: 'the host to render for', otherwise: 'this host' },
    {
      name: 'out',
      value: 'DIR',
      description: 'write the files below this directory',
      completes: 'directory',
    },
    {
      name: 'into',
      value: 'FILE',
      description:
        "edit this file, which is not Holdfast's own: only what the target has to say in it changes",
      completes: 'file',
    },
    {
      name: 'job',
      value: 'NAME',
      description: 'monitoring: the job_name with which Prometheus reads Holdfast',
      otherwise: 'holdfast',
    },
    { name: 'check', description: 'compare with the files that are there and write nothing' },
    {
      name: 'with-secrets',
      description: 'pigsty: write values of secrets into pigsty.yml, and not where Ansible finds them',
    },
    { name: 'force', description: 'overwrite files that were changed by hand; a copy of each is kept' },
    {
      name: 'engine',
      value: 'VERSION',
      description: 'the version of pgBackRest to render for',
      otherwise: 'the installed one for pgbackrest, deploy.engineVersion for what has an engine of its own',
    },
  ],
  examples: [
    { command: 'holdfast render pgbackrest', explanation: 'what pgbackrest.conf would be on this host' },
    {
      command: 'holdfast render pgbackrest --host db2 --engine 2.55 --out ./db2',
      explanation: 'the files for another host that has another version',
    },
    {
      command: 'holdfast render monitoring --out /etc/holdfast/monitoring',
      explanation: 'rules and scrape configuration for Prometheus, routes for Alertmanager, a dashboard',
    },
  ],
  failures: ['secret-unavailable', 'engine-missing', 'edited-by-hand', 'file-unusable'],
  findings: { warning: '--check: the files differ from what would be rendered', critical: 'not used' },
  privileged: false,
  load: () => import('../commands/render.ts'),
};
