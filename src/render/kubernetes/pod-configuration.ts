import { stringify } from 'yaml';
import type { Configuration } from '../../config/configuration.ts';
import { parseConfiguration } from '../../config/load.ts';
import { parseYaml } from '../../config/parse.ts';
import { problemsFailure } from '../../config/problems.ts';
import type { Path, PlainValue } from '../../config/source-tree.ts';
import { renderConf, type RenderedFile } from '../../engine/conf/render-conf.ts';
import type { SecretReference } from '../../model/secret.ts';
import type { RenderCall } from '../deployment/deployment-target.ts';
import { placedSecrets } from '../deployment/host-configuration.ts';
import { places } from './kubernetes-site.ts';

/** A part of holdfast.yaml as plain data. */
export type Mapping = { [key: string]: PlainValue };

/** holdfast.yaml as it is in a pod, and the engine's files for it. */
export interface PodConfiguration {
  /** Text of holdfast.yaml there; secrets are files of a Secret. */
  readonly text: string;
  /** pgbackrest.conf and the file of secrets, the same as `holdfast setup` in that pod would write. */
  readonly engineFiles: readonly RenderedFile[];
  /** Every secret that the text refers to, by the key of the Secret. */
  readonly secrets: ReadonlyMap<string, SecretReference>;
}

/** What is another in a pod than in the file. */
export interface PodChanges {
  /** Servers of the stanza, as keys of holdfast.yaml. */
  readonly postgres: readonly Mapping[];
  /** Keys of the stanza, put over its own, which are given. */
  readonly stanza: (own: Mapping) => Mapping;
  /** Keys of the file, put over its own, which are given. */
  readonly file: (own: Mapping) => Mapping;
  /** Keys of the file that are left out. */
  readonly without: readonly string[];
  /** Paths of files that are in the pod as they are: what refers to them stays a path. */
  readonly files: readonly string[];
  /** The engine in the pod. */
  readonly binary: string;
  /** Processes of pgBackRest where the file does not say. */
  readonly processes: number;
}

/**
 * The file for one kind of pod. All paths are those of the containers, and each secret is a file of its own there, so
 * that no value of any secret is in it.
 *
 * The number of processes is written down, because what a container sees of its node's processors is not what it may use.
 */
export function podConfiguration(call: RenderCall, stanza: string, changes: PodChanges): PodConfiguration {
  const root = parseYaml(call.source, 'holdfast.yaml').tree?.root as Mapping;
  const placed = placedSecrets(call.source).filter(
    ({ path, reference }) =>
      isKept(path, changes.without) && !(reference.kind === 'file' && changes.files.includes(reference.path)),
  );
  for (const { path } of placed) setAt(root, path, `file:${places.secrets}/${secretKey(path)}`);
  const stanzas = root['stanzas'] as Mapping;
  const own = stanzas[stanza] as Mapping;
  const options = (root['options'] ?? {}) as Mapping;
  const kept = Object.entries(root).filter(([key]) => key !== 'deploy' && !changes.without.includes(key));
  const file = {
    ...Object.fromEntries(kept),
    ...versionsOf(root),
    stanzas: { [stanza]: { ...own, postgres: [...changes.postgres], ...changes.stanza(own) } },
    engine: {
      ...((root['engine'] ?? {}) as Mapping),
      binary: changes.binary,
      configFile: `${places.engine}/pgbackrest.conf`,
      includeDirectory: `${places.engine}/conf.d`,
      logDirectory: `${places.work}/log`,
      lockDirectory: '/tmp/pgbackrest',
      spoolDirectory: `${places.work}/spool`,
    },
    state: { directory: `${places.state}/state` },
    options: 'process-max' in options ? options : { ...options, 'process-max': changes.processes },
    ...changes.file(root),
  };
  const text = stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
  const secrets = new Map(placed.map(({ path, reference }) => [secretKey(path), reference]));
  return { text, engineFiles: engineFiles(text, call, secrets), secrets };
}

function engineFiles(
  text: string,
  call: RenderCall,
  secrets: ReadonlyMap<string, SecretReference>,
): readonly RenderedFile[] {
  const configuration = readText(text, call);
  return renderConf(configuration, {
    version: call.version,
    machine: call.machine,
    secrets: (reference) => {
      const key = reference.kind === 'file' ? reference.path.slice(places.secrets.length + 1) : '';
      const original = secrets.get(key);
      if (original === undefined) throw new Error(`no secret of the pod is called ${key}`);
      return call.secrets(original);
    },
  });
}

function readText(text: string, call: RenderCall): Configuration {
  const read = parseConfiguration(text, `${places.holdfast}/holdfast.yaml`, { engineVersion: call.version });
  if (read.configuration === undefined) throw problemsFailure(read.problems);
  return read.configuration;
}

/**
 * Nothing in a pod renders a deployment, and a literal secret below `deploy` would stand in a ConfigMap. A kit that is
 * made in the pod names the two versions.
 */
function versionsOf({ deploy }: Mapping): Mapping {
  const versions = Object.entries((deploy ?? {}) as Mapping).filter(
    ([key]) => key === 'engineVersion' || key === 'postgresVersion',
  );
  return versions.length === 0 ? {} : { deploy: Object.fromEntries(versions) };
}

function isKept(path: Path, without: readonly string[]): boolean {
  return path[0] !== 'deploy' && !without.includes(String(path[0]));
}

/** A key of a Secret: letters, digits, dashes, dots. */
export function secretKey(path: Path): string {
  return path.map((part) => String(part).replaceAll(/[^\w-]/g, '-')).join('.');
}

function setAt(root: Mapping, path: Path, text: string): void {
  let holder: PlainValue | undefined = root;
  for (const part of path.slice(0, -1)) holder = (holder as Mapping)[part];
  (holder as Mapping)[path.at(-1) as string] = text;
}
