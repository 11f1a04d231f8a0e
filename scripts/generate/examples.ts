import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseConfiguration } from '../../src/config/load.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { maskedSecrets } from '../../src/engine/conf/secret-values.ts';
import { parseEngineVersion } from '../../src/model/engine-version.ts';
import type { RenderTargetName } from '../../src/model/render-target.ts';
import { allTargets } from '../../src/render/deployment/all-targets.ts';
import type { RenderCall } from '../../src/render/deployment/deployment-target.ts';
import type { GeneratedFile } from './generated-file.ts';

/** An installation in examples/, and what is rendered of it there. */
export interface Example {
  /** Folder with its holdfast.yaml. */
  readonly folder: string;
  readonly targets: readonly {
    readonly name: RenderTargetName;
    /** Of targets that are made for one host. */
    readonly hosts?: readonly string[];
  }[];
  /** Files that belong to somebody else, edited by a target: the file, and the name that the result gets. */
  readonly edits?: readonly { readonly name: RenderTargetName; readonly file: string }[];
}

const nodes = ['db-sib-01', 'db-sib-02', 'db-fsn-01'];

/** The five integrations, with the targets that each of them had. */
export const examples: readonly Example[] = [
  {
    folder: '0-pigsty-supabase',
    targets: [{ name: 'pgbackrest' }, { name: 'pigsty' }, { name: 'monitoring' }, { name: 'runbook' }],
    edits: [{ name: 'pigsty', file: 'pigsty.yml' }],
  },
  {
    folder: '1-compose-scheduler',
    targets: [{ name: 'compose' }, { name: 'runbook' }],
  },
  {
    folder: '2-kubernetes-compose-vm/kubernetes',
    targets: [{ name: 'kubernetes' }, { name: 'monitoring' }],
  },
  { folder: '2-kubernetes-compose-vm/compose', targets: [{ name: 'compose' }] },
  {
    folder: '2-kubernetes-compose-vm/vm',
    targets: [{ name: 'pgbackrest' }, { name: 'systemd' }, { name: 'cron' }, { name: 'runbook' }],
  },
  {
    folder: '3-patroni-ansible-consul',
    targets: [
      { name: 'pgbackrest', hosts: nodes },
      { name: 'patroni' },
      { name: 'ansible' },
      { name: 'runbook', hosts: ['db-sib-01'] },
      { name: 'monitoring' },
    ],
  },
  {
    folder: '4-setup-service-multicloud',
    targets: [{ name: 'compose' }, { name: 'runbook' }],
  },
];

const root = join(import.meta.dirname, '../..');

/**
 * What `holdfast render` makes of the examples. Files with secrets are left out, theirs would be masked anyway; so is the
 * runbook as data, which the page and the text are made of.
 */
export async function generateExamples(): Promise<GeneratedFile[]> {
  const files: GeneratedFile[] = [];
  for (const example of examples) files.push(...(await renderExample(example)));
  return files;
}

export async function renderExample({ folder, targets, edits = [] }: Example): Promise<GeneratedFile[]> {
  const { source, configuration } = await readExample(folder);
  const rendered = targets.flatMap(({ name, hosts = [undefined] }) =>
    hosts.flatMap((host) =>
      targetOf(name)
        .render(configuration, callFor(configuration, source, host))
        .filter(({ secret, path }) => !secret && path !== 'runbook.json')
        .map(({ path, content }) => ({
          path: join('examples', folder, 'rendered', name, host ?? '', path),
          content,
        })),
    ),
  );
  const edited: GeneratedFile[] = [];
  for (const { name, file } of edits) {
    const text = await readFile(join(root, 'examples', folder, file), 'utf8');
    const { edit } = targetOf(name);
    if (edit === undefined) throw new Error(`${name} edits nothing`);
    edited.push({
      path: join('examples', folder, 'rendered', file),
      content: edit(text, configuration, callFor(configuration, source, undefined)),
    });
  }
  return [...rendered, ...edited];
}

/** The holdfast.yaml of an example as it would lie on its host. @throws Error when it has a problem */
export async function readExample(
  folder: string,
): Promise<{ readonly source: string; readonly configuration: Configuration }> {
  const source = await readFile(join(root, 'examples', folder, 'holdfast.yaml'), 'utf8');
  const engine = /engineVersion: "([\d.]+)"/.exec(source)?.[1];
  const { configuration, problems } = parseConfiguration(source, '/etc/holdfast/holdfast.yaml', {
    engineVersion: engine === undefined ? undefined : parseEngineVersion(engine),
  });
  if (configuration === undefined || problems.length > 0)
    throw new Error(`examples/${folder}/holdfast.yaml: ${JSON.stringify(problems)}`);
  return { source, configuration };
}

function targetOf(name: RenderTargetName): (typeof allTargets)[number] {
  const target = allTargets.find((candidate) => candidate.name === name);
  if (target === undefined) throw new Error(`no target is called ${name}`);
  return target;
}

/** A machine with four cores, whatever this one has. */
function callFor(configuration: Configuration, source: string, host: string | undefined): RenderCall {
  const version = parseEngineVersion(configuration.deploy.engineVersion);
  if (version === undefined) throw new Error('deploy.engineVersion has a default');
  return {
    source,
    host,
    stanza: undefined,
    version,
    machine: { cores: 4 },
    secrets: maskedSecrets,
    owner: 'postgres',
    job: 'holdfast',
  };
}
