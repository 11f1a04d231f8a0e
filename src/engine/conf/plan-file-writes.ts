import { readFile, stat } from 'node:fs/promises';
import { Failure } from '../../model/failure.ts';
import { judgeGeneratedText } from './conf-text.ts';
import { fileDifference } from './file-difference.ts';
import type { RenderedFile } from './render-conf.ts';

/** What writing a generated file would do. */
export interface FileChange {
  readonly file: RenderedFile;
  readonly path: string;
  /** `edited-by-hand`: the file was changed by somebody, or is not Holdfast's at all. */
  readonly state: 'new' | 'same' | 'changed' | 'edited-by-hand';
  /** Unified difference from what is there to what would be; values of secrets are left out. */
  readonly diff: string;
}

/**
 * Compares generated files with what is there, and changes nothing.
 *
 * @throws Failure file-unusable, not-permitted when a file is there and cannot be read
 */
export async function planFileWrites(files: readonly RenderedFile[]): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for (const file of files) changes.push(await planFileWrite(file));
  return changes;
}

async function planFileWrite(file: RenderedFile): Promise<FileChange> {
  const existing = await readExisting(file.path);
  const difference = fileDifference(existing?.text ?? '', file);
  if (existing === undefined) return { file, path: file.path, state: 'new', diff: difference };
  if (existing.text === file.content) {
    const state = existing.mode === file.mode ? 'same' : 'changed';
    return { file, path: file.path, state, diff: '' };
  }
  const ours = existing.text.trim() === '' || judgeGeneratedText(existing.text) === 'untouched';
  return { file, path: file.path, state: ours ? 'changed' : 'edited-by-hand', diff: difference };
}

async function readExisting(path: string): Promise<{ text: string; mode: number } | undefined> {
  try {
    const [text, status] = [await readFile(path, 'utf8'), await stat(path)];
    return { text, mode: status.mode & 0o7777 };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    throw new Failure(code === 'EACCES' ? 'not-permitted' : 'file-unusable', {
      operation: 'compare the configuration of pgbackrest',
      place: path,
      problem: `the file cannot be read (${code ?? String(error)})`,
      hint: 'Run Holdfast as root or as the owner of this file.',
      cause: error,
    });
  }
}
