/**
 * The main job on a throw-away cluster: protect it, lose it, get it back to the second, and prove it.
 *
 * Everything lies in one directory below the system's temporary folder; nothing else on the machine is touched.
 */
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatByteSize } from '../src/model/byte-size.ts';
import { lookupUser } from '../src/process/os-user.ts';
import { findBinaries, startCluster } from './demo/cluster.ts';
import { holdfast } from './demo/holdfast.ts';
import {
  keepPlayground,
  makePlayground,
  query,
  removeDeadPlaygrounds,
  removePlayground,
  stopServers,
  type Playground,
} from './demo/playground.ts';
import { Timetable } from './demo/timetable.ts';
import {
  bytesBelow,
  destroy,
  loadData,
  noteMoment,
  takeCensus,
  Writers,
  type Census,
} from './demo/workload.ts';

const usage = `npm run demo [-- --keep] [-- --scale N]

Makes a throw-away PostgreSQL cluster, protects it with two repositories, destroys it
while it is written to and restores it to a moment T.

  --keep      leave everything running and say how to look at it
  --scale N   scale factor of pgbench, 1 is about 15 MiB (default 10)
`;

const say = (text: string): void => console.log(text);

function assertSame(what: string, expected: unknown, found: unknown): void {
  if (JSON.stringify(expected) === JSON.stringify(found)) return;
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
}

/** Makes the cluster, sets archiving up, loads data and takes a full backup into both repositories. */
async function protect(
  playground: Playground,
  table: Timetable,
  scale: number,
  signal: AbortSignal,
): Promise<void> {
  const run = { say, signal };
  await table.step('make a cluster with page checksums', async () => {
    await startCluster(playground);
    return { value: undefined, outcome: `${playground.data}, port ${playground.port}` };
  });
  await table.step('set archiving up (holdfast setup)', async () => {
    await holdfast(playground, ['setup', '--yes', '--restart', '--no-backup'], run);
    return { value: undefined, outcome: 'two repositories: local (plain), vault (encrypted)' };
  });
  await table.step('load data (pgbench and a ledger of 1,000 known rows)', async () => {
    const bytes = await loadData(playground, scale);
    return { value: undefined, outcome: formatByteSize(bytes) };
  });
  await table.step('full backup into both (holdfast backup)', async () => {
    await holdfast(playground, ['backup', '--type', 'full'], run);
    const [local, vault] = await Promise.all(
      ['repository-local', 'repository-vault'].map((name) => bytesBelow(join(playground.directory, name))),
    );
    return {
      value: undefined,
      outcome: `local ${formatByteSize(local ?? 0)}, vault ${formatByteSize(vault ?? 0)}`,
    };
  });
}

interface Loss {
  readonly moment: string;
  readonly before: Census;
}

/** Writes, notes T, goes on writing, and then destroys the cluster in two ways. */
async function lose(playground: Playground, table: Timetable): Promise<Loss> {
  await using writers = new Writers(playground);
  const loss = await table.step('keep writing, note the time T, write on', async () => {
    await pause(3000);
    const moment = await noteMoment(playground);
    await pause(2000);
    const before = await takeCensus(playground, moment);
    const all = await takeCensus(playground);
    const after = all.ledger.rows + all.history.rows - before.ledger.rows - before.history.rows;
    if (after === 0) throw new Error('nothing was written after T: the demo would prove nothing');
    return {
      value: { moment, before },
      outcome: `T = ${moment}: ${before.ledger.rows + before.history.rows} rows until T, ${after} after it`,
    };
  });
  await table.step('destroy it: DROP TABLE, then a data file goes', async () => {
    const { file, bytes } = await destroy(playground);
    return {
      value: undefined,
      outcome: `ledger dropped, ${file} (${formatByteSize(bytes)}) removed while running`,
    };
  });
  await writers.stop();
  return loss;
}

/** Restores to T and compares every row with what was committed until T. */
async function recover(
  playground: Playground,
  table: Timetable,
  loss: Loss,
  signal: AbortSignal,
): Promise<void> {
  await table.step('restore to T (holdfast restore)', async () => {
    await holdfast(playground, ['restore', '--to', loss.moment, '--yes'], { say, signal });
    return { value: undefined, outcome: 'old data directory kept, undo printed' };
  });
  await table.step('prove: every row until T, none after', async () => {
    const found = await takeCensus(playground);
    assertSame('rows after the restore', loss.before, found);
    return {
      value: undefined,
      outcome: `ledger ${found.ledger.rows}, pgbench_history ${found.history.rows}, pgbench_accounts ${found.accounts} rows: all equal`,
    };
  });
  await table.step('prove: it can be written again', async () => {
    await query(
      playground,
      `INSERT INTO ledger SELECT max(id) + 1, 'written after the restore', now() FROM ledger;
       UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = 1;`,
    );
    const [[timeline, rows] = []] = await query(
      playground,
      'SELECT timeline_id, (SELECT count(*) FROM ledger) FROM pg_control_checkpoint()',
    );
    assertSame('ledger rows after one more', loss.before.ledger.rows + 1, Number(rows));
    return { value: undefined, outcome: `one more ledger entry committed, timeline ${timeline}` };
  });
  await table.step('a new backup on the new timeline', async () => {
    await holdfast(playground, ['backup', '--type', 'full', '--repo', 'local'], { say, signal });
    return { value: undefined, outcome: 'protected again' };
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function describeKept(playground: Playground): string {
  const { directory, owner, binaries, socket, port, configuration } = playground;
  return `
Everything is still there and running. To look at it:
  sudo -u ${owner.name} ${binaries}/psql -h ${socket} -p ${port} postgres
  ./bin/holdfast --config ${configuration} info
  ./bin/holdfast --config ${configuration} journal
  ./bin/holdfast --config ${configuration} undo        # puts the destroyed cluster back
To throw it away:
  sudo -u ${owner.name} ${binaries}/pg_ctl -D ${playground.data} -m immediate stop
  rm -rf ${directory}`;
}

async function tidyUp(playground: Playground): Promise<void> {
  await stopServers(playground);
  await removePlayground(playground);
  say(`\nTidied up: ${playground.directory} is gone, nothing is running.`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      keep: { type: 'boolean', default: false },
      scale: { type: 'string', default: '10' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const scale = Number(values.scale);
  if (values.help || !Number.isInteger(scale) || scale < 1) {
    say(usage);
    process.exitCode = values.help ? 0 : 64;
    return;
  }
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
  }
  const owner = await lookupUser('postgres');
  if (owner === undefined) throw new Error('there is no user postgres: run scripts/setup.sh');
  const binaries = await findBinaries();
  for (const directory of await removeDeadPlaygrounds(tmpdir(), owner, binaries)) {
    say(`Removed what a killed demo had left: ${directory}`);
  }
  const playground = await makePlayground(tmpdir(), owner, binaries);
  const interrupted = new Promise<never>((_resolve, reject) => {
    interruption.signal.addEventListener('abort', () => reject(interruption.signal.reason as Error));
  });
  let kept = false;
  const table = new Timetable(say, interruption.signal);
  const work = perform(playground, table, scale, interruption.signal);
  try {
    await Promise.race([interrupted, work]);
    say(`\n${table.render()}`);
    kept = values.keep;
  } catch (error) {
    say(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    const log = await readFile(join(playground.directory, 'postgresql.log'), 'utf8').catch(() => '');
    if (log !== '' && !interruption.signal.aborted)
      say(`Last lines of the server's log:\n${log.split('\n').slice(-15).join('\n')}`);
    process.exitCode = interruption.signal.aborted ? 130 : 1;
    // What was under way ends first, so that nothing is tidied away under it.
    await work.catch(() => {});
  }
  if (kept) {
    await keepPlayground(playground);
    say(describeKept(playground));
  } else {
    await tidyUp(playground);
  }
}

async function perform(
  playground: Playground,
  table: Timetable,
  scale: number,
  signal: AbortSignal,
): Promise<void> {
  await protect(playground, table, scale, signal);
  const loss = await lose(playground, table);
  await recover(playground, table, loss, signal);
}

await main();
