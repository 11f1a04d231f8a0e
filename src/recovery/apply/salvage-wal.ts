import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pushSegment } from '../../engine/archive-push.ts';
import { isFailure } from '../../model/failure.ts';
import { formatLsn, type Lsn } from '../../model/wal.ts';
import { longHeaderSize, readSegmentHeader } from '../wal/page-header.ts';
import { scanSegment, type PartialRecord } from '../wal/scan-segment.ts';
import { type Archive, archiveOf, segmentsIn } from './archive-listing.ts';
import { copyVerified, exists, listNames, makeOwnedDirectory } from './durable-files.ts';
import type { RestoreContext, StepBody } from './restore-context.ts';

/** WAL that was copied out of the old pg_wal. */
interface SalvagedFile {
  readonly name: string;
  readonly bytes: number;
  /** Whether the engine took it into the archive; undefined where that was not tried. */
  readonly pushed: boolean | undefined;
}

/**
 * Copies WAL that is only in the old pg_wal: complete segments that the archive has not got, the one being written
 * when the server ended, and timeline history files. Complete ones (`.ready`) are also handed to the engine, because
 * they are production's own WAL; the last one never is, it is not complete.
 */
export const salvageWal: StepBody = async (context, step) => {
  const { plan, deps } = context;
  const source = join(plan.directories.data, 'pg_wal');
  const directory = plan.directories.salvage;
  if (directory === undefined || !(await exists(source))) {
    return { facts: { files: [] }, summary: 'there is no old pg_wal' };
  }
  step.note({ directory });
  const archive = archiveOf(deps.engine, plan);
  const ready = await readyNames(source);
  const names = await namesToSalvage(source, archive, ready);
  await makeOwnedDirectory(directory, 0o700, plan.owner);
  const files: SalvagedFile[] = [];
  for (const name of names) {
    deps.signal?.throwIfAborted();
    await copyVerified(join(source, name), join(directory, name), plan.owner, { holes: true });
    const { size } = await stat(join(directory, name));
    files.push({ name, bytes: size, pushed: undefined });
    await context.checkpoint(`salvage-wal: copied ${name}`);
    context.progress('salvage-wal', { message: `${files.length} of ${names.length} files copied` });
  }
  const pushed = await pushReady(context, source, ready);
  const end = await endOfWal(directory, files, plan.target.timeline);
  return {
    facts: {
      directory,
      files: files.map((file) => ({ ...file, pushed: pushed.results.get(file.name) })),
      pushProblem: pushed.problem,
      endLsn: end,
    },
    summary:
      files.length === 0
        ? 'everything is in the archive'
        : `${files.length} WAL files saved in ${directory}${end === undefined ? '' : `, up to ${formatLsn(end)}`}`,
  };
};

/** What the archiver had still to do: `archive_status/NAME.ready`, in the order in which it would have. */
async function readyNames(source: string): Promise<string[]> {
  const names = await listNames(join(source, 'archive_status'));
  return names.flatMap((name) => /^(.+)\.ready$/.exec(name)?.[1] ?? []);
}

/** History files come first: whoever uses the salvage needs them to make sense of the rest. */
async function namesToSalvage(source: string, archive: Archive, ready: readonly string[]): Promise<string[]> {
  const present = await listNames(source);
  const histories = present.filter((name) => /^[0-9A-F]{8}\.history$/.test(name));
  const partial = present.filter((name) => /^[0-9A-F]{24}\.partial$/.test(name));
  const stored = new Map<string, ReadonlySet<string>>();
  const segments: string[] = [];
  for (const name of present.filter((one) => /^[0-9A-F]{24}$/.test(one))) {
    const folder = name.slice(0, 16);
    if (!stored.has(folder)) stored.set(folder, new Set(await segmentsIn(archive, folder)));
    if (stored.get(folder)?.has(name) && !ready.includes(name)) continue;
    if (await isWritten(join(source, name))) segments.push(name);
  }
  return [...histories, ...segments, ...partial];
}

/**
 * Whether a segment holds WAL of its own name. PostgreSQL makes segments in advance by renaming old ones, whose first
 * page still says where it was before (`src/backend/access/transam/xlog.c`, InstallXLogFileSegment).
 */
async function isWritten(file: string): Promise<boolean> {
  const first = Buffer.alloc(longHeaderSize);
  await using handle = await open(file, 'r');
  await handle.read(first, 0, longHeaderSize, 0);
  const header = readSegmentHeader(first);
  if (header === undefined) return false;
  const { segmentSize, start } = header;
  const name = file.slice(-24);
  const perHigh = 0x1_0000_0000n / BigInt(segmentSize);
  const number = BigInt(`0x${name.slice(8, 16)}`) * perHigh + BigInt(`0x${name.slice(16)}`);
  return number * BigInt(segmentSize) === start;
}

/** Best effort: what the engine did not take is in the salvage. It stops at the first refusal, as the archiver does. */
async function pushReady(
  context: RestoreContext,
  source: string,
  ready: readonly string[],
): Promise<{ results: ReadonlyMap<string, boolean>; problem: string | undefined }> {
  const results = new Map<string, boolean>();
  for (const name of ready) {
    if (!(await exists(join(source, name)))) continue;
    try {
      await pushSegment(context.deps.engine, { stanza: context.plan.stanza, file: join(source, name) });
      results.set(name, true);
    } catch (error) {
      if (!isFailure(error) || error.kind === 'interrupted') throw error;
      results.set(name, false);
      return { results, problem: error.problem };
    }
  }
  return { results, problem: undefined };
}

/**
 * Where the salvaged WAL of a timeline ends: just behind its last whole record. Only the last few segments are read,
 * which is where the end is.
 */
async function endOfWal(
  directory: string,
  files: readonly SalvagedFile[],
  timeline: number,
): Promise<Lsn | undefined> {
  const prefix = timeline.toString(16).toUpperCase().padStart(8, '0');
  const segments = files.filter((file) => /^[0-9A-F]{24}$/.test(file.name) && file.name.startsWith(prefix));
  let end: Lsn | undefined;
  let carry: PartialRecord | undefined;
  for (const { name } of segments.slice(-3)) {
    const scan = scanSegment(await readFile(join(directory, name)), { carry, checkAll: true });
    if (scan === undefined) break;
    // A segment in which no record ends says nothing about the end.
    if (scan.endLsn > scan.header.start) end = scan.endLsn;
    carry = scan.partial;
  }
  return end;
}
