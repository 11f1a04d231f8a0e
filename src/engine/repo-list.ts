import { Failure } from '../model/failure.ts';
import type { EngineProgram } from './engine.ts';
import { type EngineRun, runEngine } from './run-engine.ts';

export interface RepositoryEntry {
  /** Relative to the listed path; `.` is the path itself. */
  readonly name: string;
  readonly type: 'file' | 'path' | 'link' | 'special';
  /** Bytes as stored; undefined for what is not a file. */
  readonly size: number | undefined;
  /** Epoch seconds of the last change; undefined for what is not a file. */
  readonly time: number | undefined;
}

export interface RepositoryListRequest {
  /** Needed whenever the repository is described in the stanza's section. */
  readonly stanza?: string | undefined;
  readonly repositoryKey: number;
  /** Relative to the repository's root, `archive/main/15-1`. */
  readonly path: string;
  readonly recurse: boolean;
}

/**
 * Lists files of a repository by their stored names. A path that does not exist has no entries.
 *
 * @throws Failure as runEngine
 */
export async function listRepository(
  engine: EngineProgram,
  request: RepositoryListRequest,
  run: EngineRun = {},
): Promise<RepositoryEntry[]> {
  const args = ['repo-ls', '--output=json', ...(request.recurse ? ['--recurse'] : []), request.path];
  const result = await runEngine(engine, args, {
    ...run,
    stanza: request.stanza,
    repositoryKey: request.repositoryKey,
    capture: 'text',
    operation: `list ${request.path} in repo${request.repositoryKey}`,
  });
  return parseRepositoryList(result.stdout);
}

/** Reads the answer of `repo-ls --output=json`: pgBackRest `src/command/repo/ls.c`. */
export function parseRepositoryList(text: string): RepositoryEntry[] {
  const answer = parseAnswer(text);
  return Object.entries(answer).map(([name, entry]) => ({
    name,
    type: entry.type,
    size: entry.size,
    time: entry.time,
  }));
}

interface StoredEntry {
  type: RepositoryEntry['type'];
  size?: number;
  time?: number;
}

function parseAnswer(text: string): Record<string, StoredEntry> {
  try {
    return JSON.parse(text === '' ? '{}' : text) as Record<string, StoredEntry>;
  } catch (error) {
    throw new Failure('engine-failed', {
      operation: 'read the answer of pgbackrest repo-ls',
      problem: error instanceof Error ? error.message : String(error),
      hint: 'Run the same `pgbackrest repo-ls --output=json` by hand; report the answer when it looks right.',
      cause: error,
    });
  }
}
