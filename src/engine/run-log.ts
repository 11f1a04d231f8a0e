import type { EngineRunOptions, LogRecord } from './engine.ts';
import { LogReader } from './log-lines.ts';
import { ProgressMeter } from './progress.ts';

type Callbacks = Pick<EngineRunOptions, 'onRecord' | 'onProgress'> & {
  readonly capture?: 'log' | 'text' | 'bytes' | 'stream' | undefined;
};

/** Milliseconds that the engine is given to stop its workers and to save what can be resumed. */
export const engineGraceMs = 15_000;

/** Collects the records of a run. Lines about single files are many: they go to the callbacks and are not kept. */
export class RunLog {
  readonly records: LogRecord[] = [];
  /** What the log says of the end: the process's exit code. Undefined when it says nothing (a SIGKILL, a crash). */
  exitCode: number | undefined;
  readonly #run: Callbacks;
  readonly #readers: Readonly<Record<'stdout' | 'stderr', LogReader>>;
  readonly #meter = new ProgressMeter();
  readonly #remainder: string[] = [];
  readonly #commands = new Set<string>();

  /**
   * One stream for the whole log keeps its order; an answer on stdout must have it for itself. In all versions the
   * console log goes to stdout and the other one to stderr without times (pgBackRest `src/common/log.c`); only the
   * default of log-level-stderr changed (warn until 2.52, off since 2.53).
   */
  static logArguments(run: Callbacks): string[] {
    if ((run.capture ?? 'log') !== 'log') return ['--log-level-console=off', '--log-level-stderr=warn'];
    const level = run.onProgress === undefined ? 'info' : 'detail';
    return [`--log-level-console=${level}`, '--log-level-stderr=off'];
  }

  constructor(run: Callbacks) {
    this.#run = run;
    const emit = (record: LogRecord): void => this.#emit(record);
    this.#readers = { stdout: new LogReader(emit), stderr: new LogReader(emit) };
  }

  /** Takes one line as the engine printed it. */
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

  /** No further lines will come. */
  end(): void {
    this.#readers.stdout.end();
    this.#readers.stderr.end();
  }

  /** What was printed outside the log (a crash, a shell's message). */
  remainder(): string {
    return this.#remainder.join('\n').slice(0, 2000);
  }

  #emit(record: LogRecord): void {
    this.#followCommand(record);
    this.#run.onRecord?.(record);
    if (this.#run.onProgress !== undefined) {
      const progress = this.#meter.read(record);
      if (progress !== undefined) this.#run.onProgress(progress);
    }
    if (record.level === 'detail' || record.level === 'debug' || record.level === 'trace') return;
    this.records.push(record);
  }

  /**
   * A log that was written to twice (the engine was run again after a checkpoint) is about its last run. A backup that
   * expires afterwards says so as a command of its own, and is one run.
   */
  #followCommand(record: LogRecord): void {
    const begun = /^([a-z-]+) command begin /.exec(record.message)?.[1];
    if (record.level !== 'info') return;
    if (begun !== undefined) {
      if (this.#commands.has(begun)) this.records.length = 0;
      this.#commands.add(begun);
      this.exitCode = undefined;
    } else this.exitCode = readEnd(record) ?? this.exitCode;
  }
}

/** The last line of a command: pgBackRest `src/command/command.c`, cmdEnd. SIGTERM is its error 63. */
function readEnd({ message }: LogRecord): number | undefined {
  const end =
    /^[a-z-]+ command end: (?:(completed successfully)|aborted with exception \[(\d+)\]|(terminated on signal))/.exec(
      message,
    );
  if (end === null) return undefined;
  if (end[2] !== undefined) return Number(end[2]);
  return end[1] === undefined ? 63 : 0;
}
