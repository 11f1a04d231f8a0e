import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { maskCommand } from '../model/mask-command.ts';

/** Where each log file ended before a start, so that only new lines are read afterwards. */
export type LogMarks = ReadonlyMap<string, number>;

/**
 * Notes the ends of the files a server may log to: the given one, and those of its logging collector
 * (`current_logfiles`, https://www.postgresql.org/docs/current/storage-file-layout.html).
 */
export async function markLogs(dataDirectory: string, logFile: string): Promise<LogMarks> {
  const marks = new Map<string, number>();
  for (const file of [logFile, ...(await collectorFiles(dataDirectory))]) {
    marks.set(file, await sizeOf(file));
  }
  return marks;
}

/** Lines logged since the marks, at most the last `limit`. A file that did not exist then is read from its start. */
export async function readNewLogLines(
  dataDirectory: string,
  logFile: string,
  marks: LogMarks,
  limit = 60,
): Promise<string[]> {
  const files = new Set([logFile, ...(await collectorFiles(dataDirectory))]);
  const lines: string[] = [];
  for (const file of files) {
    const text = await readFrom(file, marks.get(file) ?? 0);
    lines.push(
      ...text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map(withMaskedCommand),
    );
  }
  return lines.slice(-limit);
}

/** `The failed archive command was: …` (pgarch.c, shell_archive.c): these lines go into failures and the journal. */
function withMaskedCommand(line: string): string {
  return line.replace(
    /(The failed archive command was: )(.*)/,
    (_all, before: string, command: string) => `${before}${maskCommand(command)}`,
  );
}

async function collectorFiles(dataDirectory: string): Promise<string[]> {
  try {
    const text = await readFile(join(dataDirectory, 'current_logfiles'), 'utf8');
    return text
      .split('\n')
      .map((line) => line.trim().split(/\s+/)[1])
      .filter((name) => name !== undefined)
      .map((name) => (name.startsWith('/') ? name : join(dataDirectory, name)));
  } catch {
    // The file exists only while the logging collector runs.
    return [];
  }
}

/** At most the last 256 KiB after `offset`: recovery can log a line a segment. */
async function readFrom(file: string, offset: number): Promise<string> {
  const size = await sizeOf(file);
  const start = Math.max(size < offset ? 0 : offset, size - 256 * 1024);
  if (size <= start) return '';
  await using handle = await open(file, 'r');
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
  return buffer.subarray(0, bytesRead).toString('utf8');
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
