import { chownSync, statfsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import type { Sandbox } from './sandbox.ts';

/**
 * A small file system (tmpfs) of its own inside the sandbox, for tests of a full disk. Owned by postgres, unmounted
 * when the sandbox is disposed.
 *
 * @throws Error when mounting is not permitted: a test of a full disk without a full disk would prove nothing
 */
export function mountSmallDisk(sandbox: Sandbox, name: string, megabytes: number): string {
  const directory = sandbox.directory(name);
  if (process.getuid?.() !== 0) {
    throw new Error('tests of a full disk mount a small file system and need root: run `sudo npm test`');
  }
  const size = `size=${megabytes}m,mode=0700,uid=${sandbox.owner.uid},gid=${sandbox.owner.gid}`;
  execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'holdfast-test', directory], { stdio: 'pipe' });
  sandbox.defer(() => {
    // Lazily: a file that is still open must not keep the mount, the leak check names the process that has it.
    execFileSync('umount', ['--lazy', directory], { stdio: 'pipe' });
  });
  chownSync(directory, sandbox.owner.uid, sandbox.owner.gid);
  return directory;
}

/** Gives it another size; the file system keeps what is in it, and says no when that is more. */
export function resizeSmallDisk(directory: string, megabytes: number): void {
  execFileSync('mount', ['-o', `remount,size=${megabytes}m`, directory], { stdio: 'pipe' });
}

/** Leaves room for little more than what is in it. */
export function shrinkSmallDisk(directory: string): void {
  const { blocks, bfree, bsize } = statfsSync(directory);
  resizeSmallDisk(directory, Math.max(8, Math.ceil(((blocks - bfree) * bsize) / 1_048_576) + 2));
}

/** Fills what is left of the file system that holds `directory`, except for `leaveKilobytes`; gives the filler. */
export async function fillDisk(sandbox: Sandbox, directory: string, leaveKilobytes = 0): Promise<string> {
  const filler = `${directory}/filler`;
  const { stdout } = await sandbox.mustRun('df', ['--output=avail', '--block-size=1K', directory]);
  const available = Number(stdout.trim().split('\n').at(-1)) - leaveKilobytes;
  if (available > 0) await sandbox.mustRun('fallocate', ['--length', `${available}KiB`, filler]);
  return filler;
}
