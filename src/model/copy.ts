/** What must stay free of a file system: a share of it (0 to 1), or bytes. */
export type KeptFree = { readonly share: number } | { readonly bytes: number };

/** How much a copy may take of its host. */
export interface CopyBounds {
  /** Bytes that its server is configured for. */
  readonly memory: number;
  /** Of the engine while it restores. */
  readonly processes: number;
  /** 0 to 19, as nice(1) adds it. */
  readonly nice: number;
  /** I/O class idle, where the host can do that. */
  readonly idleDisk: boolean;
}

/** What a restored copy beside production was made for. Only a clone stays until somebody drops it. */
export const copyPurposes = ['clone', 'drill', 'find', 'rescue'] as const;
export type CopyPurpose = (typeof copyPurposes)[number];

/**
 * - `making`: its directory may be there in any state
 * - `ready`: its server was seen to answer
 * - `dropping`: it is being taken away; whoever finds it goes on with that
 * - `dropped`: nothing of it is left
 */
export const copyStates = ['making', 'ready', 'dropping', 'dropped'] as const;
export type CopyState = (typeof copyStates)[number];

/** Where a clone is reached over the network, besides its socket. */
export interface CopyNetwork {
  /** As in `listen_addresses`: addresses, names of this host, or `*`. */
  readonly addresses: readonly string[];
  /** As in pg_hba.conf: `10.0.0.0/8`, `samenet`, `samehost`, `all`. */
  readonly allow: readonly string[];
}

/** A running copy of a cluster at a moment, as the journal remembers it. Times are epoch milliseconds. */
export interface CopyRecord {
  /** `clone-20261121T073000Z-3f2a`: also the name of its directory. */
  readonly id: string;
  readonly purpose: CopyPurpose;
  readonly stanza: string;
  /** Given by a person; undefined: only the id. */
  readonly name: string | undefined;
  /** The run of the journal that restored it. */
  readonly restoreId: string;
  /** Everything of it lies below: data, tablespaces, marker. Absolute. */
  readonly place: string;
  readonly dataDirectory: string;
  /** Lock and spool of the engine for this restore. */
  readonly engineDirectory: string | undefined;
  readonly port: number;
  readonly socketDirectory: string;
  /** Operating system user that owns it and may connect. */
  readonly owner: string;
  readonly host: string;
  /** What it was restored to, in words. */
  readonly target: string;
  readonly repository: string;
  readonly set: string;
  readonly createdAt: number;
  /** It is dropped after this; undefined: never by itself. */
  readonly expiresAt: number | undefined;
  /** Undefined: only through its socket. */
  readonly network?: CopyNetwork | undefined;
  readonly state: CopyState;
  /** Who makes or uses it: a copy of a drill, find or rescue is dropped when this process is gone. */
  readonly process: { readonly pid: number; readonly startTicks: number } | undefined;
}

/** Words that connect to a copy: `host=/path port=5433 dbname=postgres user=postgres`. */
export function connectionString(
  copy: Pick<CopyRecord, 'socketDirectory' | 'port' | 'owner'>,
  database = 'postgres',
): string {
  const { socketDirectory, port, owner } = copy;
  return `host=${quoteValue(socketDirectory)} port=${port} dbname=${quoteValue(database)} user=${quoteValue(owner)}`;
}

/** Over the network, one for each address, without a user: whoever connects has a role and a password of production. */
export function networkConnectionStrings({ network, host, port }: CopyRecord): readonly string[] {
  const everywhere = ['*', '0.0.0.0', '::'];
  return (network?.addresses ?? []).map((address) => {
    const name = everywhere.includes(address) ? host : address;
    return `host=${quoteValue(name)} port=${port} dbname=postgres`;
  });
}

function quoteValue(value: string): string {
  return /^[\w./:-]+$/.test(value) ? value : `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
