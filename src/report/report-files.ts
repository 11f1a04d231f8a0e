import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createFiles } from '../config/create-files.ts';
import { Failure } from '../model/failure.ts';
import { type FileOwner, makeDirectory } from './key-files.ts';

/** The files of a report: the document as signed, and the page; each with the 64 bytes of its signature. */
export interface ReportFiles {
  readonly json: string;
  readonly signature: string;
  readonly page: string;
  readonly pageSignature: string;
}

/** Where reports lie. */
export function reportDirectory(stateDirectory: string): string {
  return join(stateDirectory, 'reports');
}

export function reportFiles(stateDirectory: string, id: string): ReportFiles {
  const place = join(reportDirectory(stateDirectory), id);
  return {
    json: `${place}.json`,
    signature: `${place}.sig`,
    page: `${place}.html`,
    pageSignature: `${place}.html.sig`,
  };
}

/** Where the signature of a file lies: `X.sig` of `X.json`, `X.html.sig` of `X.html`. */
export function signatureFileOf(file: string): string {
  return file.endsWith('.json') ? `${file.slice(0, -'.json'.length)}.sig` : `${file}.sig`;
}

/** One file that is written once. */
export interface ReportFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/**
 * Writes those that are not there yet, each whole or not at all; the caller keeps others out.
 *
 * @throws Failure not-permitted, disk-full, file-unusable
 */
export async function writeReportFiles(
  directory: string,
  files: readonly ReportFile[],
  owner: FileOwner,
): Promise<void> {
  await makeDirectory(directory, owner, 0o750);
  const present = new Set(await listReportFiles(directory));
  const missing = files.filter(({ path }) => !present.has(path));
  await createFiles(
    missing.map(({ path, content }) => ({ path, content, mode: 0o640, owner })),
    { operation: 'write a report' },
  );
}

/** Paths of all that lies there, sorted; empty where there is no such directory. @throws Failure file-unusable */
export async function listReportFiles(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).toSorted().map((name) => join(directory, name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw unreadable(directory, code, error);
  }
}

/** The bytes of a file; undefined when it is not there. @throws Failure file-unusable, not-permitted */
export async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw unreadable(file, code, error);
  }
}

function unreadable(place: string, code: string | undefined, cause: unknown): Failure {
  return new Failure(code === 'EACCES' ? 'not-permitted' : 'file-unusable', {
    operation: 'read reports',
    place,
    problem: `${basename(place)} cannot be read (${code ?? String(cause)})`,
    hint: 'Run it as root or as the user that runs pgBackRest, or copy the files to where you can read them.',
    cause,
  });
}
