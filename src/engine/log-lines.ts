import { maskCommand } from '../model/mask-command.ts';
import type { LogRecord } from './engine.ts';

/**
 * Reads the engine's log as it comes on its console, line by line, into records.
 *
 * Forms (pgBackRest `src/common/log.c`, logPre and logPost): `[time ]P00   INFO: text` on stdout, `ERROR: [055]: text`
 * without process on stderr, and further lines of a message indented to where its text began. What is not of this
 * form is output and is given back.
 */
export class LogReader {
  #open: { record: LogRecord; hints: string[] } | undefined;
  readonly #emit: (record: LogRecord) => void;

  /** @param emit called with each record when it is complete: with the next one, or at `end` */
  constructor(emit: (record: LogRecord) => void) {
    this.#emit = emit;
  }

  /** Takes one line without its end. @returns true when the line belongs to the log */
  read(line: string): boolean {
    const first = parseFirstLine(line);
    if (first !== undefined) {
      this.end();
      this.#open = { record: first, hints: [] };
      return true;
    }
    if (this.#open === undefined || !/^ {7,}\S/.test(line)) return false;
    this.#continue(line.trim());
    return true;
  }

  /** No further lines will come. */
  end(): void {
    if (this.#open === undefined) return;
    const { record, hints } = this.#open;
    this.#open = undefined;
    this.#emit({ ...record, message: maskQuotedCommand(record.message), hints });
  }

  #continue(text: string): void {
    const open = this.#open;
    if (open === undefined) return;
    if (text.startsWith('HINT: ')) open.hints.push(printable(text.slice(6)));
    else open.record = { ...open.record, message: `${open.record.message}\n${printable(text)}` };
  }
}

/** The engine refuses a foreign archive_command ([068]) and quotes it: pgBackRest `src/command/check/common.c`, checkArchiveCommand. */
export function maskQuotedCommand(message: string): string {
  return message.replace(
    /(archive_command ')(.*)(' must contain )/s,
    (_all, before: string, command: string, after: string) => `${before}${maskCommand(command)}${after}`,
  );
}

const firstLine =
  /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} )?(?:P(\d{2,3}) +)?(ERROR|WARN|INFO|DETAIL|DEBUG|TRACE|ASSERT): (?:\[(\d{3})\]: )?(.*)$/;

const levels: Readonly<Record<string, LogRecord['level']>> = {
  ERROR: 'error',
  ASSERT: 'error',
  WARN: 'warn',
  INFO: 'info',
  DETAIL: 'detail',
  DEBUG: 'debug',
  TRACE: 'trace',
};

function parseFirstLine(line: string): LogRecord | undefined {
  // With a time the level follows the process, padded to six characters: `P00   INFO: `.
  const match = firstLine.exec(line.trimStart().length === line.length ? line : '');
  const level = match ? levels[match[2] as string] : undefined;
  if (!match || level === undefined) return undefined;
  return {
    level,
    process: Number(match[1] ?? 0),
    code: match[3] === undefined ? undefined : Number(match[3]),
    message: printable(match[4] as string),
    hints: [],
  };
}

/** Stands for what cannot be printed: a wrong passphrase makes the engine quote decrypted noise. */
export const unprintable = '\uFFFD';

function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, unprintable);
}
