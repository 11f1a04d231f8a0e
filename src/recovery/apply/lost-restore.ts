import { readFile } from 'node:fs/promises';
import { Failure } from '../../model/failure.ts';
import type { Journal } from '../../store/journal.ts';
import { markerFileOf } from './restore-marker.ts';

/**
 * Refuses to touch a data directory with a half done restore in it that the journal does not know any more. The journal
 * has what finishing and undoing need; without it only a person can tell which files belong where.
 *
 * @param doing for the message: `restore stanza main`
 * @throws Failure operation-unfinished, which says what lies where and how to go back by hand
 */
export async function refuseLostRestore(
  journal: Pick<Journal, 'findRun' | 'file'>,
  dataDirectory: string,
  doing: string,
): Promise<void> {
  const file = markerFileOf(dataDirectory);
  const note = await readNote(file);
  if (note === undefined) return;
  const id = textOf(note['restore']);
  if (id !== undefined && journal.findRun(id)?.id === id) return;
  const aside = textOf(note['oldDataDirectory']);
  const wal = textOf(note['salvagedWal']);
  throw new Failure('operation-unfinished', {
    operation: doing,
    place: dataDirectory,
    problem: `the restore ${id ?? 'of unknown name'} into this directory has not been finished, and the journal does not know it any more`,
    hint: [
      `The journal ${journal.file} was lost or rebuilt without it; look into the journal.damaged-* directories beside it first.`,
      aside === undefined
        ? 'The restore had not moved the old data directory aside, or worked on it in place.'
        : `To go back by hand: stop any server in ${dataDirectory}, move that directory away, and move ${aside} back to ${dataDirectory}; tablespaces were moved aside in the same way.`,
      ...(wal === undefined ? [] : [`The WAL that was not archived yet is in ${wal}.`]),
      `Then remove ${file}. Nothing was changed.`,
    ].join(' '),
    details: { id, aside, salvagedWal: wal },
  });
}

/** @returns undefined when there is none; an empty one when it cannot be read as what we write */
async function readNote(file: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const note: unknown = JSON.parse(text);
    return typeof note === 'object' && note !== null ? (note as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
