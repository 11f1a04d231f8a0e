import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { detectKind } from '../detect-kind.ts';
import type { CollectedInputs, LintInput } from './lint-input.ts';
import { findCommitted } from './find-committed.ts';
import { readInput } from './read-input.ts';

/** Directories that hold nothing a person wrote about backups. */
const skippedDirectories = new Set(['.git', '.hg', '.svn', 'node_modules', '__pycache__', '.terraform']);

/** What a collection works with. */
export interface CollectSettings {
  /** The working directory: names are relative to it. */
  readonly directory: string;
  /** The search path, for git. */
  readonly path: string;
  /** Also takes files of a directory whose kind is not known: `--as` says what they are. */
  readonly takeUnknown: boolean;
}

/**
 * Reads the files that were named, and in directories those of a kind that can be judged.
 *
 * Directories are walked without following links to other directories; version control, installed packages,
 * binaries and files larger than 2 MiB are left out.
 *
 * @param names paths as they were given
 * @throws Failure file-unusable when a named file or directory cannot be read
 */
export async function collectPaths(
  names: readonly string[],
  settings: CollectSettings,
): Promise<CollectedInputs> {
  const inputs = new Map<string, LintInput>();
  const notes: string[] = [];
  for (const name of names) {
    const path = resolve(settings.directory, name);
    const isDirectory = await isDirectoryAt(path, name);
    const committed = await findCommitted(path, isDirectory, settings.path);
    if (!isDirectory) {
      const outcome = await readInput(path, name, committed);
      if ('reason' in outcome) throw unusable(name, outcome.reason);
      inputs.set(path, inputs.get(path) ?? outcome.input);
      continue;
    }
    for await (const below of walk(path, name, notes)) {
      if (inputs.has(below.path)) continue;
      const outcome = await readInput(below.path, below.name, committed);
      if ('reason' in outcome) {
        if (outcome.reason !== 'binary') notes.push(`${below.name}: left out: ${outcome.reason}`);
      } else if (settings.takeUnknown || detectKind(below.name, outcome.input.text) !== 'unknown') {
        inputs.set(below.path, outcome.input);
      }
    }
  }
  return { inputs: [...inputs.values()], notes };
}

async function isDirectoryAt(path: string, name: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw unusable(name, code === 'ENOENT' ? 'not there' : `not readable (${code ?? String(error)})`, error);
  }
}

async function* walk(
  path: string,
  name: string,
  notes: string[],
): AsyncGenerator<{ path: string; name: string }> {
  let entries;
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    notes.push(`${name}: left out: not readable (${code})`);
    return;
  }
  for (const entry of entries.toSorted((left, right) => left.name.localeCompare(right.name))) {
    const below = { path: join(path, entry.name), name: join(name, entry.name) };
    if (entry.isDirectory()) {
      if (!skippedDirectories.has(entry.name)) yield* walk(below.path, below.name, notes);
    } else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(below.path)))) {
      yield below;
    }
  }
}

async function leadsToFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    // A link that leads nowhere is nothing to judge.
    if ((error as NodeJS.ErrnoException).code !== undefined) return false;
    throw error;
  }
}

function unusable(name: string, problem: string, cause?: unknown): Failure {
  return new Failure('file-unusable', {
    operation: 'read what is to be judged',
    place: name,
    problem: problem === 'not there' ? 'there is no such file or directory' : problem,
    hint: 'Name files or directories, or - for stdin. Without a name, what this host uses is judged.',
    cause,
  });
}
