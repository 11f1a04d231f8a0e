import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyFileName, type Lsn, parseHistory } from '../../../model/wal.ts';
import { queryRow, queryRows } from '../../../postgres/query.ts';
import type { CommittedHeartbeat } from '../../../store/sample-memory.ts';
import { type DrillCheckContext, failed, notApplicable, passed, type RunDrillCheck } from '../drill-check.ts';
import { readWalHeartbeat } from './wal-heartbeat.ts';

/** A heartbeat that came back. */
interface FoundHeartbeat {
  /** Epoch milliseconds by production's clock. */
  readonly at: number;
  readonly evidence: 'table' | 'wal' | 'position';
}

const evidenceWords = {
  table: 'read from holdfast.heartbeat',
  wal: 'read from the WAL that was replayed',
  position: 'its commit lies before the position that was replayed to',
} as const;

/**
 * The newest heartbeat that came back, and from it what would have been lost. A heartbeat of the form `table` is read
 * from its table, one of the form `message` from the WAL that the copy still has; where that is recycled, the position
 * that production noted for it is compared with the one that was reached.
 *
 * It fails when a heartbeat is missing that must be there: the journal knows it as committed before that position.
 */
export const checkHeartbeat: RunDrillCheck = async (context) => {
  const form = context.stanza.heartbeat?.form ?? 'off';
  if (form === 'off') return notApplicable('heartbeats are off');
  const known = await lastKnown(context);
  const found =
    form === 'table'
      ? await readTable(context)
      : ((await readWal(context)) ?? (known && ({ at: known.at, evidence: 'position' } as const)));
  const facts = { form, knownAt: iso(known?.at), foundAt: iso(found?.at), evidence: found?.evidence ?? null };
  if (found === undefined) {
    if (known === undefined)
      return notApplicable(
        'no heartbeat was written before the moment that was restored: the daemon writes them',
        facts,
      );
    return failed(`the heartbeat of ${String(iso(known.at))} was committed before and is not there`, facts);
  }
  // Both are the server's clock; the table keeps microseconds, the journal milliseconds.
  if (known !== undefined && found.at < known.at - 1) {
    return failed(
      `the newest heartbeat is of ${String(iso(found.at))}, but that of ${String(iso(known.at))} was committed before`,
      facts,
    );
  }
  return passed(...describe(context, found, facts));
};

/** What was lost, or would have been, between the moment that was asked for and what is there. */
function describe(
  { copy, beganAt }: DrillCheckContext,
  found: FoundHeartbeat,
  facts: Readonly<Record<string, unknown>>,
): [string, Readonly<Record<string, unknown>>] {
  const { target } = copy.plan.target;
  const commit = copy.outcome.reached.time;
  const newest = Math.max(found.at, commit === undefined ? 0 : Number(commit / 1000n));
  const asked =
    target.kind === 'latest'
      ? beganAt
      : target.kind === 'time'
        ? Number(target.microseconds / 1000n)
        : undefined;
  // Clocks of two hosts may differ a little.
  const distance = asked === undefined ? undefined : Math.max(0, (asked - newest) / 1000);
  const where = evidenceWords[found.evidence];
  const words = [`the heartbeat of ${String(iso(found.at))} is there (${where})`];
  if (distance !== undefined) {
    const what = target.kind === 'latest' ? 'the drill began' : 'the moment that was asked for is';
    words.push(`${what} ${distance.toFixed(1)} s after what came back`);
  }
  const rpoSeconds = target.kind === 'latest' ? (distance ?? null) : null;
  return [
    words.join('; '),
    { ...facts, newestAt: iso(newest), distanceSeconds: distance ?? null, rpoSeconds },
  ];
}

/** The newest heartbeat that the journal says was committed in what was replayed, on any timeline that led there. */
async function lastKnown(context: DrillCheckContext): Promise<CommittedHeartbeat | undefined> {
  const { copy, journal, stanza } = context;
  const { id } = await queryRow<{ id: string }>(
    copy.server,
    'SELECT system_identifier::text AS id FROM pg_control_system()',
    { database: 'postgres', signal: context.signal },
  );
  const systemIdentifier = BigInt(id);
  for (const { timeline, end } of await timelinesOf(context)) {
    const known = journal.samples.heartbeatBefore(stanza.name, { systemIdentifier, timeline }, end);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** The timelines that were replayed and up to where, the last first: the promoted copy's own history names them all. */
async function timelinesOf({ copy }: DrillCheckContext): Promise<{ timeline: number; end: Lsn }[]> {
  const { reached } = copy.outcome;
  const own = reached.lsn === undefined ? [] : [{ timeline: reached.timeline, end: reached.lsn }];
  const file = join(copy.server.node.path, 'pg_wal', historyFileName(reached.newTimeline));
  const text = await readFile(file, 'utf8').catch(() => '');
  const before = (parseHistory(text) ?? [])
    .filter(({ timeline }) => timeline !== reached.timeline)
    .map(({ timeline, switchLsn }) => ({ timeline, end: switchLsn }));
  return [...own, ...before.toReversed()];
}

async function readTable({
  copy,
  production,
  stanza,
  signal,
}: DrillCheckContext): Promise<FoundHeartbeat | undefined> {
  const options = { database: production.node.database, signal };
  const { there } = await queryRow<{ there: boolean }>(
    copy.server,
    `SELECT to_regclass('holdfast.heartbeat') IS NOT NULL AS there`,
    options,
  );
  if (!there) return undefined;
  const [row] = await queryRows<{ at: number; stanza: string }>(
    copy.server,
    'SELECT floor(extract(epoch FROM at) * 1000)::bigint AS at, stanza FROM holdfast.heartbeat',
    options,
  );
  return row?.stanza === stanza.name ? { at: row.at, evidence: 'table' } : undefined;
}

async function readWal(context: DrillCheckContext): Promise<FoundHeartbeat | undefined> {
  const at = await readWalHeartbeat(context);
  return at === undefined ? undefined : { at, evidence: 'wal' };
}

function iso(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
