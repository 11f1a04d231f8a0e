import type { Engine } from '../../engine/engine.ts';
import type { Failure } from '../../model/failure.ts';
import type { BackupSet, Catalogue, RepositoryStatus } from '../../model/backup-set.ts';
import type { Lsn } from '../../model/wal.ts';
import type { ServerState } from '../../postgres/inspect-server.ts';
import type { ControlData, Server } from '../../postgres/server.ts';
import type { KnownTimeline } from '../../store/timeline-memory.ts';
import type { RestoreSample } from '../estimate/restore-sample.ts';
import type { ArchiveLedger, Stretch } from '../wal/ledger.ts';
import type { LocalWal } from '../wal/local-wal.ts';
import type { WalEvent } from '../wal/record.ts';
import type { LocatedEvent } from '../wal/search-wal.ts';
import type { TimelineChain } from '../wal/timeline-chain.ts';
import type { ClusterObservation as PatroniClusterObservation } from '../patroni/observe-cluster-of-patroni.ts';

/** Everything that was looked at before a restore. The plan is made from it and from nothing else. */
export interface RestoreObservations {
  readonly engine: Engine;
  readonly catalogue: Catalogue;
  readonly cluster: ClusterObservation;
  readonly timeline: TimelineChoice;
  /** In the order in which they are preferred; only the named one with `--repo`. */
  readonly repositories: readonly RepositoryObservation[];
  /** Tablespaces and links of the set that is likely chosen. */
  readonly setDetail: SetDetail | undefined;
  /** Of a copy; undefined where production itself is restored. */
  readonly destination: DestinationObservation | undefined;
  readonly disks: readonly FileSystemObservation[];
  /** Bytes of each database as production has it now; asked only for a restore of single ones, when it answers. */
  readonly databaseSizes?: Readonly<Record<string, number>> | undefined;
  readonly patroni: PatroniObservation | undefined;
  /** What restores of this stanza took before, newest first. */
  readonly samples: readonly RestoreSample[];
  /** The id of an earlier restore of this stanza that was neither finished nor undone. */
  readonly unfinishedRestore: string | undefined;
}

/** Production's own cluster on this host. */
export interface ClusterObservation {
  readonly server: Server;
  readonly state: ServerState;
  /** Undefined when there is no readable control file: the directory is gone or damaged. */
  readonly control: ControlData | undefined;
  /** `present`: something is there but it is not a readable cluster. */
  readonly directory: 'cluster' | 'present' | 'missing';
  /** postmaster.pid lies there although nothing runs. */
  readonly stalePidFile: boolean;
  /** `standby.signal` lies there: a start makes it follow another server. */
  readonly standbySignal: boolean;
  /** The data directory is itself a mount point and cannot be renamed. */
  readonly isMountPoint: boolean;
  readonly parentWritable: boolean;
  readonly localWal: LocalWal;
  readonly tablespaces: readonly { readonly oid: string; readonly path: string }[];
  /** Symbolic links in the data directory other than tablespaces: `pg_wal`. */
  readonly links: readonly { readonly path: string; readonly destination: string }[];
  /** Settings the restored server will start with, by name; empty when they come out of the backup set. */
  readonly configured: Readonly<Record<string, number>>;
  /** What `pg_ctl --version` of the programs found says: `15.18`. */
  readonly installed: string | undefined;
}

export interface TimelineChoice {
  readonly timeline: number;
  /** `remembered`: production was seen on it last. `archive`: the highest that is there, because nothing else tells. */
  readonly source: 'asked for' | 'control file' | 'remembered' | 'archive';
  /** Timelines that production was on, or that a person accepted, as far as Holdfast remembers. */
  readonly known?: readonly KnownTimeline[] | undefined;
}

/** One repository: its sets, its WAL and what the WAL says of the target. */
export interface RepositoryObservation {
  readonly name: string;
  readonly key: number;
  readonly status: RepositoryStatus | undefined;
  /** Why it could not be read. */
  readonly failure: Failure | undefined;
  /** `15-1`; undefined when it holds nothing of this database. */
  readonly archiveId: string | undefined;
  readonly databaseId: number | undefined;
  /** Sets of this repository, oldest first. */
  readonly sets: readonly BackupSet[];
  readonly ledger: ArchiveLedger | undefined;
  readonly chain: TimelineChain | undefined;
  /** Along the chain, with local WAL where it will be salvaged; oldest first. */
  readonly stretches: readonly Stretch[];
  /** The running server can still add to the last stretch: `flush-wal` ends a transaction and archives it. */
  readonly canFlush: boolean;
  /** Of the WAL in which the target would lie; undefined when no set could be used at all. */
  readonly evidence: TargetEvidence | undefined;
}

/** What the WAL itself says of the target, in one repository. */
export interface TargetEvidence {
  /** The WAL that was looked at. */
  readonly stretch: Stretch;
  /** The record at which recovery will stop; undefined when there is none in this stretch. */
  readonly stop: LocatedEvent | undefined;
  /** The last commit or abort before `stop`, where it lies in the neighbourhood. */
  readonly before: WalEvent | undefined;
  /** The last commit or abort of the stretch; looked up only when there is no `stop`. */
  readonly last: LocatedEvent | undefined;
  /** Where the last whole record of the stretch begins; looked up for positions. */
  readonly lastRecord: Lsn | undefined;
  /** Further restore points of the same name between the set and `stop`. */
  readonly sameName: readonly WalEvent[];
  /**
   * The first set behind the target when the target lies in a hole or before all sets, and a time right after that set
   * if it works.
   */
  readonly nextSet: { readonly label: string; readonly time: bigint | undefined } | undefined;
  /** Set when the target was found on a timeline that is not part of the chain. */
  readonly elsewhere: { readonly timeline: number; readonly event: WalEvent } | undefined;
}

/** Tablespaces and links as the set has them (`info --set`). */
export interface SetDetail {
  readonly label: string;
  readonly repositoryKey: number;
  readonly tablespaces: readonly { readonly oid: string; readonly name: string; readonly path: string }[];
  readonly links: readonly { readonly path: string; readonly destination: string }[];
}

/** The directory that `--into` names. */
export interface DestinationObservation {
  readonly path: string;
  readonly exists: boolean;
  readonly entries: number;
  readonly parentWritable: boolean;
  /** The user of the engine and the server may enter the parent directory, or where its first existing ancestor is. */
  readonly ownerCanEnter: boolean;
  /** Real path, links resolved as far as it exists. */
  readonly realPath: string;
  /** Of production's data directory. */
  readonly productionRealPath: string;
  /** A free port, or the one asked for. */
  readonly port: number;
  /** False when the port asked for is taken. */
  readonly portFree: boolean;
}

/** The file system that holds (or will hold) a path. */
export interface FileSystemObservation {
  readonly path: string;
  /** Two paths with the same device share the space. */
  readonly device: number;
  readonly availableBytes: number;
}

export interface PatroniObservation {
  readonly url: string;
  /** What it answered: `master` (`primary` from Patroni 4 on), `replica`; undefined when nothing could be learned. */
  readonly role: string | undefined;
  /** Members it names. */
  readonly members: number;
  /** Why nothing could be learned. */
  readonly problem: string | undefined;
  /** The whole cluster: looked at where it is to be restored. */
  readonly cluster?: PatroniClusterObservation | undefined;
}
