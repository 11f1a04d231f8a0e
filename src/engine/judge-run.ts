import { Failure } from '../model/failure.ts';
import { SpawnError } from '../process/run-command.ts';
import type { CommonArguments } from './engine-arguments.ts';
import type { EngineProgram } from './engine.ts';
import { engineFailure } from './engine-failure.ts';
import type { RunLog } from './run-log.ts';

/** How the engine's process ended. */
export interface EngineEnd {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stopped: 'timeout' | 'abort' | undefined;
}

interface JudgedRun {
  readonly end: EngineEnd;
  readonly log: RunLog;
  readonly run: CommonArguments & {
    readonly timeoutMs?: number | undefined;
    readonly accept?: readonly number[] | undefined;
  };
}

/**
 * The exit code of a run whose log has been read to its end.
 *
 * @throws Failure of the kind that fits the engine's error number (engine-errors.ts), timed-out, interrupted
 */
export function judgeRun(
  engine: Pick<EngineProgram, 'binary'>,
  operation: string,
  { end, log, run }: JudgedRun,
): number {
  const exitCode = judgeEnd(operation, end, run.timeoutMs);
  const place = run.stanza === undefined ? engine.binary : `stanza ${run.stanza}${repositorySuffix(run)}`;
  if (exitCode !== 0 && !run.accept?.includes(exitCode)) {
    throw engineFailure({ operation, place, exitCode, records: log.records, remainder: log.remainder() });
  }
  return exitCode;
}

function repositorySuffix(run: CommonArguments): string {
  return run.repositoryKey === undefined ? '' : `, repo${run.repositoryKey}`;
}

/** @throws Failure timed-out, interrupted, engine-failed when it did not end by itself */
function judgeEnd(operation: string, end: EngineEnd, timeoutMs: number | undefined): number {
  if (end.stopped === 'timeout' && end.code !== 0) {
    throw new Failure('timed-out', {
      operation,
      problem: `pgbackrest did not end within ${Math.round((timeoutMs ?? 0) / 1000)} s and was stopped`,
      hint: 'Check that the repositories and hosts answer, then run the command again.',
    });
  }
  if (end.stopped === 'abort' && end.code !== 0) {
    throw new Failure('interrupted', {
      operation,
      problem: 'pgbackrest was stopped on request',
      hint: 'Run the command again: an unfinished backup is resumed, an unfinished restore continues with --delta.',
    });
  }
  if (end.code !== undefined) return end.code;
  throw new Failure('engine-failed', {
    operation,
    problem: `pgbackrest was ended by signal ${end.signal ?? 'unknown'}`,
    hint: 'Look into the system log: the kernel or somebody killed it (out of memory?). Then run the command again.',
    details: { signal: end.signal ?? 'unknown' },
  });
}

/**
 * Starts the engine by `start`, and says what is wrong when that is not possible.
 *
 * @throws Failure engine-missing, not-permitted
 */
export async function startEngine<Result>(
  engine: EngineProgram,
  operation: string,
  start: () => Promise<Result>,
): Promise<Result> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof SpawnError)) throw error;
    const missing = error.code === 'ENOENT';
    throw new Failure(missing ? 'engine-missing' : 'not-permitted', {
      operation,
      place: engine.binary,
      problem: error.message,
      hint: missing
        ? 'Install pgBackRest or set engine.binary in holdfast.yaml.'
        : `Run Holdfast as root or as ${engine.settings.user}.`,
      cause: error,
    });
  }
}
