import { join } from 'node:path';

/** `sun_path` has 108 bytes and ends with a zero, unix(7). */
const mostBytes = 107;

/** Where the daemon of a state directory listens. */
export function socketPath(stateDirectory: string): string {
  return join(stateDirectory, 'holdfast.sock');
}

/** Whether a socket can have this path at all. */
export function fitsSocket(path: string): boolean {
  return Buffer.byteLength(path) <= mostBytes;
}
