import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  chownSync,
  fstatSync,
  mkdirSync,
  openSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { RunAs } from './run-command.ts';

/** A log file that is open for appending. */
export interface OpenLogFile extends Disposable {
  readonly descriptor: number;
  /** Bytes that were in it before. */
  readonly size: number;
}

/**
 * Opens a log file for appending, and makes it (mode 0640) and its directory (0750) where they are not there yet.
 * The directory may belong to the child's user, so no link is followed: as root we would write wherever it leads.
 *
 * @param owner the user that gets what is made here; undefined: the present one
 * @throws NodeJS.ErrnoException when that cannot be done
 */
export function openLogFile(path: string, owner: RunAs | undefined): OpenLogFile {
  const directory = dirname(path);
  const made = mkdirSync(directory, { recursive: true, mode: 0o750 });
  if (made !== undefined && owner !== undefined) chownSync(directory, owner.uid, owner.gid);
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const descriptor = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o640);
  try {
    const { size, uid } = fstatSync(descriptor);
    if (owner !== undefined && uid !== owner.uid) fchownSync(descriptor, owner.uid, owner.gid);
    // The umask may have taken the group's right away; a file of another owner keeps its mode.
    if (size === 0 && uid === process.getuid?.()) fchmodSync(descriptor, 0o640);
    return { descriptor, size, [Symbol.dispose]: () => closeSync(descriptor) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
