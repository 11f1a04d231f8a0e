import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { endGroup } from './end-group.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';

/**
 * Ends every process that has a path in its arguments: what went into the background and has no parent that could be
 * asked (pgBackRest's `archive-get:async`, which fills a spool on its own).
 *
 * @param path absolute, and of nobody else
 */
export async function endProcessesNaming(
  path: string,
  options: {
    readonly graceMs: number;
    readonly sleep: (milliseconds: number) => Promise<void>;
    /** Only programs of these names; all of them unless given. */
    readonly programs?: ReadonlySet<string> | undefined;
  },
): Promise<void> {
  for (const found of findProcessesNaming(path, options.programs)) await endGroup(found, options);
}

/** Processes that have a path in their arguments: of programs of these names; of all unless given. */
export function findProcessesNaming(
  path: string,
  programs: ReadonlySet<string> | undefined,
): ProcessIdentity[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) return [];
    const words = readArguments(entry);
    if (programs !== undefined && !programs.has(basename(words[0] ?? ''))) return [];
    const names = words.some(
      (word) => word === path || word.endsWith(`=${path}`) || word.includes(`${path}/`),
    );
    return names ? (identifyProcess(Number(entry)) ?? []) : [];
  });
}

/** One that has ended meanwhile has none. */
function readArguments(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
