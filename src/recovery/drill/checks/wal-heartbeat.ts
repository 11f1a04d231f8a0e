import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatLsn, type Lsn, parseLsn, segmentName, segmentNumberOf } from '../../../model/wal.ts';
import { queryRow } from '../../../postgres/query.ts';
import { serverEnvironment } from '../../../postgres/server-environment.ts';
import { heartbeatPrefix } from '../../../postgres/write-heartbeat.ts';
import { runCommand } from '../../../process/run-command.ts';
import { readLocalWal } from '../../wal/local-wal.ts';
import { scanSegment } from '../../wal/scan-segment.ts';
import type { DrillCheckContext } from '../drill-check.ts';
import { interrupted, runProgram } from './run-program.ts';

/** Newest segments that are read. */
const mostSegments = 4;

/** A heartbeat in WAL, committed or not. */
interface WalMessage {
  readonly xid: number;
  readonly lsn: Lsn;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * The newest heartbeat of the form `message` in the WAL that the copy replayed: pg_waldump shows the messages, and our own
 * reader whether their transactions were committed before the position that was reached. A promotion removes segments
 * that were restored; those are restored once more, with the copy's own restore_command.
 *
 * @returns epoch milliseconds; undefined when there is none in the last segments
 * @see https://www.postgresql.org/docs/current/pgwaldump.html
 */
export async function readWalHeartbeat(context: DrillCheckContext): Promise<number | undefined> {
  const { copy, stanza, signal } = context;
  const { lsn: reached, timeline } = copy.outcome.reached;
  if (reached === undefined) return undefined;
  const { size, command } = await queryRow<{ size: number; command: string }>(
    copy.server,
    `SELECT (SELECT setting::int FROM pg_settings WHERE name = 'wal_segment_size') AS size,
        coalesce(current_setting('restore_command', true), '') AS command`,
    { database: 'postgres', signal },
  );
  const committed = new Set<number>();
  let number = segmentNumberOf(reached - 1n, size);
  for (let count = 0; count < mostSegments && number > 0n; count += 1, number -= 1n) {
    const path = await findSegment(segmentName({ timeline, number }, size), command, context);
    if (path === undefined) return undefined;
    const scan = scanSegment(await readFile(path));
    if (scan === undefined) return undefined;
    for (const { kind, xid, endLsn } of scan.events)
      if (kind === 'commit' && endLsn <= reached) committed.add(xid);
    // The end of the last segment holds no record: pg_waldump says so and ends with an error.
    const end = reached < scan.endLsn ? reached : scan.endLsn;
    const { stdout } = await runProgram(context, 'pg_waldump', [
      '--rmgr=LogicalMessage',
      `--end=${formatLsn(end)}`,
      path,
    ]);
    const messages = readMessages(stdout, stanza.name).filter(({ xid }) => committed.has(xid));
    if (messages.length > 0) return Math.max(...messages.map(({ at }) => at));
  }
  return undefined;
}

/** In pg_wal, or restored once more beside it. @returns undefined when the archive has not got it */
async function findSegment(
  name: string,
  command: string,
  { copy: { server }, signal }: DrillCheckContext,
): Promise<string | undefined> {
  const directory = join(server.node.path, 'pg_wal');
  const { segments } = await readLocalWal(directory);
  const local = segments.find((segment) => segment.name === name);
  if (local !== undefined) return local.path;
  if (command === '') return undefined;
  // Next to the socket: the engine refuses a path that is not below the server's directory or relative to it.
  const place = join('holdfast-scratch', name);
  const result = await runCommand({
    command: '/bin/sh',
    args: ['-c', command.replaceAll(/%[fp%]/g, (mark) => ({ '%f': name, '%p': place })[mark] ?? '%')],
    env: serverEnvironment(server.owner, server.binDirectory),
    cwd: server.node.path,
    runAs: server.runAs,
    signal,
  });
  if (result.stopped === 'abort') throw interrupted();
  return result.code === 0 ? join(server.node.path, place) : undefined;
}

/**
 * Heartbeats of a stanza in what pg_waldump prints: `… tx: 745, lsn: 0/3000148, … prefix "holdfast"; payload (123 bytes):
 * 7B 22 …` (PostgreSQL src/backend/access/rmgrdesc/logicalmsgdesc.c; 13 and older do not print the payload).
 */
export function readMessages(text: string, stanza: string): WalMessage[] {
  return text.split('\n').flatMap((line) => {
    const match =
      /\btx:\s*(\d+), lsn: ([0-9A-F]+\/[0-9A-F]+).* prefix "([^"]*)"; payload \(\d+ bytes\): ([0-9A-F ]+)/.exec(
        line,
      );
    if (match?.[3] !== heartbeatPrefix) return [];
    const lsn = parseLsn(match[2] ?? '');
    const at = readTime(Buffer.from((match[4] ?? '').replaceAll(' ', ''), 'hex').toString('utf8'), stanza);
    return lsn === undefined || at === undefined ? [] : [{ xid: Number(match[1]), lsn, at }];
  });
}

function readTime(content: string, stanza: string): number | undefined {
  try {
    const found = JSON.parse(content) as { readonly at?: unknown; readonly stanza?: unknown };
    return found.stanza === stanza && typeof found.at === 'number' ? found.at : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
