import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSegmentName, segmentStart, type WalSegment } from '../../model/wal.ts';
import { longHeaderSize, readSegmentHeader } from './page-header.ts';

export interface LocalSegment extends WalSegment {
  readonly name: string;
  readonly path: string;
  /** PostgreSQL waits for its archiving: `archive_status/NAME.ready`. */
  readonly ready: boolean;
  readonly bytes: number;
}

/** The WAL in a data directory's pg_wal. */
export interface LocalWal {
  readonly directory: string;
  /** Segments with valid contents, in order. Recycled ones that wait to be written are left out. */
  readonly segments: readonly LocalSegment[];
  /** Text of each timeline history file, by name. */
  readonly historyTexts: Readonly<Record<string, string>>;
  /** Bytes of one segment; undefined when there is none. */
  readonly segmentSize: number | undefined;
  /** Why it could not be looked at; undefined when it was, or is not there at all. */
  readonly problem: string | undefined;
}

/**
 * Looks at a pg_wal directory, of a server that runs or does not. A segment counts when its first page says what its
 * name says: PostgreSQL keeps old segments under future names (xlog.c, RemoveXlogFile), whose pages still tell the old
 * position.
 */
export async function readLocalWal(directory: string): Promise<LocalWal> {
  const empty = { directory, segments: [], historyTexts: {}, segmentSize: undefined };
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return {
      ...empty,
      problem: code === 'ENOENT' || code === 'ENOTDIR' ? undefined : `cannot be read (${code})`,
    };
  }
  const ready = new Set(await listReady(join(directory, 'archive_status')));
  const read = await Promise.all(
    names
      .filter((name) => /^[0-9A-F]{24}$/.test(name))
      .toSorted()
      .map((name) => readLocalSegment(directory, name, ready.has(`${name}.ready`))),
  );
  const segments = read.filter((segment) => segment !== undefined);
  return {
    directory,
    segments: segments.map((one) => one.segment),
    historyTexts: await readHistories(directory, names),
    segmentSize: segments[0]?.segmentSize,
    problem: undefined,
  };
}

async function readHistories(directory: string, names: readonly string[]): Promise<Record<string, string>> {
  const files = names.filter((name) => /^[0-9A-F]{8}\.history$/.test(name)).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')));
  return Object.fromEntries(files.map((name, index) => [name, texts[index] as string]));
}

async function listReady(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    // Archiving was never on, or the directory is damaged: the segments themselves still count.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function readLocalSegment(
  directory: string,
  name: string,
  ready: boolean,
): Promise<{ segment: LocalSegment; segmentSize: number } | undefined> {
  const path = join(directory, name);
  try {
    const { size } = await stat(path);
    await using file = await open(path);
    const { buffer } = await file.read(Buffer.alloc(longHeaderSize), 0, longHeaderSize, 0);
    const header = readSegmentHeader(buffer);
    const named = header && parseSegmentName(name, header.segmentSize);
    // The first segment of a timeline begins as a copy of its parent's (xlog.c, XLogInitNewTimeline), pages and all.
    if (!header || !named || header.timeline > named.timeline) return undefined;
    if (segmentStart(named.number, header.segmentSize) !== header.start) return undefined;
    return { segment: { ...named, name, path, ready, bytes: size }, segmentSize: header.segmentSize };
  } catch (error) {
    // A running server may recycle it between the listing and this.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
