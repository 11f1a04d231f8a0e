import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { defaultConfigFile, defaultIncludeDirectory } from '../../engine/engine-arguments.ts';
import type { LintProject } from '../../lint/lint-rule.ts';
import type { DocumentKind } from '../../lint/lint-document.ts';
import { readProject, type LintSource } from '../../lint/read-project.ts';
import { collectHost } from '../../lint/sources/collect-host.ts';
import { readInput } from '../../lint/sources/read-input.ts';
import type { EngineVersion } from '../../model/engine-version.ts';
import { Failure } from '../../model/failure.ts';
import { readEnvironmentFile } from '../environment/read-environment-file.ts';
import type { EngineVariable } from './given-setting.ts';

/** The file that the engine reads where the one of today is not there. */
const legacyConfigFile = '/etc/pgbackrest.conf';

/** What is to be read. Paths are absolute. */
export interface CollectRequest {
  /** Undefined: what the installed engine reads, and the schedules and Patroni of this host. */
  readonly conf: string | undefined;
  readonly include: string | undefined;
  readonly crontabs: readonly string[];
  readonly timers: string | undefined;
  readonly patroni: string | undefined;
  readonly environment: readonly string[];
  /** Stands before the places of a host; `/` on a real one. */
  readonly root: string;
}

/** Everything that was read, as texts. */
export interface CollectedInstallation {
  /** The file that Holdfast will write in its place. */
  readonly configFile: string;
  readonly includeDirectory: string;
  /** pgbackrest.conf, then conf.d by name. */
  readonly confs: readonly LintSource[];
  readonly variables: readonly EngineVariable[];
  /** Crontabs, units and patroni.yml, by what they are. */
  readonly others: readonly { readonly source: LintSource; readonly as: DocumentKind | undefined }[];
  /** Places that could not be read, for people. */
  readonly skipped: readonly string[];
}

/** Reads all files. @throws Failure file-unusable, not-permitted when one that was named cannot be read */
export async function collectInstallation(request: CollectRequest): Promise<CollectedInstallation> {
  const host = request.conf === undefined ? await collectHost([], request.root) : { inputs: [], notes: [] };
  const under = (path: string): string => join(request.root, path);
  const isConf = ({ file }: LintSource): boolean =>
    [under(defaultConfigFile), under(legacyConfigFile)].includes(file) ||
    dirname(file) === under(defaultIncludeDirectory);
  const named = await Promise.all([
    ...request.crontabs.map((file) => readAs(file, 'crontab')),
    ...(request.timers === undefined
      ? []
      : (await unitsIn(request.timers)).map((file) => readAs(file, 'systemd-unit'))),
    ...(request.patroni === undefined ? [] : [readAs(request.patroni, 'patroni')]),
  ]);
  return {
    ...placesOf(request),
    confs:
      request.conf === undefined
        ? host.inputs.filter(isConf).toSorted((one, other) => confRank(one) - confRank(other))
        : await readConfs(request.conf, includeOf(request)),
    variables: (await Promise.all(request.environment.map(readVariables))).flat(),
    others: [
      ...host.inputs.filter((input) => !isConf(input)).map((source) => ({ source, as: undefined })),
      ...named,
    ],
    skipped: host.notes,
  };
}

/** Files of conf.d come behind the main one, and stay in the order of their names. */
function confRank({ file }: LintSource): number {
  return basename(dirname(file)) === 'conf.d' ? 1 : 0;
}

/** The usual place stays it, also where only the one of old was there: the engine prefers the new one. */
function placesOf({ conf, include }: CollectRequest): { configFile: string; includeDirectory: string } {
  const configFile = conf === undefined || conf === legacyConfigFile ? defaultConfigFile : conf;
  const beside =
    configFile === defaultConfigFile ? defaultIncludeDirectory : join(dirname(configFile), 'conf.d');
  return { configFile, includeDirectory: include ?? beside };
}

/** As the engine does: a file that is named alone is read alone, unless it is the usual one. */
function includeOf({ conf, include }: CollectRequest): string | undefined {
  if (include !== undefined) return include;
  return conf === defaultConfigFile || conf === legacyConfigFile ? defaultIncludeDirectory : undefined;
}

async function readConfs(conf: string, include: string | undefined): Promise<LintSource[]> {
  const names = include === undefined ? [] : await namesIn(include);
  const paths = names.filter((name) => name.endsWith('.conf')).map((name) => join(include ?? '', name));
  return Promise.all([conf, ...paths].map(readSource));
}

async function readAs(file: string, as: DocumentKind): Promise<{ source: LintSource; as: DocumentKind }> {
  return { source: await readSource(file), as };
}

async function unitsIn(directory: string): Promise<string[]> {
  const names = await namesIn(directory);
  return names.filter((name) => /\.(?:timer|service)$/.test(name)).map((name) => join(directory, name));
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).toSorted();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && directory === defaultIncludeDirectory) return [];
    throw unreadable(directory, `the directory cannot be read (${code ?? String(error)})`, code);
  }
}

async function readSource(file: string): Promise<LintSource> {
  const outcome = await readInput(file, file, () => false);
  if ('input' in outcome) return outcome.input;
  throw unreadable(file, outcome.reason, outcome.code);
}

function unreadable(place: string, problem: string, code: string | undefined): Failure {
  return new Failure(code === 'EACCES' ? 'not-permitted' : 'file-unusable', {
    operation: 'read an existing installation',
    place,
    problem,
    hint: 'Name the right file, and run Holdfast as somebody who may read it: root, or the user that runs pgbackrest.',
  });
}

async function readVariables(file: string): Promise<EngineVariable[]> {
  const { variables } = readEnvironmentFile((await readSource(file)).text, file);
  return [...variables.values()].flatMap(({ name, value, position }) =>
    name.startsWith('PGBACKREST_') && value !== undefined ? [{ name, value, position }] : [],
  );
}

/** Crontabs, units and patroni.yml read into facts, each as what it is. */
export function readOthers(
  others: CollectedInstallation['others'],
  engineVersion: EngineVersion,
): LintProject {
  const settings = { engineVersion, fileFacts: () => undefined };
  const kinds = new Map<DocumentKind | undefined, LintSource[]>();
  for (const { source, as } of others) kinds.set(as, [...(kinds.get(as) ?? []), source]);
  const projects = [...kinds].map(([as, sources]) => readProject(sources, { ...settings, as }));
  const empty = readProject([], settings);
  return {
    ...empty,
    documents: projects.flatMap((project) => project.documents),
    variables: projects.flatMap((project) => project.variables),
    serverSettings: projects.flatMap((project) => project.serverSettings),
    commandLists: projects.flatMap((project) => project.commandLists),
    engineInvocations: projects.flatMap((project) => project.engineInvocations),
    schedules: projects.flatMap((project) => project.schedules),
  };
}
