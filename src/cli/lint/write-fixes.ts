import { readFile, realpath, stat } from 'node:fs/promises';
import { Failure } from '../../model/failure.ts';
import { writeOwnedFile } from '../../postgres/write-owned-file.ts';
import type { FileFix } from './plan-fixes.ts';

/**
 * Writes fixed files: each is there in its old or its new form at every moment, with the owner and the mode it had.
 * All are looked at again before the first is written.
 *
 * @throws Failure file-unusable when one changed since it was judged, not-permitted, disk-full
 */
export async function writeFixes(files: readonly FileFix[]): Promise<void> {
  for (const { input } of files) {
    const { path } = input;
    if (path === undefined) throw new Error('what was read from stdin cannot be written');
    const now = await readFile(path, 'utf8');
    if (now !== input.text) throw changedMeanwhile(input.file);
  }
  for (const { input, text } of files) if (input.path !== undefined) await writeFixed(input.path, text);
}

async function writeFixed(path: string, text: string): Promise<void> {
  try {
    // A link stays a link: the file that it leads to is written.
    const target = await realpath(path);
    const { uid, gid, mode } = await stat(target);
    await writeOwnedFile(target, text, { uid, gid }, mode & 0o7777);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const fields = { operation: 'write the fixed file', place: path, cause: error };
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new Failure('disk-full', { ...fields, problem: 'no space left', hint: 'Free space there.' });
    }
    throw new Failure('not-permitted', {
      ...fields,
      problem: `the file may not be written (${code})`,
      hint: 'Run it as the owner of the file, or use --diff and apply the difference yourself.',
    });
  }
}

function changedMeanwhile(file: string): Failure {
  return new Failure('file-unusable', {
    operation: 'fix a file',
    place: file,
    problem: 'it changed while it was judged',
    hint: 'Nothing was written. Run it again.',
  });
}
