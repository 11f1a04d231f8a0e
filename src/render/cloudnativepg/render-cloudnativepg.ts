import { stringify } from 'yaml';
import type { Configuration, Stanza } from '../../config/configuration.ts';
import { type ConfOption, fromPassThrough } from '../../engine/conf/conf-option.ts';
import { writeGeneratedText, type CommentForm } from '../../engine/conf/conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import { Failure } from '../../model/failure.ts';
import type { DeploymentTarget, RenderCall } from '../deployment/deployment-target.ts';
import {
  leftOutLines,
  onlyStanza,
  operatorBackups,
  requireOwnTimes,
} from '../deployment/operator-schedule.ts';
import { processesOf } from '../kubernetes/containers.ts';
import { objectName } from '../kubernetes/kubernetes-site.ts';
import { type RepositoryEntry, repositoryEntry } from './repository-entry.ts';

/** Resources of Dalibo's plugin of CloudNativePG, which calls itself experimental: docs/deploy-cloudnativepg.md. */
export const cloudnativepgTarget: DeploymentTarget = {
  name: 'cloudnativepg',
  engine: 'deploy.engineVersion',
  needsSecrets: true,
  render: renderCloudnativepg,
};

const plugin = 'pgbackrest.dalibo.com';

function renderCloudnativepg(configuration: Configuration, call: RenderCall): readonly RenderedFile[] {
  const stanza = onlyStanza(configuration, 'cloudnativepg');
  requireOwnTimes(configuration, 'cloudnativepg', true);
  const name = configuration.deploy.kubernetes.name ?? objectName(stanza.name);
  const secretName = `${name}-pgbackrest`;
  const entries = numberedEntries(configuration, stanza, call, secretName);
  const secrets = entries.flatMap((entry) => Object.entries(entry.secrets));
  const file = fileWriter(configuration, call);
  return [
    file('README.md', readme(name, configuration), 'markup'),
    file('.gitignore', 'secrets/\n'),
    file(
      'kustomization.yaml',
      yaml({
        apiVersion: 'kustomize.config.k8s.io/v1alpha1',
        kind: 'Component',
        resources: ['stanza.yaml', 'scheduled-backups.yaml'],
        // No checksum in its name: the operator, not Kustomize, knows who refers to it.
        generatorOptions: { disableNameSuffixHash: true },
        ...(secrets.length === 0
          ? {}
          : { secretGenerator: [{ name: secretName, envs: ['secrets/secrets.env'], type: 'Opaque' }] }),
        patches: [{ path: 'cluster.yaml' }],
      }),
    ),
    file('stanza.yaml', yaml(stanzaResource(name, configuration, stanza, call, entries))),
    file('cluster.yaml', yaml(clusterPatch(name))),
    file('scheduled-backups.yaml', scheduledBackups(name, configuration, entries).map(yaml).join('---\n')),
    ...(secrets.length === 0
      ? []
      : [
          {
            ...file('secrets/secrets.env', secrets.map(([key, value]) => `${key}=${value}\n`).join('')),
            mode: 0o600,
            secret: true,
          },
        ]),
  ];
}

/** The plugin numbers the repositories in S3 first, then those in Azure. */
function numberedEntries(
  configuration: Configuration,
  stanza: Stanza,
  call: RenderCall,
  secretName: string,
): readonly RepositoryEntry[] {
  const inOrder = [
    ...stanza.repositories.filter(({ access }) => access.type !== 'azure'),
    ...stanza.repositories.filter(({ access }) => access.type === 'azure'),
  ];
  return inOrder.map((repository, index) =>
    repositoryEntry(repository, index + 1, { configuration, call, secretName }),
  );
}

function stanzaResource(
  name: string,
  configuration: Configuration,
  stanza: Stanza,
  call: RenderCall,
  entries: readonly RepositoryEntry[],
): object {
  const listOf = (list: RepositoryEntry['list']): object => {
    const found = entries.filter((entry) => entry.list === list).map(({ fields }) => fields);
    return found.length === 0 ? {} : { [list]: found };
  };
  const variables = [
    ...entries.flatMap(({ options }) => options),
    ...givenOptions(configuration, stanza, call),
  ].map(({ name: option, value }) => [
    variableOf(option),
    typeof value === 'string' ? value : value.join(':'),
  ]);
  return {
    apiVersion: `${plugin}/v1`,
    kind: 'Stanza',
    metadata: { name },
    spec: {
      stanzaConfiguration: {
        name: stanza.name,
        ...listOf('s3Repositories'),
        ...listOf('azureRepositories'),
        ...(configuration.engine.defaults === 'own'
          ? {}
          : {
              archive: { async: true },
              compressConfig: { type: 'zst', level: 1 },
              processMax: processesOf(configuration.deploy.kubernetes.resources.holdfastCpu),
              startFast: true,
            }),
        ...(variables.length === 0 ? {} : { customEnvVar: Object.fromEntries(variables) as object }),
      },
    },
  };
}

/** https://pgbackrest.org/command.html: every option is a variable too. */
function variableOf(option: string): string {
  return `PGBACKREST_${option.toUpperCase().replaceAll('-', '_')}`;
}

/** Options of the file; those that the Stanza has a field for would contradict it, and others are for one command. */
function givenOptions(configuration: Configuration, stanza: Stanza, call: RenderCall): readonly ConfOption[] {
  return [...configuration.options, ...stanza.options].map((given) => {
    const hasField =
      /^(?:compress-(?:type|level)|process-max|start-fast|delta|archive-async|archive-(?:push|get)-queue-max|repo\d+-.*|pg\d+-.*|.*-path)$/;
    if (given.command !== undefined || hasField.test(given.name)) {
      throw new Failure('config-invalid', {
        operation: 'render cloudnativepg',
        place: `option ${given.command === undefined ? '' : `${given.command}: `}${given.name}`,
        problem: 'the plugin sets it by itself, or has no options for one command',
        hint: 'Leave it out of `options`.',
      });
    }
    return fromPassThrough(given, call.version);
  });
}

/** The part of the Cluster that the plugin archives by. */
function clusterPatch(name: string): object {
  return {
    apiVersion: 'postgresql.cnpg.io/v1',
    kind: 'Cluster',
    metadata: { name },
    spec: {
      plugins: [{ name: plugin, enabled: true, isWALArchiver: true, parameters: { stanzaRef: name } }],
    },
  };
}

/** One for each line and repository; seconds come first in its cron text. */
function scheduledBackups(
  name: string,
  configuration: Configuration,
  entries: readonly RepositoryEntry[],
): readonly object[] {
  const inS3 = entries.filter(({ list }) => list === 's3Repositories').length;
  return operatorBackups(configuration, 'cloudnativepg').flatMap(({ task, type, cron, repositories }) =>
    entries.flatMap(({ repository }, index) => {
      if (!repositories.includes(repository.name)) return [];
      if (index > 0 && index >= inS3) throw notSelectable(repository.name);
      const parameters = { selectedRepository: String(index + 1), backupType: type };
      return [
        {
          apiVersion: 'postgresql.cnpg.io/v1',
          kind: 'ScheduledBackup',
          metadata: {
            name: objectName(`${name}${task.name.slice(task.line.stanza.length)}-${repository.name}`),
          },
          spec: {
            schedule: `0 ${cron}`,
            cluster: { name },
            method: 'plugin',
            pluginConfiguration: { name: plugin, parameters },
          },
        },
      ];
    }),
  );
}

/** getEnvVarBackupRepoDest of version 0.0.3 counts only the repositories in S3. */
function notSelectable(repository: string): Failure {
  return new Failure('config-invalid', {
    operation: 'render cloudnativepg',
    place: `repository ${repository}`,
    problem: 'the plugin backs up into a repository in Azure only when it is the first and only one',
    hint: 'Leave its backups out of the schedule (`repositories`), or use S3.',
  });
}

function readme(name: string, configuration: Configuration): string {
  const left = leftOutLines(configuration);
  return `# Backups of the Cluster ${name}

Rendered by \`holdfast render cloudnativepg\`; docs/deploy-cloudnativepg.md of Holdfast says more. **The plugin calls itself
experimental.** A component for Kustomize: the plugin in the Cluster \`${name}\`, its Stanza, scheduled backups (UTC), and the
Secret that they need.

\`\`\`yaml
# kustomization.yaml beside your cluster.yaml
resources: [cluster.yaml]
components: [cloudnativepg]
\`\`\`
${
  left.length === 0
    ? ''
    : `\nThe plugin has nothing for these lines of the schedule; have a host with Holdfast do them:\n\n${left.map((line) => `- \`${line}\`\n`).join('')}`
}`;
}

function yaml(content: object): string {
  return stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });
}

function fileWriter(
  { file }: Configuration,
  { owner }: RenderCall,
): (path: string, body: string, form?: CommentForm) => RenderedFile {
  const advice = 'Do not edit: change that file and run `holdfast render cloudnativepg` again.';
  return (path, body, form = 'hash') => ({
    path,
    content: writeGeneratedText(body, file, advice, form),
    mode: 0o644,
    owner,
    secret: false,
  });
}
