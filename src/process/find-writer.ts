import { readdirSync, readlinkSync } from 'node:fs';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';

/**
 * The process that has a file as its stdout: a logged child whose identity nobody noted. Its workers write to pipes.
 *
 * @returns undefined when there is none that we may see
 */
export function findWriter(file: string): ProcessIdentity | undefined {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || stdoutOf(entry) !== file) continue;
    const found = identifyProcess(Number(entry));
    if (found !== undefined) return found;
  }
  return undefined;
}

function stdoutOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/1`);
  } catch {
    // It ended, or belongs to somebody else: not a child of ours either way.
    return undefined;
  }
}
