import { renderConf } from '../../engine/conf/render-conf.ts';
import type { DeploymentTarget } from '../deployment/deployment-target.ts';

/** The files of a bare deployment: pgBackRest on a host, no orchestrator. */
export const pgbackrestTarget: DeploymentTarget = {
  name: 'pgbackrest',
  engine: 'installed',
  needsSecrets: true,
  render: renderConf,
};
