import * as z from 'zod';
import { count, scalar } from '../scalars.ts';
import { section } from '../section.ts';
import { ansibleSchema } from './ansible.ts';
import { composeSchema } from './compose.ts';
import { cronSchema } from './cron.ts';
import { kubernetesSchema } from './kubernetes.ts';
import { monitoringSchema } from './monitoring.ts';
import { pigstySchema } from './pigsty.ts';
import { repositoryHostSchema } from './repository-host.ts';
import { runbookSchema } from './runbook.ts';
import { systemdSchema } from './systemd.ts';

const engineVersion = scalar<string>({
  expected: 'a version of pgBackRest such as 2.55 or 2.55.1',
  remedy: 'Write the version that the packages of that deployment have, in quotes.',
  json: { type: 'string', pattern: '^2\\.\\d+(\\.\\d+)?$' },
  read: (value) => (typeof value === 'string' && /^2\.\d+(?:\.\d+)?$/.test(value) ? value : undefined),
});

/** How the deployments that `holdfast render` writes are made, beside what the rest of the file says. */
export const deploySchema = section({
  postgresVersion: count(13, 18)
    .prefault(17)
    .meta({ description: 'Major version of PostgreSQL that images and packages have.' }),
  engineVersion: engineVersion.prefault('2.55').meta({
    description: 'Version of pgBackRest that images and packages have; configuration is rendered for it.',
  }),
  systemd: systemdSchema.prefault({}),
  cron: cronSchema.prefault({}),
  monitoring: monitoringSchema.prefault({}),
  compose: composeSchema.prefault({}),
  kubernetes: kubernetesSchema.prefault({}),
  ansible: ansibleSchema.prefault({}),
  pigsty: pigstySchema.prefault({}),
  repositoryHost: repositoryHostSchema.prefault({}),
  runbook: runbookSchema.prefault({}),
}).meta({ description: 'Settings of deployments, for `holdfast render`.' });

export type DeploySettings = z.output<typeof deploySchema>;

/** `deploy` where the file says nothing of it. */
export function defaultDeploySettings(): DeploySettings {
  return deploySchema.parse({});
}
