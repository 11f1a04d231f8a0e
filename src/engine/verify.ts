import { isAtLeast } from '../model/engine-version.ts';
import { Failure } from '../model/failure.ts';
import type { Engine, EngineRunOptions, LogRecord } from './engine.ts';
import { runEngine } from './run-engine.ts';

export interface VerifyRequest {
  readonly stanza: string;
  readonly repositoryKey: number;
  /** Verify this set alone; engines before 2.55 verify everything all the same. */
  readonly set?: string | undefined;
}

/** A stored file that is not what it should be. */
export interface InvalidFile {
  readonly problem: 'missing' | 'checksum' | 'size' | 'other';
  /** The label of a set (`20261120-103000F`) or an archive id (`15-1`). */
  readonly place: string;
  /** Below the place: `pg_data/base/1/1259.zst`, `bundle/2`, `0000000100000000/000000010000000000000005-….zst`. */
  readonly file: string;
  /** What the engine said of it besides, with the problem `other`. */
  readonly detail: string | undefined;
}

export interface VerifiedSet {
  readonly label: string;
  /** `manifest missing`: it was removed meanwhile, or its manifest and the copy of that are gone. */
  readonly status: 'valid' | 'invalid' | 'manifest missing' | 'in-progress';
  readonly filesChecked: number;
  readonly filesValid: number;
}

export interface VerifiedArchive {
  /** `15-1`. */
  readonly id: string;
  readonly segmentsChecked: number;
  readonly segmentsValid: number;
  /** WAL without holes, by segment names, both ends included; in order. Several on one timeline: there is a hole. */
  readonly ranges: readonly { readonly first: string; readonly last: string }[];
}

/** What verify said of one repository. */
export interface VerifyOutcome {
  readonly status: 'ok' | 'error';
  readonly sets: readonly VerifiedSet[];
  readonly archives: readonly VerifiedArchive[];
  readonly invalidFiles: readonly InvalidFile[];
  /** Whatever else it said, in its words. */
  readonly remarks: readonly string[];
  readonly elapsedMs: number;
}

/** Since when `--set` is heeded: pgBackRest release 2.55 ("Add set option to verify command"). */
export function canVerifySet(engine: Pick<Engine, 'version'>): boolean {
  return isAtLeast(engine.version, 55);
}

/**
 * Compares all that is stored in a repository with its checksums. The engine ends with 0 whatever it finds, so the
 * answer must be judged. Ranges of WAL stand only in its log at the level detail, which is why the log is read and not
 * the text on stdout (pgBackRest `src/command/verify/verify.c`).
 *
 * @throws Failure as runEngine; engine-failed when there is no answer in the log
 */
export async function runVerify(
  engine: Engine,
  request: VerifyRequest,
  options: EngineRunOptions = {},
): Promise<VerifyOutcome> {
  const operation = `verify repo${request.repositoryKey} of stanza ${request.stanza}`;
  const set = request.set !== undefined && canVerifySet(engine) ? [`--set=${request.set}`] : [];
  const records: LogRecord[] = [];
  const { elapsedMs } = await runEngine(engine, ['verify', '--verbose', ...set], {
    ...options,
    stanza: request.stanza,
    repositoryKey: request.repositoryKey,
    operation,
    // With it the engine logs at the level detail.
    onProgress: options.onProgress ?? (() => {}),
    onRecord: (record) => {
      records.push(record);
      options.onRecord?.(record);
    },
  });
  const outcome = readVerifyLog(records);
  if (outcome !== undefined) return { ...outcome, elapsedMs };
  throw new Failure('engine-failed', {
    operation,
    problem: 'pgbackrest ended without an error and without a result',
    hint: 'Run `pgbackrest --output=text --verbose verify` by hand, and report what it prints.',
  });
}

/** @returns undefined when the log has no result */
export function readVerifyLog(records: readonly LogRecord[]): Omit<VerifyOutcome, 'elapsedMs'> | undefined {
  const report = records.find((record) => /^stanza: .*\nstatus: (ok|error)/.test(record.message));
  if (report === undefined) return undefined;
  const files = records.map((record) => readInvalidFile(record.message));
  const ranges = records.flatMap((record) => readRange(record.message) ?? []);
  const lines = report.message.split('\n').slice(1);
  const archives = lines.flatMap((line) => readArchive(line) ?? []);
  return {
    status: lines[0] === 'status: ok' ? 'ok' : 'error',
    sets: lines.flatMap((line) => readSet(line) ?? []),
    archives: archives.map((archive) => ({
      ...archive,
      ranges: ranges.filter((range) => range.id === archive.id).map(({ first, last }) => ({ first, last })),
    })),
    invalidFiles: files.filter((file) => file !== undefined),
    remarks: [
      ...records
        .filter(
          (record, index) => record !== report && files[index] === undefined && isRemark(record.message),
        )
        .map((record) => record.message),
      ...lines.filter((line) => !isKnownLine(line)),
    ],
  };
}

const problems: Readonly<Record<string, InvalidFile['problem']>> = {
  'file missing': 'missing',
  'invalid checksum': 'checksum',
  'invalid size': 'size',
  'invalid result': 'other',
};

/** `invalid checksum '20261120-103000F/bundle/2'`, `invalid result 15-1/…: [42] …`. */
function readInvalidFile(message: string): InvalidFile | undefined {
  const match =
    /^(file missing|invalid checksum|invalid size|invalid result) (?:'([^/]+)\/(.+)'|([^/]+)\/(.+?): (.*))$/s.exec(
      message,
    );
  if (match === null) return undefined;
  return {
    problem: problems[match[1] as string] ?? 'other',
    place: (match[2] ?? match[4]) as string,
    file: (match[3] ?? match[5]) as string,
    detail: match[6],
  };
}

function readRange(message: string): { id: string; first: string; last: string } | undefined {
  const match = /^archiveId: (\S+), wal start: ([0-9A-F]{24}), wal stop: ([0-9A-F]{24})$/.exec(message);
  return match === null
    ? undefined
    : { id: match[1] as string, first: match[2] as string, last: match[3] as string };
}

function readArchive(line: string): Omit<VerifiedArchive, 'ranges'> | undefined {
  const match = /^archiveId: (\S+), total WAL checked: (\d+), total valid WAL: (\d+)$/.exec(line);
  return match === null
    ? undefined
    : { id: match[1] as string, segmentsChecked: Number(match[2]), segmentsValid: Number(match[3]) };
}

function readSet(line: string): VerifiedSet | undefined {
  const match =
    /^backup: (\S+), status: (valid|invalid|manifest missing|in-progress), total files checked: (\d+), total valid files: (\d+)$/.exec(
      line,
    );
  if (match === null) return undefined;
  return {
    label: match[1] as string,
    status: match[2] as VerifiedSet['status'],
    filesChecked: Number(match[3]),
    filesValid: Number(match[4]),
  };
}

function isKnownLine(line: string): boolean {
  return (
    /^(status: (ok|error)|missing: \d+.*|archiveId: none found|backup: none found|no archives or backups exist in the repo)$/.test(
      line,
    ) ||
    readSet(line) !== undefined ||
    readArchive(line) !== undefined
  );
}

/** What is neither about single files nor the frame of the log. */
function isRemark(message: string): boolean {
  return (
    readRange(message) === undefined &&
    !/^verify command (begin|end)/.test(message) &&
    // Its own line in the result says so too.
    !/ - backup may have expired$| appears to be in progress, skipping$|^no (archives|backups) exist/.test(
      message,
    )
  );
}
