import { createCluster, runSql, type ClusterRequest, type TestCluster } from './cluster.ts';
import { writeConfiguration, type RepositoryRequest, type TestConfiguration } from './configuration.ts';
import { runHoldfast, type HoldfastOptions, type HoldfastResult } from './holdfast.ts';
import { processesOf } from './processes.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';

/** A cluster that `holdfast setup` has set up: it archives into its repositories; there is no backup yet. */
export interface ProtectedBed extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly cluster: TestCluster;
  readonly configuration: TestConfiguration;
  /** Runs holdfast with this configuration. Any exit code is a result. */
  run(args: readonly string[], options?: HoldfastOptions): Promise<HoldfastResult>;
  /** Like `run`. @throws Error when the exit code is neither 0 nor 1 (done, with warnings) */
  mustRun(args: readonly string[], options?: HoldfastOptions): Promise<HoldfastResult>;
  /** Takes a backup and gives the label it got in that repository. */
  backup(type: 'full' | 'diff' | 'incr', repository?: string): Promise<string>;
  /** `holdfast restore ARGS --plan --json`: the plan. @throws Error when it is refused */
  plan(...args: readonly string[]): Promise<PlanDocument>;
  /** `holdfast restore ARGS --into DIR --yes --json`, into a new directory and on a free port. */
  restoreCopy(...args: readonly string[]): Promise<RestoredCopy>;
  /** `holdfast restore ARGS --yes --json`, in place. */
  restore(...args: readonly string[]): Promise<RestoreDocument>;
  /** A restore that must be refused or fail. */
  refuse(...args: readonly string[]): Promise<RefusedDocument>;
}

/** The part of the plan that tests look at. */
export interface PlanDocument {
  readonly id: string;
  readonly mode: string;
  readonly set: { readonly label: string; readonly type: string };
  readonly repository: { readonly name: string };
  readonly target: { readonly description: string; readonly timeline: number };
  readonly directories: { readonly data: string; readonly aside?: string };
  readonly wal: { readonly missing: readonly string[] };
  readonly disk: readonly { readonly path: string; readonly neededBytes: number }[];
  readonly warnings: readonly { readonly rule: string }[];
  readonly tablespaces: readonly { readonly from: string; readonly to: string }[];
}

/** What `holdfast restore --json` prints in the end. */
export interface RestoreDocument {
  readonly plan: PlanDocument;
  readonly outcome: {
    readonly id: string;
    readonly aside?: string;
    readonly port: number;
    readonly socketDirectory: string;
    readonly proofs: readonly string[];
    readonly reached: { readonly timeline: number; readonly newTimeline: number };
  };
}

/** What `--json` prints of a failure. */
export interface RefusedDocument {
  readonly code: number;
  readonly kind: string;
  readonly problem: string;
  readonly hint: string;
  readonly rules: readonly string[];
  /** The options of the nearest targets, as the words that a shell would make of them. */
  readonly nearest: readonly (readonly string[])[];
}

/** A restored copy beside production. Disposing stops it. */
export interface RestoredCopy extends AsyncDisposable, RestoreDocument {
  readonly directory: string;
  readonly port: number;
  sql: TestCluster['sql'];
  value: TestCluster['value'];
  stop(): Promise<void>;
}

export interface BedRequest {
  readonly name: string;
  /** In order; one plain one called `local` unless given. */
  readonly repositories?: Readonly<Record<string, RepositoryRequest>>;
  /** Other keys of the stanza. */
  readonly keys?: Readonly<Record<string, unknown>>;
  /** Other keys at the top of the file. */
  readonly top?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly cluster?: ClusterRequest;
  readonly sandbox?: Sandbox;
}

/** Makes the bed by the command line alone. */
export async function createProtectedBed(request: BedRequest): Promise<ProtectedBed> {
  const sandbox = request.sandbox ?? (await createSandbox(request.name));
  try {
    const cluster = await createCluster({ walSegmentMegabytes: 1, ...request.cluster, sandbox });
    const configuration = writeConfiguration(
      sandbox,
      {
        main: {
          cluster,
          ...(request.repositories === undefined ? {} : { repositories: request.repositories }),
          ...(request.keys === undefined ? {} : { keys: request.keys }),
        },
      },
      request.top,
    );
    const bed = bedOf(sandbox, cluster, configuration);
    await bed.mustRun(['setup', '--yes', '--restart', '--no-backup']);
    return bed;
  } catch (error) {
    await sandbox[Symbol.asyncDispose]();
    throw error;
  }
}

/** A bed for one stanza of a configuration that is there already. */
export function bedOf(
  sandbox: Sandbox,
  cluster: TestCluster,
  configuration: TestConfiguration,
  stanza = 'main',
): ProtectedBed {
  let copies = 0;
  const words = (args: readonly string[]): readonly string[] => [
    '--config',
    configuration.file,
    '--stanza',
    stanza,
    ...args,
  ];
  const bed: ProtectedBed = {
    sandbox,
    cluster,
    configuration,
    run: (args, options) => runHoldfast(words(args), options),
    async mustRun(args, options) {
      const result = await runHoldfast(words(args), options);
      return result.code === 1 ? result : succeeded(args, result);
    },
    async backup(type, repository = 'local') {
      const result = await bed.mustRun(['backup', '--type', type, '--repo', repository, '--json']);
      const [done] = result.json<{ repositories: readonly { label: string; type: string }[] }>().repositories;
      if (done?.type !== type) throw new Error(`not a ${type} backup: ${result.stdout}`);
      return done.label;
    },
    async plan(...args) {
      const result = await bed.mustRun(['restore', ...args, '--plan', '--json']);
      return result.json<{ plan: PlanDocument }>().plan;
    },
    async restore(...args) {
      return (await bed.mustRun(['restore', ...args, '--yes', '--json'])).json<RestoreDocument>();
    },
    async restoreCopy(...args) {
      copies += 1;
      const directory = sandbox.file(`copy-${stanza}-${copies}`);
      const place = ['--into', directory, '--port', String(await sandbox.port())];
      sandbox.defer(() => stopServer(cluster, directory));
      return copyOf(cluster, directory, await bed.restore(...args, ...place));
    },
    async refuse(...args) {
      const result = await bed.run(['restore', ...args, '--yes', '--json']);
      return refusalOf(result);
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
  return bed;
}

function succeeded(args: readonly string[], result: HoldfastResult): HoldfastResult {
  if (result.code === 0) return result;
  throw new Error(`holdfast ${args.join(' ')}: ${String(result.code)}\n${result.stdout}\n${result.stderr}`);
}

/** The `error` document of a refused command. @throws Error when it was not refused */
export function refusalOf(result: HoldfastResult): RefusedDocument {
  if (result.code === undefined || result.code < 64) {
    throw new Error(`not refused (${String(result.code)}):\n${result.stdout}\n${result.stderr}`);
  }
  const { error } = result.json<{ error: ErrorDocument }>();
  return {
    code: result.code,
    kind: error.kind,
    problem: error.problem,
    hint: error.hint ?? '',
    rules: (error.details?.refusals ?? []).map((finding) => finding.rule),
    nearest: (error.details?.nearest ?? []).map((one) => wordsOf(one.options)),
  };
}

function wordsOf(options: string): string[] {
  return (options.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''));
}

interface ErrorDocument {
  readonly kind: string;
  readonly problem: string;
  readonly hint?: string;
  readonly details?: {
    readonly refusals?: readonly { readonly rule: string }[];
    readonly nearest?: readonly { readonly options: string }[];
  };
}

function copyOf(production: TestCluster, directory: string, document: RestoreDocument): RestoredCopy {
  const { port, socketDirectory } = document.outcome;
  const place = { ...production, port, socketDirectory };
  const copy: RestoredCopy = {
    ...document,
    directory,
    port,
    sql: (statements, options) => runSql(place, statements, options?.database),
    async value(query, options) {
      const first = Object.values((await copy.sql(query, options))[0] ?? {})[0];
      if (first === undefined || first === null) throw new Error(`no value: ${query}`);
      return first;
    },
    stop: () => stopServer(production, directory),
    [Symbol.asyncDispose]: () => copy.stop(),
  };
  return copy;
}

async function stopServer({ sandbox, binaries }: TestCluster, directory: string): Promise<void> {
  if (processesOf(directory).length === 0) return;
  const args = ['stop', '-D', directory, '-m', 'immediate', '-w'];
  await sandbox.mustRun(`${binaries.directory}/pg_ctl`, args);
}
