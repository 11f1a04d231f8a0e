import { writeGeneratedText } from '../../engine/conf/conf-text.ts';
import type { DeploymentTarget } from '../deployment/deployment-target.ts';
import { alertGroups } from './alert-groups.ts';
import { writeRules } from './write-rules.ts';

/** What a monitoring system needs to know of this configuration: rules for Prometheus. No secret is in any of it. */
export const monitoringTarget: DeploymentTarget = {
  name: 'monitoring',
  engine: 'none',
  needsSecrets: false,
  render: (configuration, { owner, job }) => [
    {
      path: 'prometheus/holdfast-rules.yml',
      content: writeGeneratedText(
        writeRules(alertGroups(configuration, job)),
        configuration.file,
        'Do not edit: change that file and run `holdfast render monitoring` again.',
      ),
      mode: 0o644,
      owner,
      secret: false,
    },
  ],
};
