import { formatProblems } from '../config/problems.ts';
import { Failure, isFailure } from '../model/failure.ts';
import type { Problem } from '../model/source-position.ts';
import { bugExitCode } from './command-definition.ts';
import { toJsonText } from './output/json-text.ts';
import type { Terminal } from './terminal.ts';

/** What ended a command, ready to be printed. */
export interface DescribedError {
  readonly exitCode: number;
  /** Lines for people, on stderr. */
  readonly lines: readonly string[];
  /** `error` of the JSON document. */
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * Puts an error into words. What is not a Failure is a bug and is described as one.
 *
 * @param stop when it was aborted, what failed because of that is called interrupted
 */
export function describeError(error: unknown, stop: AbortSignal | undefined): DescribedError {
  const stopped = error instanceof Failure || (error instanceof Error && error.name === 'AbortError');
  if (stop?.aborted && stopped && !isFailure(error, 'interrupted'))
    return describeFailure(interruption(error));
  return error instanceof Failure ? describeFailure(error) : describeBug(error);
}

/** Prints an error, as JSON on stdout or in words on stderr. @returns the exit code */
export function printError(
  error: DescribedError,
  to: { readonly terminal: Terminal; readonly json: boolean; readonly command: string | undefined },
): number {
  if (to.json) {
    const command = to.command === undefined ? {} : { command: to.command };
    to.terminal.printResult(toJsonText({ ok: false, ...command, error: error.json }));
  } else {
    for (const line of error.lines) to.terminal.printWarning(to.terminal.color ? paint(line) : line);
  }
  return error.exitCode;
}

/** Bold red for what failed, bold for what to do. */
function paint(line: string): string {
  if (line.startsWith('holdfast: ')) return `\u001B[1;31m${line}\u001B[0m`;
  return line.startsWith('HINT: ') ? `\u001B[1mHINT:\u001B[0m${line.slice(5)}` : line;
}

function describeFailure(failure: Failure): DescribedError {
  const hints = (failure.hint ?? '').split('\n').filter((line) => line !== '');
  return {
    exitCode: failure.code,
    lines: [
      ...problemLines(failure),
      `holdfast: ${failure.message}`,
      ...hints.map((hint) => `HINT: ${hint}`),
    ],
    json: failure.toJSON(),
  };
}

/** Every problem of a configuration file with its position: the failure itself names only the first. */
function problemLines(failure: Failure): string[] {
  const problems = failure.details?.['problems'];
  if (!Array.isArray(problems) || problems.length < 2) return [];
  return formatProblems(problems as readonly Problem[]).split('\n');
}

/** A child that was told to stop fails in its own words; what the person wants to hear is that it stopped. */
function interruption(error: unknown): Failure {
  const failure = error instanceof Failure ? error : undefined;
  return new Failure('interrupted', {
    operation: failure?.operation ?? 'run the command',
    place: failure?.place,
    problem: 'stopped by a signal before it was done',
    hint: failure?.hint,
    details: failure?.details,
    cause: error,
  });
}

function describeBug(error: unknown): DescribedError {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const problem = error instanceof Error ? error.message : String(error);
  const hint = `This is a bug in Holdfast. Please report it with the lines above, the output of 'holdfast version' and what you were doing.`;
  return {
    exitCode: bugExitCode,
    lines: [`holdfast: bug: ${problem}`, stack, `HINT: ${hint}`],
    json: { kind: 'bug', code: bugExitCode, operation: 'run the command', problem, hint, details: { stack } },
  };
}
