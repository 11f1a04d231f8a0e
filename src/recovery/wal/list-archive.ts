import type { EngineProgram } from '../../engine/engine.ts';
import { streamRepository } from '../../engine/repo-list.ts';
import type { EngineRun } from '../../engine/run-engine.ts';
import { type ArchiveDirectory, DirectoryBuilder, isDirectoryName } from './archive-directory.ts';
import { LedgerBuilder, parseHistoryName } from './ledger.ts';

/** The WAL archive of one cluster in one repository: `archive/STANZA/15-1`. */
export interface ArchivePlace {
  readonly engine: EngineProgram;
  readonly stanza: string;
  readonly repositoryKey: number;
  /** `15-1`. */
  readonly archiveId: string;
}

export interface ListedArchive {
  readonly directories: readonly ArchiveDirectory[];
  /** Timelines with a history file. */
  readonly histories: readonly number[];
}

/**
 * Lists a whole archive with one command. At an object store that is one request for each directory.
 *
 * @param seenAt now, epoch milliseconds
 * @throws Failure as streamRepository
 */
export async function listWholeArchive(
  place: ArchivePlace,
  seenAt: number,
  run: EngineRun = {},
): Promise<ListedArchive> {
  const builder = new LedgerBuilder();
  await list(place, '', true, run, ({ name, type, size, time }) => {
    if (type === 'file') builder.add(name, size ?? 0, time ?? 0);
    else if (type === 'path') builder.addDirectory(name);
  });
  return { directories: builder.finish(seenAt), histories: builder.histories };
}

/** The names of the directories, and the history files: one command, whatever is in the directories. */
export async function listArchiveTop(
  place: ArchivePlace,
  run: EngineRun = {},
): Promise<{ readonly directories: readonly string[]; readonly histories: readonly number[] }> {
  const directories: string[] = [];
  const histories: number[] = [];
  await list(place, '', false, run, ({ name, type }) => {
    const history = type === 'file' ? parseHistoryName(name) : undefined;
    if (history !== undefined) histories.push(history);
    else if (type === 'path' && isDirectoryName(name)) directories.push(name);
  });
  return { directories, histories };
}

/** One directory. One that is not there is empty. */
export async function listArchiveDirectory(
  place: ArchivePlace,
  name: string,
  seenAt: number,
  run: EngineRun = {},
): Promise<ArchiveDirectory> {
  const builder = new DirectoryBuilder(name);
  await list(place, `/${name}`, false, run, ({ name: file, type, size, time }) => {
    if (type === 'file') builder.add(file, size ?? 0, time ?? 0);
  });
  return builder.finish(seenAt);
}

async function list(
  { engine, stanza, repositoryKey, archiveId }: ArchivePlace,
  below: string,
  recurse: boolean,
  run: EngineRun,
  onEntry: Parameters<typeof streamRepository>[2],
): Promise<void> {
  const path = `archive/${stanza}/${archiveId}${below}`;
  await streamRepository(engine, { stanza, repositoryKey, path, recurse }, onEntry, run);
}
