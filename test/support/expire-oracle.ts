import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readInfoFile } from '../../src/engine/info-file.ts';
import type { ExpirableSet } from '../../src/retention/expirable-repository.ts';
import type { ExpirePolicy } from '../../src/retention/model-expire.ts';
import { createFakeTime } from './fake-time.ts';
import type { Sandbox } from './sandbox.ts';

/** What lies in a made-up repository. */
export interface OracleContent {
  readonly labels: readonly string[];
  /** Directories of sets, listed ones and others. */
  readonly directories: readonly string[];
  /** `15-1/000000010000000000000001`. */
  readonly wal: readonly string[];
  /** `15-1/00000002.history`. */
  readonly histories: readonly string[];
  /** Labels in backup.history. */
  readonly manifests: readonly string[];
}

/**
 * A repository that no server ever wrote into, but that the real engine takes for one: info files with their checksums,
 * directories with empty manifests, names of WAL segments. Expire reads nothing else.
 */
export interface ExpireOracle {
  /** Adds a set with its directory and its manifest in backup.history. */
  addSet(set: ExpirableSet): void;
  /** Adds the directory of a set that backup.info does not list. */
  addUnlisted(label: string, resumable: boolean): void;
  addSegment(database: number, name: string): void;
  addHistory(database: number, timeline: string): void;
  /** Another database from now on: what stanza-upgrade does. */
  upgrade(): void;
  /** Runs the real `expire`. @param now epoch seconds; the engine's clock stands there */
  expire(policy: ExpirePolicy, now: number): Promise<void>;
  content(): OracleContent;
}

/** @param binary of the engine @param name of the repository's directory in the sandbox */
export function createExpireOracle(sandbox: Sandbox, binary: string, name: string): ExpireOracle {
  const root = sandbox.directory(name);
  const { env } = createFakeTime(sandbox, 'oracle');
  const owned = (path: string): string => {
    if (sandbox.runAs !== undefined) chownSync(path, sandbox.runAs.uid, sandbox.runAs.gid);
    return path;
  };
  const directory = (path: string): string => {
    if (existsSync(path)) return path;
    directory(path.slice(0, path.lastIndexOf('/')));
    mkdirSync(path);
    return owned(path);
  };
  const put = (path: string, content = ''): void => {
    directory(path.slice(0, path.lastIndexOf('/')));
    writeFileSync(path, content);
    owned(path);
  };
  const [backups, archives] = [`${root}/backup/main`, `${root}/archive/main`];
  let known: readonly ExpirableSet[] = [];
  let database = 1;
  const writeInfo = (): void => {
    for (const [path, text] of [
      [`${backups}/backup.info`, backupInfo(known, database)],
      [`${archives}/archive.info`, archiveInfo(database)],
    ] as const) {
      put(path, text);
      put(`${path}.copy`, text);
    }
  };
  writeInfo();
  const list = (path: string): readonly string[] => (existsSync(path) ? readdirSync(path).toSorted() : []);
  const listed = (): readonly string[] => {
    const info = readInfoFile(readFileSync(`${backups}/backup.info`));
    if (info.state !== 'whole') throw new Error(info.problem);
    return info.sets;
  };
  return {
    addSet(set) {
      known = [...known, set];
      put(`${backups}/${set.label}/backup.manifest`);
      put(`${backups}/${set.label}/backup.manifest.copy`);
      put(`${backups}/backup.history/${set.label.slice(0, 4)}/${set.label}.manifest.gz`);
    },
    addUnlisted: (label, resumable) =>
      put(`${backups}/${label}/${resumable ? 'backup.manifest.copy' : 'pg_data/PG_VERSION'}`),
    addSegment: (id, segment) =>
      put(`${archives}/15-${id}/${segment.slice(0, 16)}/${segment}-${'a'.repeat(40)}.zst`),
    addHistory: (id, timeline) => put(`${archives}/15-${id}/${timeline}.history`),
    upgrade: () => void (database += 1),
    async expire(policy, now) {
      writeInfo();
      sandbox.write(
        `oracle.time`,
        `${new Date(now * 1000).toISOString().slice(0, 19).replace('T', ' ')}\n`,
        0o644,
      );
      const files = ['--config=/dev/null', `--lock-path=${sandbox.file('lock')}`, '--log-level-file=off'];
      const args = [...files, '--stanza=main', `--repo1-path=${root}`, ...optionsOf(policy), 'expire'];
      const run = (): ReturnType<Sandbox['run']> => sandbox.run(binary, args, { env: { ...env, TZ: 'UTC' } });
      let result = await run();
      // libfaketime names its semaphore after the process id, and those of killed processes of others stay.
      while (result.code !== 0 && result.stderr.includes('libfaketime: In ft_shm')) result = await run();
      if (result.code !== 0) throw new Error(`${args.join(' ')}\n${result.stdout}\n${result.stderr}`);
      const left = listed();
      known = known.filter(({ label }) => left.includes(label));
    },
    content: () => ({
      labels: listed().toSorted(),
      directories: list(backups).filter((entry) => /^\d{8}-/.test(entry)),
      wal: list(archives).flatMap((id) =>
        list(`${archives}/${id}`.replace(/\/archive\.info.*/, '/none'))
          .filter((entry) => !entry.endsWith('.history'))
          .flatMap((entry) => list(`${archives}/${id}/${entry}`).map((file) => `${id}/${file.slice(0, 24)}`)),
      ),
      histories: list(archives)
        .filter((id) => /^\d+-\d+$/.test(id))
        .flatMap((id) =>
          list(`${archives}/${id}`)
            .filter((entry) => entry.endsWith('.history'))
            .map((entry) => `${id}/${entry}`),
        ),
      manifests: list(`${backups}/backup.history`).flatMap((year) =>
        list(`${backups}/backup.history/${year}`).map((file) => file.replace('.manifest.gz', '')),
      ),
    }),
  };
}

/** Empties a repository's directory: the next case begins. */
export function clearOracle(sandbox: Sandbox, name: string): void {
  rmSync(sandbox.file(name), { recursive: true, force: true });
}

function optionsOf({ full, diff, archive, history }: ExpirePolicy): readonly string[] {
  const option = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--repo1-retention-${name}=${value}`];
  return [
    ...option('full', full?.by === 'time' ? full.days : full?.count),
    ...option('full-type', full?.by),
    ...option('diff', diff),
    ...(archive === 'follow'
      ? []
      : [...option('archive', archive.count), ...option('archive-type', archive.type)]),
    ...option('history', history),
  ];
}

const systemIdentifier = (id: number): string => `761029746084888${1000 + id}`;
const versions = '"db-version":"15"';

function backupInfo(sets: readonly ExpirableSet[], database: number): string {
  const ids = Array.from({ length: database }, (_, index) => index + 1);
  const control = '"db-catalog-version":202209061,"db-control-version":1300';
  return infoText({
    'backup:current': Object.fromEntries(
      sets
        .toSorted((left, right) => (left.label < right.label ? -1 : 1))
        .map((set) => [set.label, entryOf(set)]),
    ),
    db: {
      'db-catalog-version': '202209061',
      'db-control-version': '1300',
      'db-id': String(database),
      'db-system-id': systemIdentifier(database),
      'db-version': '"15"',
    },
    'db:history': Object.fromEntries(
      ids.map((id) => [String(id), `{${control},"db-system-id":${systemIdentifier(id)},${versions}}`]),
    ),
  });
}

function archiveInfo(database: number): string {
  const ids = Array.from({ length: database }, (_, index) => index + 1);
  return infoText({
    db: { 'db-id': String(database), 'db-system-id': systemIdentifier(database), 'db-version': '"15"' },
    'db:history': Object.fromEntries(
      ids.map((id) => [String(id), `{"db-id":${systemIdentifier(id)},${versions}}`]),
    ),
  });
}

/** Keys in the order that the engine reads them in: ascending. */
function entryOf(set: ExpirableSet): string {
  return JSON.stringify({
    'backrest-format': 5,
    'backrest-version': '2.45',
    'backup-archive-start': set.archiveStart ?? null,
    'backup-archive-stop': set.archiveStop ?? null,
    'backup-error': false,
    'backup-info-repo-size': 1,
    'backup-info-repo-size-delta': 1,
    'backup-info-size': 1,
    'backup-info-size-delta': 1,
    ...(set.prior === undefined ? {} : { 'backup-prior': set.prior, 'backup-reference': [set.prior] }),
    'backup-timestamp-start': set.stopTime,
    'backup-timestamp-stop': set.stopTime,
    'backup-type': set.type,
    'db-id': set.databaseId,
    'option-archive-check': true,
    'option-archive-copy': false,
    'option-backup-standby': false,
    'option-checksum-page': true,
    'option-compress': true,
    'option-hardlink': false,
    'option-online': set.archiveStart !== undefined,
  });
}

/** With the checksum that the engine proves (`src/info/info.c`). Sections in byte order, values are JSON. */
function infoText(sections: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const all = Object.entries({
    backrest: { 'backrest-format': '5', 'backrest-version': '"2.45"' },
    ...sections,
  }).filter(([, values]) => Object.keys(values).length > 0);
  const counted = all.map(
    ([name, values]) =>
      `"${name}":{${Object.entries(values)
        .map(([key, value]) => `"${key}":${value}`)
        .join(',')}}`,
  );
  const sum = createHash('sha1')
    .update(`{${counted.join(',')}}`)
    .digest('hex');
  const text = all.map(
    ([name, values]) =>
      `[${name}]\n${Object.entries(values)
        .map(([key, value]) => `${key}=${value}\n`)
        .join('')}`,
  );
  return `${text.join('\n')}\n[backrest]\nbackrest-checksum="${sum}"\n`;
}
