import { ansibleTarget } from '../ansible/render-ansible.ts';
import { composeTarget } from '../compose/render-compose.ts';
import { cronTarget } from '../cron/render-cron.ts';
import { monitoringTarget } from '../monitoring/render-monitoring.ts';
import { cloudnativepgTarget } from '../cloudnativepg/render-cloudnativepg.ts';
import { kubernetesTarget } from '../kubernetes/render-kubernetes.ts';
import { pgoTarget } from '../pgo/render-pgo.ts';
import { pgbackrestTarget } from '../pgbackrest/render-pgbackrest.ts';
import { runbookTarget } from '../runbook/render-runbook.ts';
import { patroniTarget } from '../patroni/render-patroni.ts';
import { pigstyTarget } from '../pigsty/render-pigsty.ts';
import { repositoryHostTarget } from '../repository-host/render-repository-host.ts';
import { systemdTarget } from '../systemd/render-systemd.ts';
import { postgresqlTarget } from '../postgresql/render-postgresql.ts';
import type { DeploymentTarget } from './deployment-target.ts';

/** Everything that `holdfast render` can write, in the order of its help. */
export const allTargets: readonly DeploymentTarget[] = [
  pgbackrestTarget,
  postgresqlTarget,
  systemdTarget,
  cronTarget,
  repositoryHostTarget,
  monitoringTarget,
  runbookTarget,
  patroniTarget,
  pigstyTarget,
  ansibleTarget,
  composeTarget,
  kubernetesTarget,
  pgoTarget,
  cloudnativepgTarget,
];
