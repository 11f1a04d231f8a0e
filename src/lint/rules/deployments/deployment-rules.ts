import type { RuleFamily } from '../../lint-rule.ts';
import { ansibleBlockAtTopLevel, ansibleEditsYamlByLine, ansibleRestartsPatroni } from './ansible-edits.ts';
import { ansibleFirstHost, ansiblePackageNotPinned, ansibleVersionUnused } from './ansible-rules.ts';
import { composeBackupWithoutData } from './compose-data.ts';
import { composeLocksApart } from './compose-locks.ts';
import {
  composeDockerSocket,
  composeStopGracePeriod,
  composeVersionKey,
  composeVolumePath,
} from './compose-rules.ts';
import { consulCheckSwitchesWal, consulScriptCheck, servicePortWithoutListener } from './consul-rules.ts';
import { cronJobOverlaps, cronJobRepeats, cronJobWithoutZone } from './cronjob-rules.ts';
import { manualJobBesideCronJob } from './manual-job.ts';
import { healthCheckNeverFails } from './health-rules.ts';
import {
  engineInstalledAtStart,
  imageNotPinned,
  imageUnofficial,
  imageWithoutEngine,
} from './image-rules.ts';
import {
  claimSharedByPods,
  workloadWithoutLimits,
  workloadWithoutSecurityContext,
} from './kubernetes-workloads.ts';
import { metricUnknown } from './metric-rules.ts';
import {
  operatorOptionOfMissingRepository,
  operatorRepositoryWithoutSchedule,
  scheduledBackupFields,
} from './operator-rules.ts';
import {
  patroniKeyMisplaced,
  patroniParameterIgnored,
  patroniReplicaMethod,
  patroniSettingInTwoPlaces,
} from './patroni-rules.ts';
import {
  pigstyCrontabUser,
  pigstyMethodUnknown,
  pigstyPlaybookRenamed,
  pigstyRepositoryUnused,
  pigstyVariableRemoved,
} from './pigsty-rules.ts';
import { remoteHostWithoutServer } from './remote-host.ts';
import { installationMayFail, repositoryWritableByAll } from './installation-rules.ts';
import { variableEmptyByDefault } from './variable-empty-by-default.ts';

/** Containers, clusters, playbooks and what watches them. */
export const deploymentRules: RuleFamily = {
  title: 'Deployments: Compose, Kubernetes, Ansible, Patroni, Pigsty, Consul, Prometheus',
  rules: [
    imageWithoutEngine,
    imageNotPinned,
    imageUnofficial,
    engineInstalledAtStart,
    installationMayFail,
    repositoryWritableByAll,
    remoteHostWithoutServer,
    healthCheckNeverFails,
    variableEmptyByDefault,
    composeBackupWithoutData,
    composeLocksApart,
    composeDockerSocket,
    composeVolumePath,
    composeStopGracePeriod,
    composeVersionKey,
    cronJobOverlaps,
    manualJobBesideCronJob,
    cronJobRepeats,
    cronJobWithoutZone,
    claimSharedByPods,
    workloadWithoutLimits,
    workloadWithoutSecurityContext,
    operatorRepositoryWithoutSchedule,
    operatorOptionOfMissingRepository,
    scheduledBackupFields,
    ansibleBlockAtTopLevel,
    ansibleEditsYamlByLine,
    ansibleRestartsPatroni,
    ansibleFirstHost,
    ansiblePackageNotPinned,
    ansibleVersionUnused,
    patroniKeyMisplaced,
    patroniSettingInTwoPlaces,
    patroniParameterIgnored,
    patroniReplicaMethod,
    pigstyRepositoryUnused,
    pigstyMethodUnknown,
    pigstyVariableRemoved,
    pigstyCrontabUser,
    pigstyPlaybookRenamed,
    consulScriptCheck,
    consulCheckSwitchesWal,
    servicePortWithoutListener,
    metricUnknown,
  ],
};
