import { readFile, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeFailure } from '../config/write-failure.ts';
import { unifiedDiff } from '../engine/conf/unified-diff.ts';
import { Failure } from '../model/failure.ts';
import { writeOwnedFile } from '../postgres/write-owned-file.ts';
import { saveCopy } from '../engine/conf/apply-file-writes.ts';
import type { CommandResult } from './command-definition.ts';

export interface EditFileOptions {
  /** Only says what would change: exit code 1. */
  readonly compares: boolean;
  /** Hides what must not be shown of a difference. */
  readonly hide?: ((difference: string) => string) | undefined;
  readonly keepsCopy?: boolean | undefined;
}

/**
 * `holdfast render TARGET --into FILE`: a file that belongs to somebody else, with what Holdfast has to say in it. Owner,
 * group and mode stay, and so does a link to it.
 *
 * @param edit the whole text → the whole text
 * A copy of the file as it was is kept beside it where that is asked for.
 *
 * @throws Failure file-unusable, not-permitted, disk-full
 */
export async function editFileInto(
  file: string,
  edit: (text: string) => string,
  { compares, hide = (difference) => difference, keepsCopy = false }: EditFileOptions,
): Promise<CommandResult> {
  const { path, text } = await readExisting(file);
  const edited = edit(text);
  const diff = hide(unifiedDiff(text, edited, { before: path, after: `${path} (edited)` }));
  const same = edited === text;
  const saved = !same && !compares && keepsCopy ? await saveCopy(path) : undefined;
  if (!same && !compares) await write(path, edited);
  return {
    data: {
      file: path,
      state: same ? 'same' : compares ? 'changed' : 'written',
      diff,
      ...(saved === undefined ? {} : { saved }),
    },
    text: same
      ? `${path} is as it should be\n`
      : compares
        ? diff
        : `${diff}wrote ${path}\n${saved === undefined ? '' : `kept the file as it was as ${saved}\n`}`,
    exitCode: compares && !same ? 1 : 0,
  };
}

async function readExisting(file: string): Promise<{ readonly path: string; readonly text: string }> {
  try {
    const path = await realpath(resolve(file));
    return { path, text: await readFile(path, 'utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Failure(code === 'EACCES' ? 'not-permitted' : 'file-unusable', {
      operation: 'edit a file',
      place: resolve(file),
      problem: `the file cannot be read (${code})`,
      hint: 'Name a file that is there: --into edits one and makes none.',
      cause: error,
    });
  }
}

async function write(path: string, text: string): Promise<void> {
  try {
    const { uid, gid, mode } = await stat(path);
    await writeOwnedFile(path, text, { uid, gid }, mode & 0o7777);
  } catch (error) {
    const permissionHint = 'Run Holdfast as root or as the owner of this file.';
    throw writeFailure(error, { operation: 'edit a file', place: path, permissionHint });
  }
}
