import type { PodConfiguration } from './pod-configuration.ts';
import type { Manifest } from './containers.ts';
import { type KubernetesSite } from './kubernetes-site.ts';

/**
 * Which of the rendered configurations a pod has: `pod` beside the server, `job` in a pod that reaches the server over
 * the network, `drill` in one that does not reach it.
 */
export type Variant = 'pod' | 'job' | 'drill';

/** Names of the files of a variant in the ConfigMap, and of its secrets in the Secret. */
export function fileOf(variant: Variant, file: string): string {
  return variant === 'pod' ? file : `${variant}-${file}`;
}

/** Name of the file of pgBackRest's secrets in the Secret. */
export const engineSecrets = 'holdfast-secrets.conf';

/** Where `configure.sh` takes the engine's files from. */
export function sourceVolume(site: KubernetesSite, variant: Variant, withPassword = false): Manifest {
  const { name } = site;
  return {
    name: 'source',
    projected: {
      defaultMode: 0o440,
      sources: [
        {
          configMap: {
            name: `${name}-files`,
            items: [{ key: fileOf(variant, 'pgbackrest.conf'), path: 'pgbackrest.conf' }],
          },
        },
        {
          secret: {
            name: `${name}-secrets`,
            items: [
              { key: fileOf(variant, engineSecrets), path: engineSecrets },
              ...(withPassword ? [{ key: 'pgpass', path: 'pgpass' }] : []),
            ],
          },
        },
      ],
    },
  };
}

/** holdfast.yaml of a variant, and the secrets that it refers to. */
export function configurationVolume(
  { name }: KubernetesSite,
  variant: Variant,
  { secrets }: PodConfiguration,
): Manifest {
  const items = [...secrets.keys()].map((key) => ({ key, path: `secrets/${key}` }));
  return {
    name: 'configuration',
    projected: {
      defaultMode: 0o440,
      sources: [
        {
          configMap: {
            name: `${name}-files`,
            items: [{ key: fileOf(variant, 'holdfast.yaml'), path: 'holdfast.yaml' }],
          },
        },
        ...(items.length === 0 ? [] : [{ secret: { name: `${name}-secrets`, items } }]),
      ],
    },
  };
}

/** Settings of the server. */
export function settingsVolume({ name, settings }: KubernetesSite): Manifest {
  const files = ['holdfast.conf', 'pg_hba.conf', ...(settings.form === 'cronjobs' ? ['pg_ident.conf'] : [])];
  return {
    name: 'settings',
    configMap: { name: `${name}-files`, items: files.map((key) => ({ key, path: key })) },
  };
}
