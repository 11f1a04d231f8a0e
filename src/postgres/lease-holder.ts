/** Who wants a lease: it becomes the name of the session that holds it. */
export interface LeaseClaimant {
  readonly host: string;
  readonly runId: string;
}

/** A session on the primary that stands in the way of a lease. */
export interface LeaseHolder {
  /** `lease`: a Holdfast. `engine`: a pgBackRest that takes a backup and for which no Holdfast holds a lease. */
  readonly what: 'lease' | 'engine';
  /** Of the backend on the primary. */
  readonly backend: number;
  readonly application: string;
  /** Host that the session came from; undefined for one of the primary's own host, or where we may not see it. */
  readonly client: string | undefined;
  /** Epoch milliseconds at which the session began; undefined where we may not see it. */
  readonly since: number | undefined;
  /** What the application's name tells, where it is one of ours. */
  readonly runId: string | undefined;
  readonly host: string | undefined;
}

const prefix = 'holdfast lease';
/** PostgreSQL cuts application_name at NAMEDATALEN - 1 bytes. */
const mostBytes = 63;

/** `holdfast lease STANZA RUN@HOST`, of printable ASCII and at most 63 bytes: stanza and host give way to the run. */
export function applicationName(stanza: string, claimant: LeaseClaimant): string {
  const run = clean(claimant.runId).slice(0, 40);
  const room = mostBytes - prefix.length - run.length - 3;
  const host = clean(claimant.host).slice(0, Math.max(room - Math.min(stanza.length, 8), 1));
  return `${prefix} ${clean(stanza).slice(0, room - host.length)} ${run}@${host}`;
}

function clean(text: string): string {
  return text.replaceAll(/[^!-~]/g, '_');
}

/** One line of what the lease's script says about a session. */
export interface HolderRow {
  readonly what: LeaseHolder['what'];
  readonly pid: number;
  readonly application: string | null;
  readonly client: string | null;
  /** Epoch seconds. */
  readonly since: number | null;
}

/** Reads it, and takes our own names apart. */
export function readHolder(row: HolderRow): LeaseHolder {
  const application = row.application ?? '';
  const [, runId, host] = /^holdfast lease \S* (\S+)@(\S+)$/.exec(application) ?? [];
  return {
    what: row.what,
    backend: row.pid,
    application,
    client: row.client ?? undefined,
    since: row.since === null ? undefined : Math.round(row.since * 1000),
    runId,
    host,
  };
}

/** Names a holder in words, without a stop. */
export function describeHolder(holder: LeaseHolder): string {
  const since = holder.since === undefined ? '' : ` since ${new Date(holder.since).toISOString()}`;
  const from = holder.client === undefined ? '' : ` from ${holder.client}`;
  if (holder.what === 'engine') {
    return `a pgbackrest that no Holdfast holds a lease for takes a backup of this cluster${from}${since} (session ${holder.backend} on the primary)`;
  }
  const who =
    holder.runId === undefined
      ? `session ${holder.backend} (${holder.application || 'unnamed'})`
      : `run ${holder.runId} on ${holder.host}`;
  return `${who} holds it${from}${since}`;
}
