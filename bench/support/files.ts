import { execFile } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { processesOf } from '../../test/support/processes.ts';
import type { Sandbox } from '../../test/support/sandbox.ts';
import { waitUntil } from '../../test/support/wait-until.ts';

const execute = promisify(execFile);

/**
 * Copies a directory with owners, times and links; shares blocks where the file system can. As the present user: as
 * root it keeps whose every file is.
 */
export async function copyDirectory(from: string, to: string): Promise<void> {
  await execute('cp', ['-a', '--reflink=auto', from, to]);
}

/** Removes directories of the sandbox. @throws Error for any other place */
export function removeDirectories(sandbox: Sandbox, ...directories: readonly string[]): void {
  for (const directory of directories) {
    if (!directory.startsWith(`${sandbox.path}/`)) throw new Error(`not in the sandbox: ${directory}`);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/**
 * Waits until no process works in a directory any more: asynchronous archiving outlives its server a little, and would
 * meddle with what comes to be at the same place. @throws Error after half a minute
 */
export async function waitUntilQuiet(directory: string): Promise<void> {
  await waitUntil(`nobody works in ${directory}`, () => processesOf(directory).length === 0, {
    timeoutMs: 30_000,
  });
}

/** Writes everything out, so that nobody's measurement pays for what was written before it. */
export async function syncDisks(): Promise<void> {
  await execute('sync');
}

/** Bytes of all files below a directory. */
export function bytesBelow(directory: string): number {
  let bytes = 0;
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}
