import { type CommandResult, runCommand } from '../process/run-command.ts';
import { type CommonArguments, engineArguments } from './engine-arguments.ts';
import type { EngineProgram, EngineRunOptions, LogRecord } from './engine.ts';
import { engineEnvironment } from './engine-environment.ts';
import { judgeRun, startEngine } from './judge-run.ts';
import { engineGraceMs, RunLog } from './run-log.ts';

export { plainCommand } from './engine-arguments.ts';

export interface EngineRun extends EngineRunOptions, CommonArguments {
  /** What is attempted, for failures: a verb phrase. Defaults to the command's name. */
  readonly operation?: string | undefined;
  /** Milliseconds until the engine is told to stop. */
  readonly timeoutMs?: number | undefined;
  /**
   * `log` (default): stdout is the log, nothing else is kept. `text`: stdout is the command's answer, kept apart from
   * the log. `bytes`: the same, unchanged.
   */
  readonly capture?: 'log' | 'text' | 'bytes' | undefined;
  readonly input?: string | undefined;
  /** Exit codes that are an answer, not a failure. Always 0; archive-get answers 1 for `not there`. */
  readonly accept?: readonly number[] | undefined;
}

export interface EngineResult {
  readonly exitCode: number;
  /** Warnings and better; with `onProgress` the lines about single files are left out. */
  readonly records: readonly LogRecord[];
  /** With `capture: 'text'`. */
  readonly stdout: string;
  /** With `capture: 'bytes'`. */
  readonly bytes: Buffer;
  readonly elapsedMs: number;
}

/**
 * Runs one command of the engine as the right user, with a clean environment, and streams its log.
 *
 * @param args the command and its own options; configuration, stanza and repository are added
 * @throws Failure of the kind that fits the engine's error number (engine-errors.ts), timed-out, interrupted,
 *   engine-missing, not-permitted
 */
export async function runEngine(
  engine: EngineProgram,
  args: readonly string[],
  run: EngineRun,
): Promise<EngineResult> {
  const [command = 'help', ...rest] = args;
  const operation = run.operation ?? `run pgbackrest ${command}`;
  const log = new RunLog(run);
  const result = await spawnEngine(engine, operation, {
    args: engineArguments(engine, command, run, [...RunLog.logArguments(run), ...rest]),
    run,
    onLine: (line, stream) => log.take(line, stream),
  });
  // Since 2.53 errors of the configuration come before the levels are known, and so on stdout whatever was asked.
  if (result.code !== 0 && !log.hasError())
    log.takeAnswer(run.capture === 'bytes' ? result.bytes.toString('utf8') : result.stdout);
  log.end();
  const exitCode = judgeRun(engine, operation, { end: result, log, run });
  return {
    exitCode,
    records: log.records,
    stdout: run.capture === 'text' ? result.stdout : '',
    bytes: result.bytes,
    elapsedMs: result.elapsedMs,
  };
}

async function spawnEngine(
  engine: EngineProgram,
  operation: string,
  spec: { args: string[]; run: EngineRun; onLine: (line: string, stream: 'stdout' | 'stderr') => void },
): Promise<CommandResult> {
  const { run } = spec;
  return startEngine(engine, operation, () =>
    runCommand({
      command: engine.binary,
      args: spec.args,
      env: engineEnvironment(engine.runAs),
      runAs: engine.runAs,
      graceMs: engineGraceMs,
      signal: run.signal,
      onLine: spec.onLine,
      onSpawn: run.onSpawn,
      capture: run.capture === 'bytes' ? 'bytes' : 'lines',
      ...(run.timeoutMs === undefined ? {} : { timeoutMs: run.timeoutMs }),
      ...(run.input === undefined ? {} : { input: run.input }),
    }),
  );
}
