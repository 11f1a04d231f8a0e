import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { CronJob } from 'kubernetes-models/batch/v1/CronJob';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Secret } from 'kubernetes-models/v1/Secret';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { type CrdSchema, judgeBySchema } from './judge-by-schema.ts';
import { trackReads } from './tracked-reads.ts';

/** A manifest as Kubernetes is given it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

interface Model {
  validate(): void;
}

interface ModelConstructor {
  readonly apiVersion: string;
  readonly kind: string;
  readonly prototype: Model;
  new (data: never): Model;
}

const models: readonly ModelConstructor[] = [
  ConfigMap,
  CronJob,
  Job,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  PodMonitor,
  PrometheusRule,
  Secret,
  Service,
  ServiceAccount,
  StatefulSet,
];

/** Everything that a cluster with strict fields would refuse in this object, in words; empty when it is right. */
export function validateManifest(manifest: KubernetesObject): readonly string[] {
  const schema = crdSchemas.get(`${manifest.apiVersion} ${manifest.kind}`);
  if (schema !== undefined) return judgeBySchema(manifest, schema(), '');
  const Constructor = modelOf(manifest);
  const tracked = trackReads(new Constructor(oneLine(manifest) as never));
  const problems: string[] = [];
  try {
    Constructor.prototype.validate.call(tracked.value as Model);
  } catch (error) {
    problems.push(String(error));
  }
  return [...problems, ...tracked.unread().map((path) => `unknown field ${path}`)];
}

/** Kustomize wraps the values of a Secret, which Kubernetes takes and the format `byte` of the package does not. */
function oneLine(manifest: KubernetesObject): KubernetesObject {
  if (manifest.kind !== 'Secret') return manifest;
  const data = Object.entries((manifest['data'] ?? {}) as Record<string, string>);
  return {
    ...manifest,
    data: Object.fromEntries(data.map(([key, value]) => [key, value.replaceAll('\n', '')])),
  };
}

function modelOf({ apiVersion, kind }: KubernetesObject): ModelConstructor {
  const found = models.find((model) => model.apiVersion === apiVersion && model.kind === kind);
  if (found === undefined) throw new Error(`there is no model of ${apiVersion} ${kind}`);
  return found;
}

/** Resources that no package has: test/kubernetes/schemas says where each comes from. */
const crdSchemas = new Map<string, () => CrdSchema>([
  ['postgres-operator.crunchydata.com/v1 PostgresCluster', () => readSchema('postgres-cluster.json')],
  ['pgbackrest.dalibo.com/v1 Stanza', () => readSchema('stanza.json')],
  ['postgresql.cnpg.io/v1 ScheduledBackup', () => readSchema('scheduled-backup.json')],
  ['postgresql.cnpg.io/v1 Cluster', () => readSchema('cluster.json')],
]);

function readSchema(name: string): CrdSchema {
  return (
    JSON.parse(readFileSync(join(import.meta.dirname, 'schemas', name), 'utf8')) as { schema: CrdSchema }
  ).schema;
}
