import { Failure } from '../model/failure.ts';
import { type CommandResult, runCommand, SpawnError } from '../process/run-command.ts';
import { type CommonArguments, engineArguments } from './engine-arguments.ts';
import type { Engine, EngineRunOptions, LogRecord } from './engine.ts';
import { engineEnvironment } from './engine-environment.ts';
import { engineFailure } from './engine-failure.ts';
import { LogReader } from './log-lines.ts';
import { ProgressMeter } from './progress.ts';

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
  engine: Engine,
  args: readonly string[],
  run: EngineRun,
): Promise<EngineResult> {
  const [command = 'help', ...rest] = args;
  const operation = run.operation ?? `run pgbackrest ${command}`;
  const log = new RunLog(run);
  const result = await spawnEngine(engine, operation, {
    args: engineArguments(engine, command, run, [...logArguments(run), ...rest]),
    run,
    onLine: (line, stream) => log.take(line, stream),
  });
  // Since 2.53 errors of the configuration come before the levels are known, and so on stdout whatever was asked.
  if (result.code !== 0 && !log.hasError())
    log.takeAnswer(run.capture === 'bytes' ? result.bytes.toString('utf8') : result.stdout);
  log.end();
  const exitCode = judgeEnd(operation, result, run);
  const place = run.stanza === undefined ? engine.binary : `stanza ${run.stanza}${repositorySuffix(run)}`;
  if (exitCode !== 0 && !run.accept?.includes(exitCode)) {
    throw engineFailure({ operation, place, exitCode, records: log.records, remainder: log.remainder() });
  }
  return {
    exitCode,
    records: log.records,
    stdout: run.capture === 'text' ? result.stdout : '',
    bytes: result.bytes,
    elapsedMs: result.elapsedMs,
  };
}

function repositorySuffix(run: EngineRun): string {
  return run.repositoryKey === undefined ? '' : `, repo${run.repositoryKey}`;
}

/**
 * One stream for the whole log keeps its order; an answer on stdout must have it for itself. In all versions the
 * console log goes to stdout and the other one to stderr without times (pgBackRest `src/common/log.c`); only the
 * default of log-level-stderr changed (warn until 2.52, off since 2.53).
 */
function logArguments(run: EngineRun): string[] {
  if (run.capture === 'text' || run.capture === 'bytes')
    return ['--log-level-console=off', '--log-level-stderr=warn'];
  const level = run.onProgress === undefined ? 'info' : 'detail';
  return [`--log-level-console=${level}`, '--log-level-stderr=off'];
}

async function spawnEngine(
  engine: Engine,
  operation: string,
  spec: { args: string[]; run: EngineRun; onLine: (line: string, stream: 'stdout' | 'stderr') => void },
): Promise<CommandResult> {
  const { run } = spec;
  try {
    return await runCommand({
      command: engine.binary,
      args: spec.args,
      env: engineEnvironment(engine.runAs),
      runAs: engine.runAs,
      graceMs: 15_000,
      signal: run.signal,
      onLine: spec.onLine,
      onSpawn: run.onSpawn,
      capture: run.capture === 'bytes' ? 'bytes' : 'lines',
      ...(run.timeoutMs === undefined ? {} : { timeoutMs: run.timeoutMs }),
      ...(run.input === undefined ? {} : { input: run.input }),
    });
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

/** @throws Failure timed-out, interrupted, engine-failed when it did not end by itself */
function judgeEnd(operation: string, result: CommandResult, run: EngineRun): number {
  if (result.stopped === 'timeout' && result.code !== 0) {
    throw new Failure('timed-out', {
      operation,
      problem: `pgbackrest did not end within ${Math.round((run.timeoutMs ?? 0) / 1000)} s and was stopped`,
      hint: 'Check that the repositories and hosts answer, then run the command again.',
    });
  }
  if (result.stopped === 'abort' && result.code !== 0) {
    throw new Failure('interrupted', {
      operation,
      problem: 'pgbackrest was stopped on request',
      hint: 'Run the command again: an unfinished backup is resumed, an unfinished restore continues with --delta.',
    });
  }
  if (result.code !== undefined) return result.code;
  throw new Failure('engine-failed', {
    operation,
    problem: `pgbackrest was ended by signal ${result.signal ?? 'unknown'}`,
    hint: 'Look into the system log: the kernel or somebody killed it (out of memory?). Then run the command again.',
  });
}

/** Collects the records of a run. Lines about single files are many: they go to the callbacks and are not kept. */
class RunLog {
  readonly records: LogRecord[] = [];
  readonly #run: EngineRun;
  readonly #readers: Readonly<Record<'stdout' | 'stderr', LogReader>>;
  readonly #meter = new ProgressMeter();
  readonly #remainder: string[] = [];

  constructor(run: EngineRun) {
    this.#run = run;
    const emit = (record: LogRecord): void => this.#emit(record);
    this.#readers = { stdout: new LogReader(emit), stderr: new LogReader(emit) };
  }

  take(line: string, stream: 'stdout' | 'stderr'): void {
    if (stream === 'stdout' && (this.#run.capture ?? 'log') !== 'log') return;
    if (!this.#readers[stream].read(line) && this.#remainder.length < 20) this.#remainder.push(line);
  }

  hasError(): boolean {
    this.end();
    return this.records.some((record) => record.level === 'error');
  }

  /** Reads the stdout of a command that failed as its log, where it was taken to be an answer before. */
  takeAnswer(text: string): void {
    if ((this.#run.capture ?? 'log') === 'log') return;
    for (const line of text.split('\n')) {
      if (!this.#readers.stdout.read(line) && this.#remainder.length < 20) this.#remainder.push(line);
    }
  }

  end(): void {
    this.#readers.stdout.end();
    this.#readers.stderr.end();
  }

  /** What was printed outside the log (a crash, a shell's message). */
  remainder(): string {
    return this.#remainder.join('\n').slice(0, 2000);
  }

  #emit(record: LogRecord): void {
    this.#run.onRecord?.(record);
    if (this.#run.onProgress !== undefined) {
      const progress = this.#meter.read(record);
      if (progress !== undefined) this.#run.onProgress(progress);
    }
    if (record.level === 'detail' || record.level === 'debug' || record.level === 'trace') return;
    this.records.push(record);
  }
}
