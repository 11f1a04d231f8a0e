import { readlinkSync } from 'node:fs';

/**
 * Names the PID namespace of this process (`pid:[4026531836]`): a pid says something of another process only in the same
 * one. Two containers with one state directory are two.
 *
 * @returns undefined where the system does not tell. @see namespaces(7)
 */
export function readPidNamespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES') return undefined;
    throw error;
  }
}
