import type { PatroniAccess } from '../model/stanza.ts';
import type { TimelineSwitch } from '../model/wal.ts';
import { askPatroni, strangeAnswer } from './patroni-request.ts';

/** What Patroni says of the node that it runs on: `GET /patroni`. */
export interface PatroniNode {
  /** `master` (`primary` from Patroni 4 on), `replica`, `standby_leader`, `demoted`, … */
  readonly role: string;
  /** `running`, `streaming`, `starting`, `stopped`, `crashed`, … */
  readonly state: string;
  /** It runs as primary and holds the leader's lock: only then `GET /primary` answers 200. */
  readonly isLeader: boolean;
}

/** One line of `GET /cluster`. */
export interface PatroniMember {
  readonly name: string;
  /** `leader`, `standby_leader`, `replica`, `sync_standby`, … */
  readonly role: string;
  readonly state: string;
  /** As the other members reach its PostgreSQL; undefined while it is not known. */
  readonly host: string | undefined;
  readonly port: number | undefined;
}

/**
 * Asks Patroni's REST API for the part of its own node.
 *
 * @throws Failure server-unreachable when it does not answer, or answers like no Patroni
 *
 * @see https://patroni.readthedocs.io/en/latest/rest_api.html
 */
export async function readPatroniNode(access: PatroniAccess, signal?: AbortSignal): Promise<PatroniNode> {
  // The body is that of /patroni; the status says more than its role, which a node without the lock may have kept.
  const { status, body } = await askPatroni(access, '/primary', signal);
  const { role, state } = (body ?? {}) as { role?: unknown; state?: unknown };
  if (typeof role !== 'string' || typeof state !== 'string') throw strangeAnswer(access);
  return { role, state, isLeader: status === 200 };
}

/** Asks for the members, in no order. @throws Failure as readPatroniNode */
export async function readPatroniMembers(
  access: PatroniAccess,
  signal?: AbortSignal,
): Promise<readonly PatroniMember[]> {
  const { body } = await askPatroni(access, '/cluster', signal);
  const members = (body as { members?: unknown } | null)?.members;
  if (!Array.isArray(members)) throw strangeAnswer(access);
  return members.map((member: Record<string, unknown>) => ({
    name: String(member['name']),
    role: String(member['role']),
    state: String(member['state']),
    host: typeof member['host'] === 'string' ? member['host'] : undefined,
    port: typeof member['port'] === 'number' ? member['port'] : undefined,
  }));
}

/**
 * Asks for the timelines that the cluster left, oldest first: `GET /history` gives `[timeline, position, reason, …]` with
 * the position as a number. What is beyond 2^53 would be inexact, and is left out with all behind it.
 *
 * @throws Failure as readPatroniNode
 */
export async function readPatroniHistory(
  access: PatroniAccess,
  signal?: AbortSignal,
): Promise<readonly TimelineSwitch[]> {
  const { body } = await askPatroni(access, '/history', signal);
  if (!Array.isArray(body)) throw strangeAnswer(access);
  const lines: readonly unknown[] = body;
  const history: TimelineSwitch[] = [];
  for (const line of lines) {
    const [timeline, position, reason] = Array.isArray(line) ? (line as unknown[]) : [];
    if (!Number.isInteger(timeline) || !Number.isSafeInteger(position)) break;
    history.push({
      timeline: timeline as number,
      switchLsn: BigInt(position as number),
      reason: String(reason ?? ''),
    });
  }
  return history;
}
