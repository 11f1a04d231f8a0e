import type {
  ArchiveRange,
  BackupSet,
  BackupType,
  Catalogue,
  CommandLock,
  DatabaseHistoryEntry,
  InfoStatusCode,
  RepositoryStatus,
} from '../model/backup-set.ts';
import { Failure } from '../model/failure.ts';
import { parseLsn } from '../model/wal.ts';
import type { EngineProgram } from './engine.ts';
import { unprintable } from './log-lines.ts';
import { type EngineRun, runEngine } from './run-engine.ts';

/**
 * How long a look waits for an answer of a repository: pgBackRest tries four times to connect, so that one that is dead
 * takes 40 s to be known as that, and not four minutes as with its own `io-timeout`.
 */
export const lookIoTimeoutSeconds = 10;

/**
 * Asks the engine what the repositories of a stanza hold. A missing stanza and a repository that cannot be read are
 * answers (status codes), not failures: `info` ends with 0 for both.
 *
 * @param run.repositoryKey only this repository; by default all
 * @param run.ioTimeoutSeconds defaults to `lookIoTimeoutSeconds`
 * @throws Failure as runEngine, engine-failed when the answer cannot be read
 */
export async function readCatalogue(
  engine: EngineProgram,
  stanza: string,
  run: EngineRun = {},
): Promise<Catalogue> {
  const operation = run.operation ?? `read the catalogue of stanza ${stanza}`;
  const result = await runEngine(engine, ['info', '--output=json'], {
    ioTimeoutSeconds: lookIoTimeoutSeconds,
    ...run,
    stanza,
    capture: 'bytes',
    operation,
  });
  return parseCatalogue(result.bytes.toString('utf8'), stanza);
}

/**
 * Reads the answer of `info --output=json` of pgBackRest 2.45 to 2.60 (`src/command/info/info.c`).
 *
 * @throws Failure engine-failed when it is not such an answer
 */
export function parseCatalogue(text: string, stanza: string): Catalogue {
  const answer = parseJson(text);
  const entry = asList(answer).find((item) => item['name'] === stanza);
  if (entry === undefined) throw unreadable(`no stanza ${stanza} in the answer`);
  const status = asObject(entry['status'], 'status');
  return {
    stanza,
    code: statusCode(status['code']),
    message: String(status['message'] ?? ''),
    repositories: asList(entry['repo']).map(readRepository),
    databases: asList(entry['db']).map(readDatabase),
    sets: asList(entry['backup'])
      .map(readSet)
      .toSorted(
        (left, right) => compareText(left.label, right.label) || left.repositoryKey - right.repositoryKey,
      ),
    archives: asList(entry['archive']).map(readArchive),
    ...readLocks(status['lock']),
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

/** System identifiers are 64 bits wide: more than a JavaScript number holds, so they are read from the source text. */
function parseJson(text: string): unknown {
  const revive = (key: string, value: unknown, context?: { source?: string }): unknown =>
    key === 'system-id' && typeof value === 'number' && context?.source !== undefined
      ? BigInt(context.source)
      : value;
  // In messages about files it could not decrypt the engine quotes bytes that JSON does not allow in strings.
  const clean = text.trim().replaceAll(/\p{C}/gu, unprintable);
  try {
    return JSON.parse(clean, revive as (key: string, value: unknown) => unknown);
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error), error);
  }
}

function readRepository(item: JsonObject): RepositoryStatus {
  const status = asObject(item['status'], 'repo.status');
  return {
    key: asNumber(item['key'], 'repo.key'),
    cipher: item['cipher'] === 'aes-256-cbc' ? 'aes-256-cbc' : 'none',
    code: statusCode(status['code']),
    message: String(status['message'] ?? ''),
  };
}

function readDatabase(item: JsonObject): DatabaseHistoryEntry {
  const systemIdentifier = item['system-id'];
  if (typeof systemIdentifier !== 'bigint') throw unreadable('db.system-id is not a number');
  return {
    repositoryKey: asNumber(item['repo-key'], 'db.repo-key'),
    databaseId: asNumber(item['id'], 'db.id'),
    systemIdentifier,
    version: String(item['version']),
  };
}

function readArchive(item: JsonObject): ArchiveRange {
  const database = asObject(item['database'], 'archive.database');
  return {
    repositoryKey: asNumber(database['repo-key'], 'archive.database.repo-key'),
    databaseId: asNumber(database['id'], 'archive.database.id'),
    id: String(item['id']),
    min: asText(item['min']),
    max: asText(item['max']),
  };
}

function readSet(item: JsonObject): BackupSet {
  const database = asObject(item['database'], 'backup.database');
  const info = asObject(item['info'], 'backup.info');
  const repository = asObject(info['repository'], 'backup.info.repository');
  const timestamp = asObject(item['timestamp'], 'backup.timestamp');
  return {
    label: String(item['label']),
    type: item['type'] as BackupType,
    repositoryKey: asNumber(database['repo-key'], 'backup.database.repo-key'),
    databaseId: asNumber(database['id'], 'backup.database.id'),
    startTime: asNumber(timestamp['start'], 'backup.timestamp.start'),
    stopTime: asNumber(timestamp['stop'], 'backup.timestamp.stop'),
    ...readWalPositions(item),
    prior: asText(item['prior']),
    references: Array.isArray(item['reference']) ? item['reference'].map(String) : [],
    size: asNumber(info['size'], 'backup.info.size'),
    deltaSize: asNumber(info['delta'], 'backup.info.delta'),
    // Left out for sets with block incremental, whose size in the repository the engine cannot tell.
    repositorySize: Number(repository['size'] ?? repository['delta'] ?? 0),
    repositoryDeltaSize: Number(repository['delta'] ?? 0),
    toldRepositorySize: asOptionalNumber(repository['size']),
    blockMaps: readBlockMaps(repository),
    error: item['error'] === true,
    annotations: readAnnotations(item['annotation']),
    engineVersion: String(asObject(item['backrest'], 'backup.backrest')['version']),
  };
}

function readWalPositions(
  item: JsonObject,
): Pick<BackupSet, 'startLsn' | 'stopLsn' | 'archiveStart' | 'archiveStop'> {
  const archive = asOptionalObject(item['archive']);
  const lsn = asOptionalObject(item['lsn']);
  return {
    startLsn: parseLsn(asText(lsn['start']) ?? ''),
    stopLsn: parseLsn(asText(lsn['stop']) ?? ''),
    archiveStart: asText(archive['start']),
    archiveStop: asText(archive['stop']),
  };
}

function readAnnotations(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asOptionalObject(value)).map(([key, text]) => [key, String(text)]),
  );
}

/** `size-map` and `delta-map` come together, with sets of which some file was copied by blocks (2.45 and newer). */
function readBlockMaps(repository: JsonObject): BackupSet['blockMaps'] {
  const size = asOptionalNumber(repository['size-map']);
  const delta = asOptionalNumber(repository['delta-map']);
  return size === undefined || delta === undefined ? undefined : { size, delta };
}

/**
 * `lock: {backup: {held, size, size-cplt}, restore: {…}}`; the sizes came with 2.48 and only while a backup copies,
 * restore with 2.56.
 */
function readLocks(lock: unknown): Pick<Catalogue, 'backupRunning' | 'locks'> {
  const backup = readLock(asOptionalObject(lock)['backup']);
  const restore = readLock(asOptionalObject(lock)['restore']);
  return { backupRunning: backup.held || restore.held, locks: { backup, restore } };
}

function readLock(value: unknown): CommandLock {
  const lock = asOptionalObject(value);
  return {
    held: lock['held'] === true,
    totalBytes: asOptionalNumber(lock['size']),
    completeBytes: asOptionalNumber(lock['size-cplt']),
  };
}

function statusCode(value: unknown): InfoStatusCode {
  const known: readonly unknown[] = [0, 1, 2, 3, 4, 5, 6, 99];
  return known.includes(value) ? (value as InfoStatusCode) : 99;
}

function asList(value: unknown): JsonObject[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw unreadable('a list was expected');
  return value.map((item) => asObject(item, 'list entry'));
}

function asObject(value: unknown, name: string): JsonObject {
  if (typeof value !== 'object' || value === null) throw unreadable(`${name} is not an object`);
  return value as JsonObject;
}

function asOptionalObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

function asNumber(value: unknown, name: string): number {
  if (typeof value !== 'number') throw unreadable(`${name} is not a number`);
  return value;
}

function asOptionalNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function unreadable(problem: string, cause?: unknown): Failure {
  return new Failure('engine-failed', {
    operation: 'read the answer of pgbackrest info',
    problem,
    hint: 'Run `pgbackrest info --output=json` by hand; report the answer when it looks right.',
    cause,
  });
}
