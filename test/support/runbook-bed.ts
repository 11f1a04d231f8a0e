import { closeSync, existsSync, openSync, renameSync, writeSync } from 'node:fs';
import type { Runbook, RunbookScenario, RunbookStep } from '../../src/render/runbook/runbook.ts';
import { createProtectedBed, type ProtectedBed } from './protected-bed.ts';
import { testUser } from './test-user.ts';
import { type Blanks, scenarioOf, shellEnvironment, typeCommand, typeSteps } from './type-steps.ts';

/** A cluster with two repositories, one of them encrypted, and its runbook, whose commands are run as printed. */
export interface RunbookBed extends AsyncDisposable {
  readonly bed: ProtectedBed;
  readonly runbook: Runbook;
  scenario(id: string): RunbookScenario;
  /** Types the commands of steps into a shell, one after the other. @throws Error when one fails that must not */
  follow(steps: readonly RunbookStep[], blanks?: Blanks): Promise<string>;
  /** Whether the shell is root's. */
  readonly asRoot: boolean;
  insert(id: number): Promise<void>;
  /** Inserts a row that there is not yet, and gives its id. */
  addRow(): Promise<number>;
  /** Writes garbage over the first page of a table, while the server is down. */
  damage(table: string): Promise<void>;
  /** Ids of table `known`, in order. */
  rows(): Promise<number[]>;
  /** The server's clock, with some distance to commits before and after, as `<MOMENT>` is written. */
  moment(): Promise<string>;
  /** Gives what a scenario left beside the data directory another name, so that the next one finds none of it. */
  tidy(): void;
}

let tidied = 0;
let nextId = 1;

export async function createRunbookBed(name: string): Promise<RunbookBed> {
  const { runAs } = testUser();
  const bed = await createProtectedBed({
    name,
    repositories: { local: {}, offsite: { encryption: true } },
    keys: { heartbeat: 'off' },
    top: { deploy: { runbook: { shellUser: runAs === undefined ? 'engine' : 'root' } } },
  });
  const { sandbox, cluster, configuration } = bed;
  const env = shellEnvironment(sandbox);
  await cluster.sql('CREATE TABLE known (id integer PRIMARY KEY); INSERT INTO known VALUES (1);');
  const document = (await bed.mustRun(['runbook', '--json'])).json<{ runbook: Runbook }>();
  const { runbook } = document;
  return {
    bed,
    runbook,
    scenario: (id) => scenarioOf(runbook, id),
    follow: (steps, blanks = {}) =>
      typeSteps(steps, blanks, (command, step) => typeCommand(command, step, env)),
    asRoot: runAs !== undefined,
    async addRow() {
      nextId += 1;
      await cluster.sql(`INSERT INTO known VALUES (${nextId})`);
      return nextId;
    },
    async damage(table) {
      const file = await cluster.value(`CHECKPOINT; SELECT pg_relation_filepath('${table}')`);
      await cluster.stop();
      const handle = openSync(`${cluster.dataDirectory}/${file}`, 'r+');
      writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, 2048);
      closeSync(handle);
      await cluster.start();
    },
    insert: async (id) => void (await cluster.sql(`INSERT INTO known VALUES (${id})`)),
    rows: async () => (await cluster.sql('SELECT id FROM known ORDER BY id')).map((row) => Number(row['id'])),
    async moment() {
      // Sets end in whole seconds: one that ended in this second cannot be told to be older.
      await cluster.sql('SELECT pg_sleep(1.1)');
      const time = await cluster.value(
        "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
      );
      await cluster.sql('SELECT pg_sleep(0.1)');
      return `${time}+00`;
    },
    tidy() {
      tidied += 1;
      for (const suffix of ['.before', '.restored', '.empty']) {
        const path = `${cluster.dataDirectory}${suffix}`;
        if (existsSync(path)) renameSync(path, `${path}-${tidied}`);
      }
      for (const repository of ['local', 'offsite'])
        for (const part of ['archive', 'backup'])
          for (const suffix of ['.lost', '.unreadable']) {
            const path = `${configuration.repository(repository)}/${part}/main${suffix}`;
            if (existsSync(path)) renameSync(path, `${path}-${tidied}`);
          }
    },
    [Symbol.asyncDispose]: () => bed[Symbol.asyncDispose](),
  };
}
