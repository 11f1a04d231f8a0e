import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatLsn, type Lsn, parseLsn } from '../../../model/wal.ts';
import { heartbeatPrefix } from '../../../postgres/write-heartbeat.ts';
import { readLocalWal } from '../../wal/local-wal.ts';
import { scanSegment } from '../../wal/scan-segment.ts';
import type { DrillCheckContext } from '../drill-check.ts';
import { runProgram } from './run-program.ts';

/** Newest segments that are read. */
const mostSegments = 8;

/** A heartbeat in WAL, committed or not. */
interface WalMessage {
  readonly xid: number;
  readonly lsn: Lsn;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * The newest heartbeat of the form `message` in the WAL that the copy replayed and has not recycled yet: pg_waldump shows
 * the messages, and our own reader whether their transactions were committed before the position that was reached.
 *
 * @returns epoch milliseconds; undefined when there is none
 * @see https://www.postgresql.org/docs/current/pgwaldump.html
 */
export async function readWalHeartbeat(context: DrillCheckContext): Promise<number | undefined> {
  const { copy, stanza } = context;
  const { lsn: reached, timeline } = copy.outcome.reached;
  if (reached === undefined) return undefined;
  const { segments } = await readLocalWal(join(copy.server.node.path, 'pg_wal'));
  const own = segments.filter((segment) => segment.timeline === timeline).toReversed();
  const committed = new Set<number>();
  for (const { path } of own.slice(0, mostSegments)) {
    const scan = scanSegment(await readFile(path));
    if (scan === undefined || scan.header.start >= reached) continue;
    for (const { kind, xid, endLsn } of scan.events)
      if (kind === 'commit' && endLsn <= reached) committed.add(xid);
    // A recycled segment and the end of the last one hold no record: pg_waldump says so and ends with an error.
    const { stdout } = await runProgram(context, 'pg_waldump', [
      '--rmgr=LogicalMessage',
      `--end=${formatLsn(reached < scan.endLsn ? reached : scan.endLsn)}`,
      path,
    ]);
    const messages = readMessages(stdout, stanza.name).filter(({ xid }) => committed.has(xid));
    if (messages.length > 0) return Math.max(...messages.map(({ at }) => at));
  }
  return undefined;
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
