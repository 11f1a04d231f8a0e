import type { SecretReference } from './secret.ts';

/** One PostgreSQL server of a stanza. All nodes of a stanza are the same cluster: a primary and its standbys. */
export interface PostgresNode {
  /** The 3 of `pg3` where the engine's own numbering is kept; undefined: its place in the list. */
  readonly number?: number | undefined;
  /** The host as other hosts reach it; undefined means this host. */
  readonly host: string | undefined;
  /** Data directory, absolute. */
  readonly path: string;
  readonly port: number;
  /** Directory of the Unix socket; undefined leaves it to the engine and libpq. */
  readonly socketPath: string | undefined;
  /** Database role and database that pgBackRest connects with. */
  readonly databaseUser: string | undefined;
  readonly database: string;
  /** Operating system user that owns the data directory and runs the server. */
  readonly osUser: string;
  /** Directory of `pg_ctl` and friends; undefined: found by version. */
  readonly binDirectory: string | undefined;
  /** How another host's pgBackRest reaches this node. Meaningful only with `host`. */
  readonly transport: HostTransport;
  /**
   * Another container runs the server, and these are the commands with which a person stops and starts it. They are only
   * printed. Undefined: Holdfast starts and stops it.
   */
  readonly elsewhere?: { readonly stop: string; readonly start: string } | undefined;
}

/** A host reached over SSH or over pgBackRest's own TLS protocol (`pgN-host-*`, `repoN-host-*`). */
export interface HostTransport {
  readonly kind: 'ssh' | 'tls';
  readonly port: number | undefined;
  /** Remote user (SSH). */
  readonly user: string | undefined;
  /** pgbackrest on the other side, and its configuration there. */
  readonly command: string | undefined;
  readonly configFile: string | undefined;
  readonly caFile: string | undefined;
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
}

export interface PatroniAccess {
  readonly url: string;
  readonly caFile: string | undefined;
  /** What this host shows of itself, where the REST API asks for certificates of clients. */
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Of `restapi.authentication`: only what changes something asks for it. */
  readonly username?: string | undefined;
  readonly password?: SecretReference | undefined;
  /** patroni.yml of this host, for commands that are printed. */
  readonly configFile?: string | undefined;
}

/** What must hold; judged by measured values. Seconds. */
export interface Objectives {
  readonly rpo: number | undefined;
  readonly rto: number | undefined;
  readonly backupAge: number | undefined;
  readonly drillAge: number | undefined;
}
