import type { YamlValue } from '../../facts.ts';
import type { LintRule } from '../../lint-rule.ts';
import { yamlAt, yamlEntries, yamlItems, yamlMaps, yamlText } from '../../readers/yaml/yaml-path.ts';
import { manifests, mentionsEngine, podContainers } from './containers.ts';

const workloads = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'Pod'];

export const claimSharedByPods: LintRule = {
  name: 'claim-shared-by-workloads',
  severity: 'warning',
  title: 'a ReadWriteOnce claim is mounted by several workloads',
  consequence:
    'ReadWriteOnce means one node. A pod of the second workload that is scheduled on another node waits in ContainerCreating ' +
    'with "Multi-Attach error": the backup never starts, and a CronJob that is not watched says nothing.',
  correct:
    '# run the scheduler as a sidecar in the pod of the database, or keep the repository in an object store,\n' +
    '# or: accessModes: [ReadWriteMany]',
  reproduction: 'Read, not run: no cluster on the test machines.',
  source: 'Kubernetes, Persistent Volumes, "Access Modes"',
  *judge(project) {
    const objects = manifests(project);
    const claims = objects.filter((object) => kindOf(object) === 'PersistentVolumeClaim');
    for (const claim of claims) {
      const name = yamlText(yamlAt(claim, 'metadata', 'name'));
      const modes = yamlItems(yamlAt(claim, 'spec', 'accessModes')).flatMap(
        (mode) => yamlText(mode)?.value ?? [],
      );
      if (name === undefined || !modes.includes('ReadWriteOnce') || modes.includes('ReadWriteMany')) continue;
      const users = objects.filter(
        (object) => workloads.includes(kindOf(object)) && usesClaim(object, name.value),
      );
      if (users.length < 2 || !users.some((user) => podContainers(user).some(mentionsEngine))) continue;
      const mode = yamlItems(yamlAt(claim, 'spec', 'accessModes'))[0];
      yield {
        place: mode?.place ?? name,
        problem: `the claim ${name.value} is ReadWriteOnce, but ${users.map(nameOf).join(' and ')} mount it`,
        remedy: 'run what needs it in one pod, use ReadWriteMany, or keep the repository in an object store.',
      };
    }
  },
};

export const workloadWithoutLimits: LintRule = {
  name: 'workload-without-resources',
  severity: 'advice',
  title: 'a workload that makes backups has no resource requests',
  consequence:
    'The pod is of class BestEffort, the first to be killed when the node runs out of memory; a backup with several processes ' +
    'and zst takes what it can get from the database beside it.',
  correct: 'resources:\n  requests: { cpu: 250m, memory: 256Mi }\n  limits: { memory: 1Gi }',
  reproduction: 'Read, not run: no cluster on the test machines.',
  source: 'Kubernetes, Pod Quality of Service Classes',
  *judge(project) {
    for (const object of manifests(project).filter(isEngineWorkload)) {
      const containers = podContainers(object);
      if (containers.some(({ value }) => yamlAt(value, 'resources') !== undefined)) continue;
      yield {
        place: yamlText(yamlAt(object, 'metadata', 'name')) ?? object.place,
        problem: `${nameOf(object)} has no resource requests`,
        remedy: 'give each container requests, and a memory limit.',
      };
    }
  },
};

export const workloadWithoutSecurityContext: LintRule = {
  name: 'workload-without-security-context',
  severity: 'advice',
  title: 'a workload that makes backups has no securityContext',
  consequence:
    'The container runs as the user of its image, often root: files in a posix repository then belong to root and the ' +
    'server’s archive-push cannot write there. From 2.59 on pgbackrest refuses to run as root, restore excepted.',
  correct: 'securityContext:\n  runAsNonRoot: true\n  runAsUser: 999\n  fsGroup: 999',
  reproduction:
    'Read, not run: no cluster on the test machines. The refusal of root is in the release notes of 2.59.',
  source: 'Kubernetes, Configure a Security Context; pgBackRest, Release Notes 2.59',
  *judge(project) {
    for (const object of manifests(project).filter(isEngineWorkload)) {
      if ([...yamlMaps(object)].some((map) => yamlAt(map, 'securityContext') !== undefined)) continue;
      yield {
        place: yamlText(yamlAt(object, 'metadata', 'name')) ?? object.place,
        problem: `${nameOf(object)} has no securityContext`,
        remedy: 'run it as the user that owns the data directory, 999 in the official image.',
      };
    }
  },
};

function isEngineWorkload(object: YamlValue): boolean {
  if (isPatch(object)) return false;
  return workloads.includes(kindOf(object)) && podContainers(object).some(mentionsEngine);
}

/** A patch of Kustomize holds only what it changes: such an object could not be made without a selector. */
function isPatch(object: YamlValue): boolean {
  const selects = ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kindOf(object));
  return selects && yamlAt(object, 'spec', 'selector') === undefined;
}

function kindOf(object: YamlValue): string {
  return yamlText(yamlAt(object, 'kind'))?.value ?? '';
}

function nameOf(object: YamlValue): string {
  return `${kindOf(object)} ${yamlText(yamlAt(object, 'metadata', 'name'))?.value ?? ''}`.trim();
}

function usesClaim(object: YamlValue, claim: string): boolean {
  return [...yamlMaps(object)].some((map) =>
    yamlEntries(map).some(({ key, value }) => key.value === 'claimName' && yamlText(value)?.value === claim),
  );
}
