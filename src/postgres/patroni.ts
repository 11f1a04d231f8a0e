import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Failure } from '../model/failure.ts';
import type { PatroniAccess } from '../model/stanza.ts';
import type { TimelineSwitch } from '../model/wal.ts';

const timeoutMs = 2000;

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
  const { status, body } = await ask(access, '/primary', signal);
  const { role, state } = (body ?? {}) as { role?: unknown; state?: unknown };
  if (typeof role !== 'string' || typeof state !== 'string') throw strange(access);
  return { role, state, isLeader: status === 200 };
}

/** Asks for the members, in no order. @throws Failure as readPatroniNode */
export async function readPatroniMembers(
  access: PatroniAccess,
  signal?: AbortSignal,
): Promise<readonly PatroniMember[]> {
  const { body } = await ask(access, '/cluster', signal);
  const members = (body as { members?: unknown } | null)?.members;
  if (!Array.isArray(members)) throw strange(access);
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
  const { body } = await ask(access, '/history', signal);
  if (!Array.isArray(body)) throw strange(access);
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

interface PatroniAnswer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(
  access: PatroniAccess,
  path: string,
  signal: AbortSignal | undefined,
): Promise<PatroniAnswer> {
  try {
    const ca = access.caFile === undefined ? undefined : await readFile(access.caFile);
    return await get(`${access.url.replace(/\/+$/, '')}${path}`, ca, signal);
  } catch (error) {
    throw new Failure(signal?.aborted ? 'interrupted' : 'server-unreachable', {
      operation: 'ask Patroni',
      place: access.url,
      problem: error instanceof Error ? error.message : String(error),
      hint: 'Does Patroni run on this host, and are `patroni.url` and `patroni.caFile` right?',
      cause: error,
    });
  }
}

/** The modules are loaded when they are needed: importing node:http loads much more, and few clusters have Patroni. */
async function get(
  url: string,
  ca: Buffer | undefined,
  signal: AbortSignal | undefined,
): Promise<PatroniAnswer> {
  const http = await (url.startsWith('https:') ? import('node:https') : import('node:http'));
  const options = { timeout: timeoutMs, signal, ...(ca === undefined ? {} : { ca }) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = http.get(url, options, resolve);
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on('error', reject);
  });
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
  return { status: response.statusCode ?? 0, body };
}

function strange(access: PatroniAccess): Failure {
  return new Failure('server-unreachable', {
    operation: 'ask Patroni',
    place: access.url,
    problem: 'the answer is not one of Patroni',
    hint: 'Set `patroni.url` to the address of its REST API (restapi.connect_address), without a path.',
  });
}
