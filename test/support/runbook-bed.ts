import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, renameSync, symlinkSync, writeSync } from 'node:fs';
import type { Runbook, RunbookScenario, RunbookStep } from '../../src/render/runbook/runbook.ts';
import { holdfastProgram } from './installation.ts';
import { createProtectedBed, type ProtectedBed } from './protected-bed.ts';
import { testUser } from './test-user.ts';

/** What stands for `<NAME>` in the commands. A step that shows the timeline sets TIMELINE by itself. */
export type Blanks = Record<string, string>;

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
  const { runAs, owner } = testUser();
  const bed = await createProtectedBed({
    name,
    repositories: { local: {}, offsite: { encryption: true } },
    keys: { heartbeat: 'off' },
    top: { deploy: { runbook: { shellUser: runAs === undefined ? 'engine' : 'root' } } },
  });
  const { sandbox, cluster, configuration } = bed;
  // People have it on their PATH.
  const programs = sandbox.directory('programs', 0o755);
  symlinkSync(holdfastProgram(), `${programs}/holdfast`);
  const env = {
    PATH: `${programs}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: runAs === undefined ? owner.home : '/root',
    TERM: 'xterm',
    SHELL: '/bin/bash',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
  };
  await cluster.sql('CREATE TABLE known (id integer PRIMARY KEY); INSERT INTO known VALUES (1);');
  const document = (await bed.mustRun(['runbook', '--json'])).json<{ runbook: Runbook }>();
  const { runbook } = document;
  return {
    bed,
    runbook,
    scenario(id) {
      const found = runbook.stanzas[0]?.scenarios.find((one) => one.id === id);
      if (found === undefined) throw new Error(`no scenario ${id}`);
      return found;
    },
    async follow(steps, blanks = {}) {
      let screen = '';
      for (const step of steps) {
        for (const command of step.commands) {
          const shown = await typeCommand(fillIn(command, blanks), step, env);
          screen += shown;
          noteTimeline(step, shown, blanks);
        }
      }
      return screen;
    },
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

function fillIn(command: string, blanks: Blanks): string {
  return command.replaceAll(/<([A-Z][A-Z\d_]*)>/g, (whole, name: string) => {
    const value = blanks[name];
    if (value === undefined) throw new Error(`nothing for ${whole} in: ${command}`);
    return value;
  });
}

/** What Holdfast asks for: yes, or a name that must be typed. */
const question = /\[(?:yes\/no|type (\S+) to go on)\] /;

/** Runs a line in bash, on a terminal where it asks, and answers yes. */
async function typeCommand(
  command: string,
  step: RunbookStep,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const [program, args] = step.asks
    ? ['script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null']]
    : ['bash', ['-c', command]];
  const child = spawn(program as string, args as string[], {
    cwd: '/',
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let screen = '';
  let answered = false;
  const read = (chunk: Buffer): void => {
    screen += chunk.toString('utf8');
    const asked = step.asks && !answered ? question.exec(screen) : null;
    if (asked === null) return;
    answered = true;
    child.stdin.write(`${asked[1] ?? 'yes'}
`);
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  if (!step.asks) child.stdin.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), 180_000);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  // A server that was started keeps nothing of ours open; what is still on the way comes now.
  await new Promise((resolve) => setTimeout(resolve, 50));
  // A command of Holdfast that did its work ends with 1 where something should be looked at.
  const allowed = command.startsWith('holdfast ') ? [0, 1] : [0];
  if (step.asks && !answered) throw new Error(`never asked: ${command}\n${screen}`);
  if (!step.mayFail && !allowed.includes(code ?? -1))
    throw new Error(`ended with ${String(code)}: ${command}\n${screen}${tailOfLog(command)}`);
  return screen;
}

/** What the server said that a command could not start. */
function tailOfLog(command: string): string {
  const file = / -l (\S+\.log) /.exec(command)?.[1];
  return file !== undefined && existsSync(file) ? readFileSync(file, 'utf8').slice(-3000) : '';
}

/** Does what the text of the placeholder tells people to do. */
function noteTimeline(step: RunbookStep, screen: string, blanks: Blanks): void {
  if (!/timeline/.test(step.title)) return;
  const number = /^(\d+)$/m.exec(screen)?.[1];
  const names = [...screen.matchAll(/wal archive min\/max \(\d+\): [0-9A-F]+\/([0-9A-F]{8})/g)];
  const newest = names.map((name) => Number.parseInt(name[1] ?? '', 16));
  if (number !== undefined) blanks['TIMELINE'] = number;
  else if (newest.length > 0) blanks['TIMELINE'] = String(Math.max(...newest));
}
