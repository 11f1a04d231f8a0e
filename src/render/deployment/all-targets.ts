import { monitoringTarget } from '../monitoring/render-monitoring.ts';
import { pgbackrestTarget } from '../pgbackrest/render-pgbackrest.ts';
import { patroniTarget } from '../patroni/render-patroni.ts';
import { runbookTarget } from '../runbook/render-runbook.ts';
import type { DeploymentTarget } from './deployment-target.ts';

/** Everything that `holdfast render` can write, in the order of its help. */
export const allTargets: readonly DeploymentTarget[] = [pgbackrestTarget, monitoringTarget, patroniTarget, runbookTarget];
