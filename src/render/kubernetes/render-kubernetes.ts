import { stringify } from 'yaml';
import type { Configuration } from '../../config/configuration.ts';
import { writeGeneratedText, type CommentForm } from '../../engine/conf/conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import type { SecretReference } from '../../model/secret.ts';
import type { DeploymentTarget, RenderCall } from '../deployment/deployment-target.ts';
import { requireWithoutDaemon } from '../deployment/schedule-limits.ts';
import { scheduledTasks } from '../deployment/scheduled-task.ts';
import { disruptionBudget, namespace, serviceAccount } from './basics.ts';
import { engineSecrets, fileOf, type Variant } from './configuration-volumes.ts';
import type { Manifest } from './containers.ts';
import { cronJob, drillJob, isForCronJob, restoreJob } from './jobs.ts';
import { describeSite, type KubernetesSite } from './kubernetes-site.ts';
import { baseKustomization, overlays } from './kustomizations.ts';
import { monitorReferences, podMonitor, prometheusRule } from './monitoring.ts';
import { networkPolicies, services } from './network.ts';
import type { PodConfiguration } from './pod-configuration.ts';
import { podVariants } from './pod-variants.ts';
import { readme } from './readme.ts';
import { refuseUnfit } from './refuse-unfit.ts';
import { scripts } from './scripts.ts';
import { clientAuthentication, identityMap, jobRole, serverSettings } from './server-settings.ts';
import { statefulSet } from './stateful-set.ts';

/** A server in a pod, with all that protects it, for Kustomize: docs/deploy-kubernetes.md. */
export const kubernetesTarget: DeploymentTarget = {
  name: 'kubernetes',
  engine: 'deploy.engineVersion',
  needsSecrets: secretsOfPods,
  render: renderKubernetes,
};

function renderKubernetes(configuration: Configuration, call: RenderCall): readonly RenderedFile[] {
  refuseUnfit(configuration);
  const site = describeSite(configuration, call);
  const variants = podVariants(site);
  const files = configurationFiles(site, variants);
  const manifests = baseManifests(site, variants);
  const scriptFiles = scripts(site);
  const secretFiles = [...variants.keys()].map((variant) => fileOf(variant, engineSecrets));
  const base = baseKustomization(site, {
    resources: Object.keys(manifests),
    files: [...files.keys()].map((name) => `files/${name}`),
    scripts: Object.keys(scriptFiles).map((name) => `scripts/${name}`),
    secretFiles: [
      ...secretFiles.map((name) => `secrets/${name}`),
      ...(site.settings.form === 'cronjobs' ? ['secrets/pgpass'] : []),
    ],
  });
  return [
    text(site, 'README.md', readme(site), 'markup'),
    text(site, '.gitignore', 'base/secrets/\n'),
    yaml(site, 'base/kustomization.yaml', base),
    ...Object.entries(manifests).map(([name, content]) => yaml(site, `base/${name}`, ...content)),
    ...[...files].map(([name, content]) => configurationFile(site, name, content)),
    ...Object.entries(scriptFiles).map(([name, content]) => script(site, name, content)),
    ...secretsOf(site, variants),
    ...overlayFiles(site, variants),
  ];
}

/** Those that the pods' own files refer to, and the password of the role. */
function secretsOfPods(configuration: Configuration, call: RenderCall): readonly SecretReference[] {
  refuseUnfit(configuration);
  const { rolePassword } = configuration.deploy.kubernetes;
  const variants = podVariants(describeSite(configuration, call));
  return [
    ...[...variants.values()].flatMap(({ secrets }) => [...secrets.values()]),
    ...(rolePassword === undefined ? [] : [rolePassword]),
  ];
}

type Variants = ReadonlyMap<Variant, PodConfiguration>;

function variantOf(variants: Variants, name: Variant): PodConfiguration {
  const found = variants.get(name);
  if (found === undefined) throw new Error(`there is no configuration ${name}`);
  return found;
}

function baseManifests(
  site: KubernetesSite,
  variants: Variants,
): Readonly<Record<string, readonly Manifest[]>> {
  const configurations = () => ({ job: variantOf(variants, 'job'), drill: variantOf(variants, 'drill') });
  const tasks = scheduledTasks(site.configuration).filter(isForCronJob);
  if (site.settings.form === 'cronjobs') {
    requireWithoutDaemon(site.configuration, tasks, {
      what: 'CronJobs',
      instead: 'Or have the daemon keep the schedule: `deploy.kubernetes.form: sidecar`.',
    });
  }
  return {
    'namespace.yaml': [namespace(site)],
    'service-account.yaml': [serviceAccount(site)],
    'services.yaml': services(site),
    'stateful-set.yaml': [statefulSet(site, variantOf(variants, 'pod'))],
    'network-policies.yaml': networkPolicies(site),
    ...(site.settings.form === 'cronjobs' && tasks.length > 0
      ? { 'cron-jobs.yaml': tasks.map((task) => cronJob(site, task, configurations())) }
      : {}),
  };
}

/** The content of the ConfigMap. */
function configurationFiles(site: KubernetesSite, variants: Variants): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [variant, { text: holdfast, engineFiles }] of variants) {
    files.set(fileOf(variant, 'holdfast.yaml'), holdfast);
    files.set(fileOf(variant, 'pgbackrest.conf'), engineFiles[0]?.content ?? '');
  }
  files.set('holdfast.conf', serverSettings(site));
  files.set('pg_hba.conf', clientAuthentication(site));
  if (site.settings.form === 'cronjobs') files.set('pg_ident.conf', identityMap(site));
  return files;
}

function overlayFiles(site: KubernetesSite, variants: Variants): readonly RenderedFile[] {
  const content: Readonly<Record<string, Readonly<Record<string, () => Manifest>>>> = {
    production: { 'pod-disruption-budget.yaml': () => disruptionBudget(site) },
    restore: { 'job.yaml': () => restoreJob(site, variantOf(variants, 'pod')) },
    drill: { 'job.yaml': () => drillJob(site, variantOf(variants, 'drill')) },
    monitoring: {
      'pod-monitor.yaml': () => podMonitor(site),
      'prometheus-rule.yaml': () => prometheusRule(site),
      'name-references.yaml': () => monitorReferences,
    },
  };
  return Object.entries(overlays(site)).flatMap(([name, overlay]) => [
    yaml(site, `overlays/${name}/kustomization.yaml`, overlay),
    ...Object.entries(content[name] ?? {}).map(([file, manifest]) =>
      yaml(site, `overlays/${name}/${file}`, manifest()),
    ),
  ]);
}

/** The engine's files have a header already; `holdfast check` in the pod compares them as a whole. */
function configurationFile(site: KubernetesSite, name: string, content: string): RenderedFile {
  const file = text(site, `base/files/${name}`, content);
  return name.endsWith('pgbackrest.conf') ? { ...file, content } : file;
}

/** Values of secrets are in these files and nowhere else. */
function secretsOf(site: KubernetesSite, variants: Variants): readonly RenderedFile[] {
  const { call, settings, node } = site;
  const references = new Map<string, SecretReference>();
  for (const { secrets } of variants.values()) for (const [key, value] of secrets) references.set(key, value);
  const lines = [...references].map(([key, reference]) => `${key}=${call.secrets(reference)}\n`);
  const password = settings.rolePassword === undefined ? undefined : call.secrets(settings.rolePassword);
  const role = settings.form === 'cronjobs' && password !== undefined ? password : undefined;
  return [
    secret(
      site,
      'secrets.env',
      text(site, '', [...lines, ...(role ? [`role-password=${role}\n`] : [])].join('')).content,
    ),
    ...[...variants].map(([variant, { engineFiles }]) =>
      secret(site, fileOf(variant, engineSecrets), engineFiles[1]?.content ?? ''),
    ),
    ...(role === undefined
      ? []
      : [
          secret(
            site,
            'pgpass',
            text(site, '', `*:${node.port}:*:${jobRole}:${escapePassword(role)}\n`).content,
          ),
        ]),
  ];
}

/** https://www.postgresql.org/docs/current/libpq-pgpass.html */
function escapePassword(password: string): string {
  return password.replaceAll(/[\\:]/g, String.raw`\$&`);
}

function secret({ call }: KubernetesSite, name: string, content: string): RenderedFile {
  return { path: `base/secrets/${name}`, content, mode: 0o600, owner: call.owner, secret: true };
}

function yaml(site: KubernetesSite, path: string, ...documents: readonly Manifest[]): RenderedFile {
  const body = documents
    .map((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false }))
    .join('---\n');
  return text(site, path, body);
}

function script(site: KubernetesSite, name: string, content: string): RenderedFile {
  return text(site, `base/scripts/${name}`, content);
}

function text(
  { call, configuration }: KubernetesSite,
  path: string,
  body: string,
  form: CommentForm = 'hash',
): RenderedFile {
  const advice = 'Do not edit: change that file and run `holdfast render kubernetes` again.';
  return {
    path,
    content: writeGeneratedText(body, configuration.file, advice, form),
    mode: 0o644,
    owner: call.owner,
    secret: false,
  };
}
