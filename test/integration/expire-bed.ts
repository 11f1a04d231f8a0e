import { engineUnderTest } from '../support/engines.ts';
import { createProtectedBed, type BedRequest, type ProtectedBed } from '../support/protected-bed.ts';

/** A protected server with sets that the engine took without expiring any. */
export interface ExpireBed extends AsyncDisposable {
  readonly bed: ProtectedBed;
  /** Runs the engine itself. @throws Error when its exit code is not 0 */
  engine(...args: readonly string[]): Promise<string>;
  /** Takes a set, with a row of its label in table `sets` before it, and WAL after it. */
  take(type: 'full' | 'diff' | 'incr', repositoryKey?: number): Promise<string>;
  /** Labels in the repository, oldest first. */
  labels(repository?: string): Promise<readonly string[]>;
  /** Names of the WAL segments in the repository. */
  wal(repository?: string): Promise<readonly string[]>;
}

/** Makes the bed. */
export async function createExpireBed(request: BedRequest): Promise<ExpireBed> {
  const bed = await createProtectedBed(request);
  const { engineFile, includeDirectory } = bed.configuration;
  const engine: ExpireBed['engine'] = async (...args) => {
    const files = [`--config=${engineFile}`, `--config-include-path=${includeDirectory}`];
    const result = await bed.sandbox.mustRun(engineUnderTest(), [...files, '--stanza=main', ...args]);
    return result.stdout;
  };
  const switchWal = "SELECT pg_logical_emit_message(false, 'x', 'y'); SELECT pg_switch_wal()";
  await bed.cluster.sql('CREATE TABLE sets (number integer)');
  let count = 0;
  return {
    bed,
    engine,
    async take(type, repositoryKey = 1) {
      count += 1;
      await bed.cluster.sql(`INSERT INTO sets VALUES (${count})`);
      const taken = await engine(
        'backup',
        `--type=${type}`,
        `--repo=${repositoryKey}`,
        '--no-expire-auto',
        '--log-level-console=info',
      );
      const label = /new backup label = (\S+)/.exec(taken)?.[1];
      if (label === undefined) throw new Error(taken);
      await bed.cluster.sql(switchWal);
      return label;
    },
    async labels(repository = 'local') {
      const result = await bed.run(['info', '--json', '--repo', repository]);
      const [found] = result.json<{ repositories: { sets: { label: string }[] }[] }>().repositories;
      return (found?.sets ?? []).map((set) => set.label);
    },
    async wal(repository = 'local') {
      const key = repository === 'local' ? 1 : 2;
      const listed = await engine('repo-ls', `--repo=${key}`, '--recurse', 'archive/main');
      return listed.match(/[0-9A-F]{24}(?=-[0-9a-f]{40}(\.zst)?$)/gm) ?? [];
    },
    [Symbol.asyncDispose]: () => bed[Symbol.asyncDispose](),
  };
}
