import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand, SpawnError } from '../../process/run-command.ts';

/**
 * Asks git which files below a path it knows, once.
 *
 * @param path a file or a directory, absolute
 * @param searchPath where git is looked for
 * @returns tells of an absolute path whether it is known; where there is no git or no repository, nothing is
 */
export async function findCommitted(
  path: string,
  isDirectory: boolean,
  searchPath: string,
): Promise<(path: string) => Promise<boolean>> {
  const directory = isDirectory ? path : dirname(path);
  const known = await listKnown(directory, searchPath);
  if (known.size === 0) return async () => false;
  return async (file) => known.has(await realpath(file));
}

async function listKnown(directory: string, searchPath: string): Promise<ReadonlySet<string>> {
  try {
    const result = await runCommand({
      command: 'git',
      // A repository may name programs to be run; this one does not get to.
      args: ['-c', 'core.fsmonitor=false', 'ls-files', '-z', '--full-name'],
      env: { PATH: searchPath, GIT_CONFIG_NOSYSTEM: '1', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
      cwd: directory,
      timeoutMs: 20_000,
      capture: 'bytes',
    });
    const top = await runCommand({
      command: 'git',
      args: ['rev-parse', '--show-toplevel'],
      env: { PATH: searchPath, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' },
      cwd: directory,
      timeoutMs: 20_000,
    });
    // No repository, or one of somebody else that git refuses: then nothing is known of it.
    if (result.code !== 0 || top.code !== 0) return new Set();
    const root = await realpath(top.stdout.replace(/\n$/, ''));
    const names = result.bytes.toString('utf8').split('\0');
    return new Set(names.filter((name) => name !== '').map((name) => join(root, name)));
  } catch (error) {
    if (error instanceof SpawnError) return new Set();
    throw error;
  }
}
