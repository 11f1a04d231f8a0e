import { join } from 'node:path';
import { Failure } from '../../model/failure.ts';
import { formatLsn } from '../../model/wal.ts';
import { markLogs, readNewLogLines } from '../../postgres/server-log.ts';
import { classifyStartFailure, startFailureHint } from '../../postgres/start-failure.ts';
import type { Server } from '../../postgres/server.ts';
import type { RestoreContext } from './restore-context.ts';

/** Where a server logs and how far its log was before it was started. Kept in the journal. */
export interface LogPlace {
  readonly file: string;
  readonly marks: Readonly<Record<string, number>>;
}

/** Notes the end of the server's log. @param server with Debian's layout its log is below /var/log/postgresql */
export async function placeLog(server: Server): Promise<LogPlace> {
  const debian = /^\/etc\/postgresql\/([^/]+)\/([^/]+)\//.exec(server.configFile ?? '');
  const file = debian
    ? `/var/log/postgresql/postgresql-${debian[1]}-${debian[2]}.log`
    : join(server.node.path, 'log', 'holdfast-start.log');
  return { file, marks: Object.fromEntries(await markLogs(server.node.path, file)) };
}

/** What the server has logged since, oldest first. Empty when it logs somewhere else (syslog). */
export async function readRecoveryLog(server: Server, place: LogPlace | undefined): Promise<string[]> {
  if (place === undefined) return [];
  return readNewLogLines(server.node.path, place.file, new Map(Object.entries(place.marks)), 400);
}

/** Where recovery stopped, in the server's own words: PostgreSQL `src/backend/access/transam/xlogrecovery.c`. */
export function findStoppingLine(lines: readonly string[]): string | undefined {
  const line = lines.findLast((one) => /recovery stopping (?:before|after|at)/.test(one));
  return line === undefined ? undefined : /recovery stopping .*$/.exec(line)?.[0];
}

/** Commit time in the line of `findStoppingLine`, microseconds since 1970; the server logs it in its own zone. */
export function stoppingTransaction(
  line: string,
): { readonly side: string; readonly xid: bigint } | undefined {
  const match = /recovery stopping (before|after) (?:commit|abort)(?: prepared)? of transaction (\d+)/.exec(
    line,
  );
  return match ? { side: match[1] as string, xid: BigInt(match[2] as string) } : undefined;
}

/** Why a server in recovery ended, as a failure that says what to do. */
export async function explainRecoveryEnd(
  context: RestoreContext,
  place: LogPlace | undefined,
): Promise<Failure> {
  const { plan, restored } = context;
  const lines = await readRecoveryLog(restored, place);
  const found = classifyStartFailure(lines);
  return recoveryFailure(context, {
    cause: found.cause,
    line: found.line,
    log: lines.slice(-30),
    place: place?.file ?? plan.directories.data,
  });
}

/** The failure for a start or a recovery that ended with this cause (a `StartFailureCause`). */
export function recoveryFailure(
  context: RestoreContext,
  found: {
    readonly cause: string;
    readonly line: string | undefined;
    readonly log: readonly string[];
    readonly place: string;
  },
): Failure {
  const { plan } = context;
  const next = `Nothing of the old cluster is lost: \`holdfast undo ${plan.id}\` puts it back.`;
  const details = { cause: found.cause, log: found.log };
  if (found.cause === 'target-not-reached') {
    const last = plan.wal.lastCommitTime;
    return new Failure('target-unreachable', {
      operation: `recover to ${plan.target.description}`,
      place: found.place,
      problem:
        'the WAL in the archive ended before the target: ' +
        (last === undefined ? lastReplayed(found.log) : `its last commit is of ${last}`),
      hint: `Choose that time or an earlier one, or \`--to latest\` for everything there is. ${next}`,
      details,
    });
  }
  const missing = found.cause === 'wal-missing';
  return new Failure(missing ? 'target-unreachable' : 'server-failed', {
    operation: `start the restored server of stanza ${plan.stanza}`,
    place: found.place,
    problem: found.line ?? 'it ended and logged nothing that tells why',
    hint: `${startFailureHint(found.cause as Parameters<typeof startFailureHint>[0])} Then \`holdfast restore --resume ${plan.id}\`. ${next}`,
    details,
  });
}

function lastReplayed(log: readonly string[]): string {
  const line = log.findLast((one) => /last completed transaction was at log time/.test(one));
  const time = /last completed transaction was at log time (.*)$/.exec(line ?? '')?.[1];
  return time === undefined ? 'no commit was replayed' : `its last commit is of ${time}`;
}

/** For messages: an LSN that may not be known. */
export function lsnText(lsn: bigint | undefined): string {
  return lsn === undefined ? 'an unknown position' : formatLsn(lsn);
}
