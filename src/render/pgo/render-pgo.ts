import { basename } from 'node:path';
import { stringify } from 'yaml';
import type { Configuration } from '../../config/configuration.ts';
import { type ConfOption, isSecure } from '../../engine/conf/conf-option.ts';
import { writeConfText, writeGeneratedText, type CommentForm } from '../../engine/conf/conf-text.ts';
import type { RenderedFile } from '../../engine/conf/render-conf.ts';
import type { DeploymentTarget, RenderCall } from '../deployment/deployment-target.ts';
import { leftOutLines, onlyStanza } from '../deployment/operator-schedule.ts';
import { objectName } from '../kubernetes/kubernetes-site.ts';
import { neededFiles } from '../kubernetes/needed-files.ts';
import { clusterBackups } from './cluster-backups.ts';
import { clusterOptions } from './cluster-options.ts';
import { refuseUnfit } from './refuse-unfit.ts';

/** `spec.backups.pgbackrest` of a PostgresCluster of PGO, the Postgres Operator of Crunchy Data: docs/deploy-pgo.md. */
export const pgoTarget: DeploymentTarget = {
  name: 'pgo',
  engine: 'deploy.engineVersion',
  needsSecrets: true,
  render: renderPgo,
};

/** Name of the file in the Secret, as PGO includes it. */
const secretsFile = 'holdfast-secrets.conf';

function renderPgo(configuration: Configuration, call: RenderCall): readonly RenderedFile[] {
  const stanza = onlyStanza(configuration, 'pgo');
  refuseUnfit(configuration, stanza);
  const { kubernetes } = configuration.deploy;
  const name = kubernetes.name ?? objectName(stanza.name);
  const options = clusterOptions(configuration, stanza, call);
  const secrets = options.filter((candidate) => isSecure(candidate.name));
  const secretName = `${name}-pgbackrest`;
  const files = neededFiles(configuration).flatMap(({ path }) => {
    const source = kubernetes.files[path];
    return source === undefined ? [] : [{ path, source }];
  });
  const cluster = {
    apiVersion: 'postgres-operator.crunchydata.com/v1',
    kind: 'PostgresCluster',
    metadata: { name },
    spec: {
      backups: {
        pgbackrest: {
          configuration: [
            ...(secrets.length === 0 ? [] : [{ secret: { name: secretName } }]),
            ...files.map(({ path, source: { secret, configMap, key } }) => {
              const items = [{ key, path: basename(path) }];
              return secret === undefined
                ? { configMap: { name: configMap, items } }
                : { secret: { name: secret, items } };
            }),
          ],
          global: globalOptions(options),
          ...clusterBackups(configuration, stanza),
        },
      },
    },
  };
  return [
    text(call, configuration, 'README.md', readme(name, configuration), 'markup'),
    text(call, configuration, '.gitignore', 'secrets/\n'),
    yaml(call, configuration, 'kustomization.yaml', {
      apiVersion: 'kustomize.config.k8s.io/v1alpha1',
      kind: 'Component',
      ...(secrets.length === 0
        ? {}
        : {
            secretGenerator: [{ name: secretName, files: [`secrets/${secretsFile}`], type: 'Opaque' }],
            configurations: ['name-references.yaml'],
          }),
      patches: [{ path: 'postgres-cluster.yaml' }],
    }),
    yaml(call, configuration, 'postgres-cluster.yaml', cluster),
    ...(secrets.length === 0
      ? []
      : [
          yaml(call, configuration, 'name-references.yaml', nameReferences),
          {
            path: `secrets/${secretsFile}`,
            content: writeConfText([{ name: 'global', options: secrets }], configuration.file),
            mode: 0o600,
            owner: call.owner,
            secret: true,
          },
        ]),
  ];
}

function globalOptions(options: readonly ConfOption[]): Readonly<Record<string, string>> {
  const shown = options.filter((candidate) => !isSecure(candidate.name));
  return Object.fromEntries(
    shown.map(({ name, value }) => [name, typeof value === 'string' ? value : value.join(':')]),
  );
}

/** Lets Kustomize find the name of the Secret, which has a checksum at its end, in a kind that it does not know. */
const nameReferences = {
  nameReference: [
    {
      kind: 'Secret',
      version: 'v1',
      fieldSpecs: [
        {
          group: 'postgres-operator.crunchydata.com',
          kind: 'PostgresCluster',
          path: 'spec/backups/pgbackrest/configuration/secret/name',
        },
      ],
    },
  ],
};

function readme(name: string, configuration: Configuration): string {
  const left = leftOutLines(configuration);
  return `# Backups of the PostgresCluster ${name}

Rendered by \`holdfast render pgo\`; docs/deploy-pgo.md of Holdfast says more. A component for Kustomize: it sets
\`spec.backups.pgbackrest\` of the PostgresCluster \`${name}\`, and makes the Secret that it needs.

\`\`\`yaml
# kustomization.yaml beside your postgres-cluster.yaml
resources: [postgres-cluster.yaml]
components: [pgo]
\`\`\`

PGO calls its stanza \`db\` and begins backups by CronJobs of its own, whose times are UTC.
${
  left.length === 0
    ? ''
    : `\nPGO has nothing for these lines of the schedule; have a host with Holdfast do them:\n\n${left.map((line) => `- \`${line}\`\n`).join('')}`
}`;
}

function yaml(call: RenderCall, configuration: Configuration, path: string, content: object): RenderedFile {
  return text(call, configuration, path, stringify(content, { lineWidth: 0, aliasDuplicateObjects: false }));
}

function text(
  { owner }: RenderCall,
  { file }: Configuration,
  path: string,
  body: string,
  form: CommentForm = 'hash',
): RenderedFile {
  const advice = 'Do not edit: change that file and run `holdfast render pgo` again.';
  return { path, content: writeGeneratedText(body, file, advice, form), mode: 0o644, owner, secret: false };
}
