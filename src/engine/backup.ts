import type { BackupType } from '../model/backup-set.ts';
import { Failure } from '../model/failure.ts';
import type { Engine, EngineRunOptions, LogRecord } from './engine.ts';
import { runEngine } from './run-engine.ts';

export interface BackupRequest {
  readonly stanza: string;
  readonly repositoryKey: number;
  readonly type: BackupType;
  /** Kept with the set; keys and values are free text, an empty value is not allowed by the engine. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
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
    ...annotations.map(([key, value]) => `--annotation=${key}=${value}`),
  ];
}

/**
 * Takes a backup into one repository (pgBackRest writes to one per run). The engine expires by retention afterwards.
 *
 * @throws Failure as runEngine; backup-incomplete when the engine ended well without naming a label
 */
export async function runBackup(
  engine: Engine,
  request: BackupRequest,
  options: EngineRunOptions = {},
): Promise<BackupOutcome> {
  const operation = `back up stanza ${request.stanza} into repo${request.repositoryKey}`;
  const result = await runEngine(engine, backupArguments(request), {
    ...options,
    stanza: request.stanza,
    repositoryKey: request.repositoryKey,
    operation,
  });
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
    requestedType: request.type,
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
