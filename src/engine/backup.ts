import type { BackupType } from '../model/backup-set.ts';
import { Failure } from '../model/failure.ts';
import type { Engine, EngineRunOptions, LogRecord } from './engine.ts';
import { runEngine } from './run-engine.ts';
import {
  adoptEngine,
  type AdoptedEngineRun,
  type LoggedEngineResult,
  type LoggedRun,
  runLoggedEngine,
} from './run-logged-engine.ts';

export interface BackupRequest {
  readonly stanza: string;
  readonly repositoryKey: number;
  readonly type: BackupType;
  /** Kept with the set; keys and values are free text, an empty value is not allowed by the engine. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** False: what retention no longer keeps is left to an expire of its own. The engine's default is true. */
  readonly expire?: boolean | undefined;
  /** Copy from a standby; `prefer` needs 2.54. Undefined: as the configuration says. */
  readonly standby?: 'y' | 'prefer' | undefined;
}

export interface BackupOutcome {
  readonly label: string;
  /** What was made: a full where there was none to build on. */
  readonly type: BackupType;
  readonly requestedType: BackupType;
  readonly warnings: readonly LogRecord[];
  readonly elapsedMs: number;
}

/** The engine's arguments for a backup, the command first, without configuration, stanza and repository. */
export function backupArguments(request: BackupRequest): string[] {
  const annotations = Object.entries(request.annotations ?? {});
  return [
    'backup',
    `--type=${request.type}`,
    ...(request.standby === undefined
      ? []
      : [request.standby === 'y' ? '--backup-standby' : `--backup-standby=${request.standby}`]),
    ...(request.expire === false ? ['--no-expire-auto'] : []),
    ...annotations.map(([key, value]) => `--annotation=${key}=${value}`),
  ];
}

/** Options of a backup. */
export interface BackupRunOptions extends EngineRunOptions {
  /** Milliseconds until the engine is told to stop. */
  readonly timeoutMs?: number | undefined;
  /** The engine goes on when this process is killed; without it, it ends with the pipe to us. */
  readonly logged?: LoggedRun | undefined;
}

/**
 * Takes a backup into one repository (pgBackRest writes to one per run). The engine expires by retention afterwards,
 * unless it is told not to.
 *
 * @throws Failure as runEngine; backup-incomplete when the engine ended well without naming a label
 */
export async function runBackup(
  engine: Engine,
  request: BackupRequest,
  options: BackupRunOptions = {},
): Promise<BackupOutcome> {
  const { logged, ...others } = options;
  const { stanza, repositoryKey, type } = request;
  const run = { ...others, stanza, repositoryKey, operation: backupOperation(request) };
  const args = backupArguments(request);
  const result =
    logged === undefined
      ? await runEngine(engine, args, run)
      : await runLoggedEngine(engine, args, { ...run, logged });
  return readOutcome(run.operation, type, result);
}

/**
 * Goes on with a backup that a Holdfast began which died: waits for the engine where it lives, and reads its log.
 *
 * @throws Failure as runBackup
 */
export async function adoptBackup(
  engine: Engine,
  request: BackupRequest,
  run: Pick<AdoptedEngineRun, 'identity' | 'logFile' | 'timeoutMs' | keyof EngineRunOptions>,
): Promise<BackupOutcome> {
  const operation = backupOperation(request);
  const { stanza, repositoryKey, type } = request;
  const result = await adoptEngine(engine, { ...run, stanza, repositoryKey, operation });
  return readOutcome(operation, type, result);
}

function backupOperation(request: BackupRequest): string {
  return `back up stanza ${request.stanza} into repo${request.repositoryKey}`;
}

function readOutcome(
  operation: string,
  requestedType: BackupType,
  result: LoggedEngineResult,
): BackupOutcome {
  const label = findLabel(result.records);
  if (label === undefined) {
    throw new Failure('backup-incomplete', {
      operation,
      problem: 'pgbackrest ended without an error and without the label of a new set',
      hint: 'Look at `holdfast info` and at the log of pgBackRest before you rely on this backup.',
    });
  }
  return {
    label,
    type: typeOfLabel(label),
    requestedType,
    warnings: result.records.filter((record) => record.level === 'warn'),
    elapsedMs: result.elapsedMs,
  };
}

/** `new backup label = 20261120-214857F_20261120-214950I`: pgBackRest `src/command/backup/backup.c`. */
function findLabel(records: readonly LogRecord[]): string | undefined {
  for (const record of records) {
    const match = /^new backup label = (\d{8}-\d{6}F(?:_\d{8}-\d{6}[DI])?)$/.exec(record.message);
    if (match) return match[1];
  }
  return undefined;
}

/** The type that a label's last letter tells. */
export function typeOfLabel(label: string): BackupType {
  if (label.endsWith('D')) return 'diff';
  return label.endsWith('I') ? 'incr' : 'full';
}
