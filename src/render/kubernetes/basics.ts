import type { Manifest } from './containers.ts';
import { type KubernetesSite, labels } from './kubernetes-site.ts';

/** The namespace, in which only pods may be that can do nothing to their node. */
export function namespace({ namespace: name }: KubernetesSite): Manifest {
  const standards = ['enforce', 'audit', 'warn'].map((mode) => [
    `pod-security.kubernetes.io/${mode}`,
    'restricted',
  ]);
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: Object.fromEntries(standards) } };
}

/** Who the pods are; they talk to the API of Kubernetes never. */
export function serviceAccount(site: KubernetesSite): Manifest {
  const { serviceAccountAnnotations: annotations } = site.settings;
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name: site.name,
      labels: labels(site, 'database'),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    automountServiceAccountToken: false,
  };
}

/** Nodes are not emptied while the only server is on them, until somebody takes it away. */
export function disruptionBudget(site: KubernetesSite): Manifest {
  const own = labels(site, 'database');
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: site.name, labels: own },
    spec: { minAvailable: 1, selector: { matchLabels: own } },
  };
}
