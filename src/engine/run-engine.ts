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
   * the log. `bytes`: the same, unchanged. `stream`: the same, given to `onChunk` as it comes and not kept.
   */
  readonly capture?: 'log' | 'text' | 'bytes' | 'stream' | undefined;
  /** With `capture: 'stream'`; it must not throw. */
  readonly onChunk?: ((chunk: Buffer) => void) | undefined;
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
  const head: Buffer[] = [];
  const result = await spawnEngine(engine, operation, {
    args: engineArguments(engine, command, run, [...RunLog.logArguments(run), ...rest]),
    run,
    onChunk: run.capture === 'stream' ? keepHead(head, run) : undefined,
    onLine: (line, stream) => log.take(line, stream),
  });
  // Since 2.53 errors of the configuration come before the levels are known, and so on stdout whatever was asked.
  if (result.code !== 0 && !log.hasError())
    log.takeAnswer(
      run.capture === 'text' ? result.stdout : Buffer.concat([result.bytes, ...head]).toString('utf8'),
    );
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

/** Passes an answer on, and keeps the beginning of it: an error that comes there in place of an answer is short. */
function keepHead(head: Buffer[], { onChunk }: EngineRun): (chunk: Buffer) => void {
  return (chunk) => {
    if (head.length < 4) head.push(chunk);
    onChunk?.(chunk);
  };
}

async function spawnEngine(
  engine: EngineProgram,
  operation: string,
  spec: {
    args: string[];
    run: EngineRun;
    onChunk: ((chunk: Buffer) => void) | undefined;
    onLine: (line: string, stream: 'stdout' | 'stderr') => void;
  },
): Promise<CommandResult> {
  const { run } = spec;
  return startEngine(engine, operation, () =>
    runCommand({
      command: engine.binary,
      args: spec.args,
      env: engineEnvironment(engine.runAs),
      runAs: engine.runAs,
      priority: engine.priority,
      graceMs: engineGraceMs,
      signal: run.signal,
      onLine: spec.onLine,
      onChunk: spec.onChunk,
      onSpawn: run.onSpawn,
      capture: run.capture === 'bytes' ? 'bytes' : 'lines',
      ...(run.timeoutMs === undefined ? {} : { timeoutMs: run.timeoutMs }),
      ...(run.input === undefined ? {} : { input: run.input }),
    }),
  );
}
