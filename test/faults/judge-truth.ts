import { existsSync, readdirSync, rmSync } from 'node:fs';
import { parseCatalogue } from '../../src/engine/info.ts';
import type { BackupSet } from '../../src/model/backup-set.ts';
import { runSql } from '../support/cluster.ts';
import { engineUnderTest } from '../support/engines.ts';
import type { ToldRun } from './daemon-kill-bed.ts';
import { readRuns, type KillBed } from './daemon-kill-bed.ts';

/** Names of the repositories, in the order of their keys. */
const repositoryNames = ['local', 'second'] as const;

/** What the engine itself lists, asked without Holdfast. */
export async function listSets(bed: KillBed): Promise<readonly BackupSet[]> {
  const { stdout } = await pgbackrest(bed, 'info', '--output=json');
  return parseCatalogue(stdout, 'main').sets;
}

async function pgbackrest({ bed }: KillBed, ...args: readonly string[]) {
  const engine = engineUnderTest();
  const { engineFile, includeDirectory } = bed.configuration;
  const place = [`--config=${engineFile}`, `--config-include-path=${includeDirectory}`, '--stanza=main'];
  return bed.sandbox.mustRun(engine, [...place, ...args]);
}

/**
 * What the journal says and what the repositories hold, compared. Nothing of it may be wrong, at whatever moment the
 * daemon and its engines were killed.
 *
 * @returns each contradiction in words
 */
export async function findContradictions(bed: KillBed): Promise<readonly string[]> {
  const runs = await readRuns(bed);
  const sets = await listSets(bed);
  return [...judgeSets(sets, runs), ...judgeRuns(sets, runs), ...judgeFolders(bed, sets)];
}

/** Every visible set is one that a run made, and that run says that it did. */
function* judgeSets(sets: readonly BackupSet[], runs: readonly ToldRun[]): Iterable<string> {
  for (const { label, repositoryKey, annotations } of sets) {
    const id = annotations['holdfast-run'];
    const run = runs.find((one) => one.id === id);
    const place = `set ${label} in repository ${repositoryKey}`;
    if (id === undefined) yield `${place} names no run`;
    else if (run === undefined) yield `${place} names ${id}, which the journal does not know`;
    else if (run.result !== 'ok')
      yield `${place} is complete, and the journal says that ${id} is ${run.result}`;
    else if (run.label !== label)
      yield `${place} is of ${id}, and the journal says that this made ${run.label}`;
    else if (run.repository !== repositoryNames[repositoryKey - 1])
      yield `${place} is of ${id}, and the journal says that this was in ${run.repository}`;
  }
}

/** Every backup that was ok has its set, unless an expire took it; and no run is open whose process is gone. */
function* judgeRuns(sets: readonly BackupSet[], runs: readonly ToldRun[]): Iterable<string> {
  for (const run of runs) {
    if (run.result === 'running')
      yield `${run.id} is still running${run.abandoned ? ', and its process is gone' : ''}`;
    if (run.kind !== 'backup' || run.result !== 'ok') continue;
    const key = repositoryNames.findIndex((name) => name === run.repository) + 1;
    if (run.label === undefined) yield `${run.id} is ok and has no label`;
    else if (sets.some((set) => set.label === run.label && set.repositoryKey === key)) continue;
    else if (!wasExpired(run, runs))
      yield `${run.id} is ok, and its set ${run.label} is not in ${run.repository}`;
  }
}

/** Expires note what they are about to remove before they begin, so a killed one is known too. */
function wasExpired({ label, repository }: ToldRun, runs: readonly ToldRun[]): boolean {
  return runs.some(
    (run) =>
      run.kind === 'expire' &&
      run.repository === repository &&
      JSON.stringify(run.facts).includes(`"${label}"`),
  );
}

/** A folder without its manifest is a backup that was broken off: invisible, and the next one resumes or removes it. */
function* judgeFolders({ configuration }: KillBed, sets: readonly BackupSet[]): Iterable<string> {
  for (const [index, name] of repositoryNames.entries()) {
    const directory = `${configuration.repository(name)}/backup/main`;
    for (const label of readdirSync(directory).filter((entry) => /^\d{8}-\d{6}F/.test(entry))) {
      const visible = sets.some((set) => set.label === label && set.repositoryKey === index + 1);
      const complete = existsSync(`${directory}/${label}/backup.manifest`);
      if (visible !== complete)
        yield `${directory}/${label}: ${complete ? 'complete' : 'broken off'}, visible: ${visible}`;
    }
  }
}

/**
 * Restores a set with the engine alone to the moment at which it is consistent, starts it, and looks at all of it: the
 * sums that each transaction of pgbench keeps equal, and every row of every table, whose pages have checksums.
 *
 * @throws Error when anything of that is not so
 */
export async function restoreAndProve(bed: KillBed, set: BackupSet): Promise<void> {
  const { cluster } = bed;
  const { sandbox, binaries } = cluster;
  const data = sandbox.directory(`prove/${set.label}-${set.repositoryKey}`);
  const own = ['lock', 'spool', 'log'].map((name) => `--${name}-path=${sandbox.directory(`prove/${name}`)}`);
  const target = [`--set=${set.label}`, '--type=immediate', '--target-action=promote', '--archive-mode=off'];
  const port = await sandbox.port();
  const socketDirectory = sandbox.directory('prove/run');
  const settings = `-c port=${port} -c unix_socket_directories=${socketDirectory} -c archive_mode=off`;
  const control = (...args: string[]) =>
    sandbox.mustRun(`${binaries.directory}/pg_ctl`, [...args, '-D', data, '-w']);
  await pgbackrest(bed, `--repo=${set.repositoryKey}`, `--pg1-path=${data}`, ...own, ...target, 'restore');
  await control('start', '-o', settings, '-l', `${data}.log`, '-t', '120');
  try {
    const place = { sandbox, binaries, socketDirectory, port };
    const sums = await runSql(
      place,
      `SELECT (SELECT sum(abalance) FROM pgbench_accounts) AS accounts, (SELECT sum(bbalance) FROM pgbench_branches) AS branches,
         (SELECT sum(tbalance) FROM pgbench_tellers) AS tellers, (SELECT coalesce(sum(delta), 0) FROM pgbench_history) AS history`,
    );
    const values = new Set(Object.values(sums[0] ?? {}));
    if (values.size !== 1) throw new Error(`set ${set.label} is not consistent: ${JSON.stringify(sums[0])}`);
    await runSql(place, readEveryTable);
  } finally {
    await control('stop', '-m', 'fast');
  }
  rmSync(data, { recursive: true });
}

/** The server refuses a page whose checksum is wrong; pg_checksums is not there for every version under test. */
const readEveryTable = `DO $$
DECLARE
  relation regclass;
BEGIN
  IF current_setting('data_checksums') <> 'on' THEN RAISE 'there are no checksums'; END IF;
  FOR relation IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'm', 't') LOOP
    EXECUTE format('SELECT count(*) FROM %s', relation);
  END LOOP;
END $$`;

/** What the engine's own verify finds wrong. Its exit code says nothing, so its text is read. */
export async function findDamage(bed: KillBed): Promise<readonly string[]> {
  const damage: string[] = [];
  for (const [index, name] of repositoryNames.entries()) {
    const { stdout } = await pgbackrest(bed, `--repo=${index + 1}`, '--output=text', '--verbose', 'verify');
    for (const line of stdout.split('\n')) {
      if (/checksum invalid: [1-9]|size invalid: [1-9]|missing: [1-9]|other: [1-9]|status: error/.test(line))
        damage.push(`${name}: ${line.trim()}`);
    }
  }
  return damage;
}
