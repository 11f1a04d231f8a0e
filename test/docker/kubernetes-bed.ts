import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { runCommand } from '../../src/process/run-command.ts';
import type { KubernetesObject } from '../kubernetes/validate-manifest.ts';
import { kubectl } from '../kubernetes/render-objects.ts';
import { Pod, type PodSpec } from './pod.ts';
import { sharedEngine } from './shared-engine.ts';

const checkout = join(import.meta.dirname, '../..');

/** What a test of pods works with. */
export interface KubernetesBed {
  readonly directory: string;
  /** Renders and builds an overlay, and makes its objects known. */
  objects(overlay: string): Promise<readonly KubernetesObject[]>;
  /** The pod of the StatefulSet of an overlay. @param run another name for each start */
  databasePod(overlay: string, run: string): Promise<Pod>;
  /** The pod of a Job or CronJob of an overlay. `change`: of the text of its command. */
  jobPod(overlay: string, name: string, run: string, change?: (word: string) => string): Promise<Pod>;
  /** Adds what is in no overlay: Secrets that people bring. */
  addSecret(name: string, content: Readonly<Record<string, string>>): void;
  /** Directory of a claim, which is made empty where it is not there. */
  claim(name: string): string;
}

/** The user of the image. */
export const uid = 999;

/**
 * @param name of this bed, in names of containers
 * @param configuration holdfast.yaml
 */
export async function kubernetesBed(
  name: string,
  directory: string,
  image: string,
  configuration: object,
): Promise<KubernetesBed> {
  const { docker } = sharedEngine();
  const files = new Map<string, Readonly<Record<string, string>>>();
  const file = join(directory, 'holdfast.yaml');
  writeFileSync(file, stringify(configuration));
  const out = join(directory, 'rendered');
  await must('holdfast', [
    join(checkout, 'bin/holdfast'),
    'render',
    'kubernetes',
    '--config',
    file,
    '--out',
    out,
  ]);
  const network = `${name}-pods`;
  await docker.mustRun(['network', 'create', network]);
  const claim = (claimName: string): string => {
    const path = join(directory, 'claims', claimName);
    if (mkdirSync(path, { recursive: true }) !== undefined) {
      chownSync(path, 0, uid);
      chmodSync(path, 0o2770);
    }
    return path;
  };
  const objects = async (overlay: string): Promise<readonly KubernetesObject[]> => {
    const text = await must('kubectl', [kubectl(), 'kustomize', join(out, overlay)]);
    const found = parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
    for (const object of found) {
      const data = (object['data'] ?? {}) as Record<string, string>;
      if (object.kind === 'ConfigMap') files.set(object.metadata.name, data);
      if (object.kind === 'Secret') {
        const decoded = Object.entries(data).map(([key, value]) => [
          key,
          Buffer.from(value, 'base64').toString('utf8'),
        ]);
        files.set(object.metadata.name, Object.fromEntries(decoded) as Record<string, string>);
      }
    }
    return found;
  };
  const pod = (
    spec: PodSpec,
    run: string,
    aliases: readonly string[],
    claims = new Map<string, string>(),
  ): Pod =>
    new Pod(withImage(spec, image), {
      name: `${name}-${run}`,
      docker,
      network,
      aliases,
      directory: join(directory, 'pods', run),
      content: { files, claim },
      claims,
    });
  const find = async (
    overlay: string,
    kinds: readonly string[],
    wanted?: string,
  ): Promise<KubernetesObject> => {
    const found = (await objects(overlay)).find(
      (object) => kinds.includes(object.kind) && (wanted === undefined || object.metadata.name === wanted),
    );
    if (found === undefined) throw new Error(`${overlay} has no ${kinds.join(' or ')} ${wanted ?? ''}`);
    return found;
  };
  return {
    directory,
    objects,
    claim,
    addSecret: (secret, content) => void files.set(secret, content),
    async databasePod(overlay, run) {
      const set = await find(overlay, ['StatefulSet']);
      const spec = set['spec'] as {
        template: { spec: PodSpec };
        volumeClaimTemplates: { metadata: { name: string } }[];
        serviceName: string;
      };
      const claims = spec.volumeClaimTemplates.map(
        ({ metadata }) => [metadata.name, `${metadata.name}-${set.metadata.name}-0`] as const,
      );
      const aliases = [`${set.metadata.name}-0.${spec.serviceName}.${set.metadata.namespace ?? ''}.svc`];
      return pod(spec.template.spec, run, aliases, new Map(claims));
    },
    async jobPod(overlay, wanted, run, change = (word) => word) {
      const object = await find(overlay, ['Job', 'CronJob'], wanted);
      const spec = object['spec'] as {
        template?: { spec: PodSpec };
        jobTemplate?: { spec: { template: { spec: PodSpec } } };
      };
      const template = spec.template ?? spec.jobTemplate?.spec.template;
      if (template === undefined) throw new Error(`${wanted} has no pods`);
      const containers = template.spec.containers.map((container) => ({
        ...container,
        command: container.command.map(change),
      }));
      return pod({ ...template.spec, containers }, run, []);
    },
  };
}

function withImage(spec: PodSpec, image: string): PodSpec {
  const change = <Container extends { image: string }>(containers: readonly Container[]): Container[] =>
    containers.map((container) => ({ ...container, image }));
  return { ...spec, initContainers: change(spec.initContainers), containers: change(spec.containers) };
}

async function must(what: string, [command = '', ...args]: readonly string[]): Promise<string> {
  const result = await runCommand({
    command,
    args,
    env: { PATH: process.env.PATH ?? '', HOME: '/root' },
    timeoutMs: 120_000,
  });
  if (result.code === 0) return result.stdout;
  throw new Error(`${what}: ${String(result.code)}\n${result.stdout}\n${result.stderr}`);
}
