import { constants, open } from 'node:fs/promises';
import { formatByteSize } from '../../model/byte-size.ts';
import type { LintInput } from './lint-input.ts';

/** Bytes; a larger file is no configuration. */
export const largestFile = 2 * 1024 * 1024;

/** A file, or why it is not judged. */
export type ReadOutcome =
  | { readonly input: LintInput }
  | { readonly reason: string; readonly code: string | undefined };

/**
 * Reads one file to be judged.
 *
 * @param path absolute, as it was found
 * @param name as it is to be named in findings
 * @param committed tells whether a version control system knows the file
 * @returns what is no regular file, too large, binary or not to be read comes back as a reason
 */
export async function readInput(
  path: string,
  name: string,
  committed: (path: string) => boolean | Promise<boolean>,
): Promise<ReadOutcome> {
  try {
    // A named pipe without a writer would keep it waiting for ever.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await handle.stat();
    if (!status.isFile()) return { reason: 'no regular file', code: undefined };
    if (status.size > largestFile)
      return { reason: `larger than ${formatByteSize(largestFile)}`, code: undefined };
    const bytes = await handle.readFile();
    if (bytes.includes(0)) return { reason: 'binary', code: undefined };
    const text = bytes.toString('utf8');
    const facts = { mode: status.mode & 0o7777, committed: await committed(path) };
    return { input: { file: name, path, text, facts } };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { reason: code === 'ENOENT' ? 'not there' : `not readable (${code})`, code };
  }
}
