import { stringify } from 'yaml';
import type { TestCluster } from './cluster.ts';
import { engineUnderTest } from './engines.ts';
import type { Sandbox } from './sandbox.ts';

/** A stanza of a test's holdfast.yaml. */
export interface StanzaRequest {
  readonly cluster: TestCluster;
  /**
   * By name, in the order repo1, repo2, …: keys of holdfast.yaml that are not the default (posix, in the sandbox).
   * `encryption: true` writes a passphrase file and names it. One plain repository called `local` unless given.
   */
  readonly repositories?: Readonly<Record<string, RepositoryRequest>>;
  /** Other keys of the stanza (`schedule`, `objectives`, `options`, …). */
  readonly keys?: Readonly<Record<string, unknown>>;
}

export type RepositoryRequest = Readonly<Record<string, unknown>>;

/** A holdfast.yaml of a test, and where everything lies that it names. */
export interface TestConfiguration {
  /** Path of holdfast.yaml. */
  readonly file: string;
  /** The generated pgbackrest.conf. */
  readonly engineFile: string;
  readonly includeDirectory: string;
  readonly stateDirectory: string;
  readonly logDirectory: string;
  readonly lockDirectory: string;
  readonly spoolDirectory: string;
  /** Directory of a repository of the type posix that no path was given for. */
  repository(name: string, stanza?: string): string;
}

/**
 * Writes holdfast.yaml for one or more stanzas. Nothing that it names lies outside of the sandbox.
 *
 * @param stanzas by name
 * @param keys other keys at the top of the file, merged one level deep (`{ engine: { user: 'postgres' } }`)
 * @param folder where in the sandbox: one for each host that the test has
 */
export function writeConfiguration(
  sandbox: Sandbox,
  stanzas: Readonly<Record<string, StanzaRequest>>,
  keys: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
  folder = 'holdfast',
): TestConfiguration {
  const place = (name: string): string => sandbox.file(folder, name);
  const engine = {
    binary: engineUnderTest(),
    configFile: place('etc/pgbackrest.conf'),
    includeDirectory: place('etc/conf.d'),
    logDirectory: place('log'),
    lockDirectory: place('lock'),
    spoolDirectory: place('spool'),
  };
  const state = { directory: place('state') };
  const repository = (name: string, stanza = Object.keys(stanzas)[0] ?? 'main'): string =>
    sandbox.file(folder, `repository-${stanza}-${name}`);
  const content = {
    ...keys,
    engine: { ...engine, ...keys.engine },
    state: { ...state, ...keys.state },
    stanzas: Object.fromEntries(
      Object.entries(stanzas).map(([name, request]) => [
        name,
        describeStanza(sandbox, name, request, repository),
      ]),
    ),
  };
  sandbox.directory(folder, 0o755);
  return {
    file: sandbox.write(`${folder}/holdfast.yaml`, stringify(content), 0o644),
    engineFile: engine.configFile,
    includeDirectory: engine.includeDirectory,
    stateDirectory: state.directory,
    logDirectory: engine.logDirectory,
    lockDirectory: engine.lockDirectory,
    spoolDirectory: engine.spoolDirectory,
    repository,
  };
}

function describeStanza(
  sandbox: Sandbox,
  name: string,
  { cluster, repositories = { local: {} }, keys }: StanzaRequest,
  pathOf: (repository: string, stanza: string) => string,
): Record<string, unknown> {
  const node = {
    path: cluster.dataDirectory,
    port: cluster.port,
    socket: cluster.socketDirectory,
    bin: cluster.binaries.directory,
  };
  const described = Object.entries(repositories).map(([repository, request]) => [
    repository,
    describeRepository(sandbox, `${name}-${repository}`, { path: pathOf(repository, name), ...request }),
  ]);
  return { postgres: [node], repositories: Object.fromEntries(described) as unknown, ...keys };
}

function describeRepository(sandbox: Sandbox, id: string, request: RepositoryRequest): RepositoryRequest {
  const defaults = { type: 'posix', retention: { full: 2 } };
  if (request.encryption !== true) return { ...defaults, ...request };
  const passphrase = sandbox.write(`holdfast/secrets/${id}`, `passphrase of ${id} for tests only\n`);
  return { ...defaults, ...request, encryption: { passphrase: `file:${passphrase}` } };
}
