import type { Writable } from 'node:stream';
import { adoptLoggedChild, runLoggedChild } from '../process/logged-child.ts';
import type { ProcessIdentity } from '../process/process-identity.ts';
import { type CommonArguments, engineArguments } from './engine-arguments.ts';
import type { Engine, EngineRunOptions, LogRecord } from './engine.ts';
import { engineEnvironment } from './engine-environment.ts';
import { judgeRun, startEngine } from './judge-run.ts';
import { engineGraceMs, RunLog } from './run-log.ts';

/** How the engine is started so that it holds a lease as long as it lives, and ends when the lease is lost. */
export type Guard = (
  command: string,
  args: readonly string[],
) => { readonly command: string; readonly args: readonly string[]; readonly inherit: readonly Writable[] };

/** Where the log of a run goes that may outlive this Holdfast, and what it is tied to. */
export interface LoggedRun {
  readonly logFile: string;
  /** Ties the engine to a lease: `Lease.guard`. */
  readonly guard?: Guard | undefined;
  /** Called as soon as the engine's process is there. What it throws stops the engine. */
  readonly onStart?: ((identity: ProcessIdentity) => void) | undefined;
}

export interface LoggedEngineRun extends EngineRunOptions, CommonArguments {
  /** What is attempted, for failures: a verb phrase. */
  readonly operation: string;
  /** Milliseconds until the engine is told to stop. */
  readonly timeoutMs?: number | undefined;
  readonly logged: LoggedRun;
}

/** An engine that another Holdfast started, which died. */
export interface AdoptedEngineRun extends EngineRunOptions, CommonArguments {
  readonly operation: string;
  /** Undefined when it is known to have ended. */
  readonly identity: ProcessIdentity | undefined;
  readonly logFile: string;
  /** Milliseconds from now until the engine is told to stop. */
  readonly timeoutMs?: number | undefined;
}

export interface LoggedEngineResult {
  /** Warnings and better. */
  readonly records: readonly LogRecord[];
  readonly elapsedMs: number;
}

/**
 * Runs one long command of the engine so that it goes on when this process is killed: its log goes into a file, which
 * is followed from here. For commands that answer on stdout there is runEngine.
 *
 * @param args the command and its own options; configuration, stanza, repository and log levels are added
 * @throws Failure as runEngine
 */
export async function runLoggedEngine(
  engine: Engine,
  args: readonly string[],
  run: LoggedEngineRun,
): Promise<LoggedEngineResult> {
  const [command = 'help', ...rest] = args;
  const log = new RunLog(run);
  const engineArgs = engineArguments(engine, command, run, [...RunLog.logArguments(run), ...rest]);
  const program = run.logged.guard?.(engine.binary, engineArgs) ?? {
    command: engine.binary,
    args: engineArgs,
  };
  const end = await startEngine(engine, run.operation, () =>
    runLoggedChild({
      ...program,
      env: engineEnvironment(engine.runAs),
      runAs: engine.runAs,
      logFile: run.logged.logFile,
      timeoutMs: run.timeoutMs,
      graceMs: engineGraceMs,
      signal: run.signal,
      onSpawn: (identity) => {
        run.onSpawn?.(identity.pid);
        run.logged.onStart?.(identity);
      },
      onLine: (line) => log.take(line, 'stdout'),
    }),
  );
  log.end();
  judgeRun(engine, run.operation, { end, log, run });
  return { records: log.records, elapsedMs: end.elapsedMs };
}

/**
 * Waits for an engine of a Holdfast that died, and judges it by its log: its exit code went to nobody. An engine that
 * is gone already is judged at once.
 *
 * @throws Failure as runEngine; engine-failed when the log does not say how it ended, because it was killed
 */
export async function adoptEngine(engine: Engine, run: AdoptedEngineRun): Promise<LoggedEngineResult> {
  const log = new RunLog(run);
  const { stopped, elapsedMs } = await adoptLoggedChild({
    identity: run.identity,
    logFile: run.logFile,
    timeoutMs: run.timeoutMs,
    graceMs: engineGraceMs,
    signal: run.signal,
    onLine: (line) => log.take(line, 'stdout'),
  });
  log.end();
  judgeRun(engine, run.operation, { end: { code: log.exitCode, signal: undefined, stopped }, log, run });
  return { records: log.records, elapsedMs };
}
