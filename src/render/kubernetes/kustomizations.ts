import type { Manifest } from './containers.ts';
import { type KubernetesSite, reachableElsewhere } from './kubernetes-site.ts';

const kustomization = (own: Manifest): Manifest => ({
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  ...own,
});

/** What `base` is made of. */
export interface BaseContent {
  readonly resources: readonly string[];
  readonly files: readonly string[];
  readonly scripts: readonly string[];
  /** Files of the Secret; the values of `secrets.env` come beside them. */
  readonly secretFiles: readonly string[];
}

/** ConfigMaps and Secrets get a checksum in their name, so that pods are made anew when they change. */
export function baseKustomization({ name, namespace }: KubernetesSite, content: BaseContent): Manifest {
  return kustomization({
    namespace,
    resources: content.resources,
    configMapGenerator: [
      { name: `${name}-files`, files: content.files },
      { name: `${name}-scripts`, files: content.scripts },
    ],
    secretGenerator: [
      { name: `${name}-secrets`, files: content.secretFiles, envs: ['secrets/secrets.env'], type: 'Opaque' },
    ],
  });
}

/** Every overlay by the name of its directory; each has the manifests in its directory beside what is below it. */
export function overlays(site: KubernetesSite): Readonly<Record<string, Manifest>> {
  const { name, namespace, settings } = site;
  const over = (below: string, own: Manifest, ...resources: readonly string[]): Manifest =>
    kustomization({ namespace, resources: [below, ...resources], ...own });
  return {
    production: over('../../base', {}, 'pod-disruption-budget.yaml'),
    restore: over('../production', { replicas: [{ name, count: 0 }] }, 'job.yaml'),
    ...(reachableElsewhere(site).length > 0 ? { drill: over('../production', {}, 'job.yaml') } : {}),
    ...(settings.form === 'sidecar'
      ? {
          monitoring: over(
            '../production',
            { configurations: ['name-references.yaml'] },
            'pod-monitor.yaml',
            'prometheus-rule.yaml',
          ),
        }
      : {}),
  };
}
