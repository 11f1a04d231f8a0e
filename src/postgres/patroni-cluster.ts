import type { PatroniAccess } from '../model/stanza.ts';
import { askPatroni, strangeAnswer } from './patroni-request.ts';

/** A member as `GET /cluster` tells of it: what the member itself wrote into the DCS last. */
export interface ClusterMember {
  readonly name: string;
  /** `leader`, `standby_leader`, `replica`, `sync_standby`, … */
  readonly role: string;
  /** `running` (`streaming` from Patroni 3.1 on for a replica that does), `creating replica`, `stopped`, … */
  readonly state: string;
  /** Of its REST API, without a path; undefined while it is not known. */
  readonly apiUrl: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly timeline: number | undefined;
  /** Bytes behind the leader; undefined for the leader and where Patroni says `unknown`. */
  readonly lag: number | undefined;
  /** Other members are copied from it when they are created (the tag `clonefrom`). */
  readonly clonesFrom: boolean;
}

/** The cluster as Patroni has it in its DCS: `GET /cluster`. */
export interface PatroniClusterState {
  readonly members: readonly ClusterMember[];
  readonly isPaused: boolean;
  /** When a planned switchover will be made, as Patroni writes it. */
  readonly switchoverAt: string | undefined;
}

/** One member, asked itself: `GET /patroni`. */
export interface MemberState {
  /** `master` (`primary` from Patroni 4 on), `replica`, `standby_leader`, `uninitialized`, … */
  readonly role: string;
  readonly state: string;
  readonly timeline: number | undefined;
  readonly scope: string | undefined;
  /** Its own name: from Patroni 4 on. */
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** It has seen that the cluster is paused. */
  readonly isPaused: boolean;
  readonly systemIdentifier: string | undefined;
}

/** @throws Failure server-unreachable when it does not answer, or answers like no Patroni */
export async function readPatroniCluster(
  access: PatroniAccess,
  signal?: AbortSignal,
): Promise<PatroniClusterState> {
  const { body } = await askPatroni(access, '/cluster', signal);
  const { members, pause, scheduled_switchover: planned } = (body ?? {}) as Record<string, unknown>;
  if (!Array.isArray(members)) throw strangeAnswer(access);
  const at = (planned as { at?: unknown } | undefined)?.at;
  return {
    members: members.map((member: Record<string, unknown>) => readMember(member)),
    isPaused: pause === true,
    switchoverAt: at === undefined ? undefined : String(at),
  };
}

function readMember(member: Readonly<Record<string, unknown>>): ClusterMember {
  const { api_url: url, host, port, timeline, lag, tags } = member;
  return {
    name: String(member['name']),
    role: String(member['role']),
    state: String(member['state']),
    apiUrl: typeof url === 'string' && URL.canParse(url) ? new URL(url).origin : undefined,
    host: typeof host === 'string' ? host : undefined,
    port: typeof port === 'number' ? port : undefined,
    timeline: typeof timeline === 'number' ? timeline : undefined,
    lag: typeof lag === 'number' ? lag : undefined,
    clonesFrom: (tags as { clonefrom?: unknown } | undefined)?.clonefrom === true,
  };
}

/** @throws Failure as readPatroniCluster */
export async function readMemberState(access: PatroniAccess, signal?: AbortSignal): Promise<MemberState> {
  const { body } = await askPatroni(access, '/patroni', signal);
  const answer = (body ?? {}) as Record<string, unknown>;
  const { role, state, timeline, pause, database_system_identifier: system } = answer;
  if (typeof role !== 'string' || typeof state !== 'string') throw strangeAnswer(access);
  const about = (answer['patroni'] ?? {}) as { scope?: unknown; name?: unknown; version?: unknown };
  const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return {
    role,
    state,
    timeline: typeof timeline === 'number' ? timeline : undefined,
    scope: textOf(about.scope),
    name: textOf(about.name),
    version: textOf(about.version),
    isPaused: pause === true,
    systemIdentifier: textOf(system),
  };
}
