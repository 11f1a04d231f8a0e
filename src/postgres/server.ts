import type { PostgresNode } from '../model/stanza.ts';
import type { ChildPriority } from '../process/child-priority.ts';
import type { RunAs } from '../process/run-command.ts';

/** How a server is started and stopped on this host. */
export type ServerControl =
  /** `settings` are given with every start (`-c`), where they win over every file and ALTER SYSTEM. */
  | { readonly kind: 'pg_ctl'; readonly settings?: Readonly<Record<string, string>> | undefined }
  /** Debian's and Ubuntu's wrapper: version and cluster name, configuration in /etc/postgresql. */
  | { readonly kind: 'pg_ctlcluster'; readonly version: string; readonly cluster: string }
  | { readonly kind: 'systemd'; readonly unit: string };

/** A local PostgreSQL server: where it is and how to work with it, whether or not it runs. */
export interface Server {
  readonly node: PostgresNode;
  /** Major version, from PG_VERSION or the control file. */
  readonly major: number;
  /** Directory of postgres, pg_ctl, pg_controldata of that major version. */
  readonly binDirectory: string;
  /** psql of any version, absolute. */
  readonly psql: string;
  /** Undefined when Holdfast already runs as the owner. */
  readonly runAs: RunAs | undefined;
  readonly owner: RunAs;
  /** Of a copy: its server and the programs that work on it give way. Undefined: as this process. */
  readonly priority?: ChildPriority | undefined;
  readonly control: ServerControl;
  readonly socketDirectory: string;
  /** postgresql.conf when it lies outside the data directory. */
  readonly configFile: string | undefined;
}

/** What pg_controldata says: https://www.postgresql.org/docs/current/app-pgcontroldata.html */
export interface ControlData {
  readonly systemIdentifier: bigint;
  readonly catalogVersion: number;
  readonly controlVersion: number;
  /** `in production`, `shut down`, `in archive recovery`, … */
  readonly state: string;
  readonly checkpointLsn: bigint;
  readonly redoLsn: bigint;
  readonly redoSegment: string;
  readonly timeline: number;
  readonly nextXid: bigint;
  readonly walLevel: string;
  readonly walSegmentSize: number;
  readonly dataChecksums: boolean;
  /** max_connections, max_worker_processes, max_wal_senders, max_prepared_transactions, max_locks_per_transaction. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly minimumRecoveryLsn: bigint | undefined;
}
